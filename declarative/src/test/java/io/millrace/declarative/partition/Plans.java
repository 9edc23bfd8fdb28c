package io.millrace.declarative.partition;

import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.sdk.http.Pause;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compiles what tests write as maps, for a small configuration on 1 June 2024. */
public final class Plans {
    public static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2024-06-01T00:00:00Z"));

    private Plans() {}

    public static Compilation compilation() {
        return compilation(EngineLog.none());
    }

    public static Compilation compilation(EngineLog log) {
        return new Compilation(
                Interpolation.of(CLOCK),
                Map.of("shops", List.of("a", "b"), "group", "g"),
                CLOCK,
                Pause.none(),
                log);
    }

    public static PartitionRouter router(Object router, ParentStream... parents) {
        Map<String, ParentStream> byName = new LinkedHashMap<>();
        for (ParentStream parent : parents) {
            byName.put(parent.name(), parent);
        }
        return PartitionRouter.ofRetriever(
                Definition.of(Map.of("partition_router", router), "retriever"),
                stream -> byName.get(stream.text("name")),
                compilation());
    }

    /** A router whose partitions are the values at {@code id} of the parents' records. */
    public static Map<String, Object> substream(FakeParent... parents) {
        return Map.of(
                "type",
                "SubstreamPartitionRouter",
                "parent_stream_configs",
                List.of(parents).stream()
                        .map(parent ->
                                Map.of(
                                        "stream", Map.of("name", parent.name()),
                                        "parent_key", "id",
                                        "partition_field", "pid",
                                        "incremental_dependency", parent.incremental(),
                                        "extra_fields", List.of(List.of("x", "y"), List.of("z"))))
                        .toList());
    }
}

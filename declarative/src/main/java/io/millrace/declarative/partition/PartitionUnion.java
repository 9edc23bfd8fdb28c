package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The partitions of several routers one after the other, each value once.
 *
 * @param field the one key of all partitions; what else a router tells of a partition goes to the
 *     slice's extra fields
 */
record PartitionUnion(String field, List<PartitionRouter> routers) implements PartitionRouter {

    static PartitionUnion compile(
            Definition definition, ParentStreams parents, Compilation compilation) {
        String field =
                compilation
                        .string(definition, "partition_field")
                        .evaluateText(compilation.context());
        List<PartitionRouter> routers =
                definition.children("partition_routers").stream()
                        .map(each -> PartitionRouter.compile(each, parents, compilation))
                        .toList();
        if (routers.size() < 2) {
            throw definition.malformed("partition_routers", "at least two routers");
        }
        for (PartitionRouter router : routers) {
            if (fields(router).anyMatch(other -> !other.equals(field))) {
                throw definition.malformed(
                        "partition_routers", "routers with the partition field " + field);
            }
            if (GroupedPartitions.hasOptions(router)) {
                throw definition.malformed(
                        "partition_routers",
                        "without request_option: use stream_partition in the requester");
            }
        }
        return new PartitionUnion(field, routers);
    }

    /** The keys of a router's partitions, as far as they are known before it is read. */
    private static Stream<String> fields(PartitionRouter router) {
        return switch (router) {
            case ListPartitions list -> Stream.of(list.field());
            case SubstreamPartitions substream ->
                    substream.configurations().stream().map(ParentConfiguration::field);
            case PartitionUnion union -> Stream.of(union.field());
            case SinglePartition _, GroupedPartitions _, PartitionProduct _ -> Stream.of();
        };
    }

    @Override
    public PartitionRun start(Map<String, Object> streamState) {
        List<PartitionRun> runs =
                routers.stream().map(router -> router.start(streamState)).toList();
        return new PartitionRun() {
            private List<Map<String, Object>> parts = List.of();
            private Map<String, Object> union = Map.of();

            @Override
            public boolean generate(SliceSink sink) throws InterruptedException {
                var seen = new Values();
                for (PartitionRun run : runs) {
                    if (!run.generate(slice -> accept(slice, seen, sink))) {
                        return false;
                    }
                }
                return true;
            }

            @Override
            public Optional<Map<String, Object>> parentState() {
                List<Map<String, Object>> now =
                        runs.stream().flatMap(run -> run.parentState().stream()).toList();
                if (!areSame(now, parts)) {
                    Map<String, Object> states = new LinkedHashMap<>();
                    now.forEach(states::putAll);
                    parts = now;
                    union = Collections.unmodifiableMap(states);
                }
                return Optional.of(union);
            }
        };
    }

    @SuppressWarnings("ReferenceEquality") // unchanged states are the same objects; to compare them
    // deeply would cost as much as to merge them
    private static boolean areSame(List<Map<String, Object>> some, List<Map<String, Object>> more) {
        if (some.size() != more.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            if (some.get(i) != more.get(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean accept(StreamSlice slice, Values seen, SliceSink sink)
            throws InterruptedException {
        if (!slice.partition().containsKey(field)) {
            throw PythonError.value(
                    "UnionPartitionRouter expects all child partition routers to emit the partition"
                            + " field '%s'. Got %s"
                                    .formatted(field, Python.repr(slice.partition())));
        }
        Object value = slice.partition().get(field);
        if (!seen.add(value)) {
            return true;
        }
        Map<String, Object> extraFields = new LinkedHashMap<>(slice.extraFields());
        slice.partition()
                .forEach((key, other) -> {
                    if (!key.equals(field)) {
                        extraFields.put(key, other);
                    }
                });
        return sink.accept(
                new StreamSlice(
                        Collections.singletonMap(field, value),
                        Map.of(),
                        Collections.unmodifiableMap(extraFields)));
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return RequestOptions.EMPTY;
    }

    @Override
    public List<ParentStream> parents() {
        return routers.stream().flatMap(router -> router.parents().stream()).toList();
    }
}

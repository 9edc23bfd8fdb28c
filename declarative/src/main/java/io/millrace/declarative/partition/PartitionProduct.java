package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every combination of the partitions of several routers; the last router's vary fastest. Where two
 * routers use one key, the first one's value counts.
 */
record PartitionProduct(List<PartitionRouter> routers) implements PartitionRouter {

    static PartitionProduct compile(
            List<Definition> definitions, ParentStreams parents, Compilation compilation) {
        List<PartitionRouter> routers =
                definitions.stream()
                        .map(each -> PartitionRouter.compile(each, parents, compilation))
                        .toList();
        if (routers.stream().anyMatch(SubstreamPartitions.class::isInstance)) {
            compilation.log().log(
                    LogLevel.WARN,
                    "Where a stream has a list of partition routers, the state of parent"
                            + " streams is not kept: they are read from the start each"
                            + " time.");
        }
        return new PartitionProduct(routers);
    }

    @Override
    public PartitionRun start(Map<String, Object> streamState) {
        return PartitionRun.withoutParents(sink -> {
            // The first router's partitions flow, however many; the others' are needed again for
            // each of them. All are read even where one turns out to have none.
            List<List<StreamSlice>> inner = new ArrayList<>();
            for (PartitionRouter router : routers.subList(1, routers.size())) {
                List<StreamSlice> slices = new ArrayList<>();
                router.start(streamState).generate(slices::add);
                inner.add(slices);
            }
            return routers.getFirst()
                    .start(streamState)
                    .generate(slice -> combine(slice, inner, 0, sink));
        });
    }

    private static boolean combine(
            StreamSlice slice, List<List<StreamSlice>> inner, int depth, SliceSink sink)
            throws InterruptedException {
        if (depth == inner.size()) {
            return sink.accept(slice);
        }
        for (StreamSlice next : inner.get(depth)) {
            StreamSlice combined =
                    new StreamSlice(
                            merge(slice.partition(), next.partition()),
                            Map.of(),
                            merge(slice.extraFields(), next.extraFields()));
            if (!combine(combined, inner, depth + 1, sink)) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, Object> merge(
            Map<String, Object> first, Map<String, Object> second) {
        if (second.isEmpty()) {
            return first;
        }
        Map<String, Object> merged = new LinkedHashMap<>(second);
        merged.putAll(first);
        return Collections.unmodifiableMap(merged);
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        RequestOptions options = RequestOptions.EMPTY;
        for (PartitionRouter router : routers.reversed()) {
            options = options.overlay(router.options(slice));
        }
        return options;
    }

    @Override
    public List<ParentStream> parents() {
        return routers.stream().flatMap(router -> router.parents().stream()).toList();
    }
}

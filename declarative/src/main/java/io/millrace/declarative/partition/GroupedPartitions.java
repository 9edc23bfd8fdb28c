package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts several consecutive partitions into one, whose values are lists.
 *
 * @param size how many; the last group may be smaller
 * @param deduplicate whether a value is left out when it comes again, in whatever group
 */
record GroupedPartitions(PartitionRouter router, int size, boolean deduplicate)
        implements PartitionRouter {
    private static final String PARENT_SLICE = "parent_slice";

    static GroupedPartitions compile(
            Definition definition, ParentStreams parents, Compilation compilation) {
        long size = definition.findInteger("group_size").orElse(0);
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw definition.malformed("group_size", "a number above 0");
        }
        PartitionRouter router =
                PartitionRouter.compile(
                        definition.child("underlying_partition_router"), parents, compilation);
        if (hasOptions(router)) {
            throw definition.malformed(
                    "underlying_partition_router",
                    "without request_option: use stream_partition in the requester");
        }
        return new GroupedPartitions(router, (int) size, definition.flag("deduplicate", true));
    }

    /** Whether requests would have to carry a single value of a router that is part of another. */
    static boolean hasOptions(PartitionRouter router) {
        return switch (router) {
            case ListPartitions list -> list.option().isPresent();
            case SubstreamPartitions substream -> substream.hasOptions();
            case SinglePartition _, GroupedPartitions _, PartitionUnion _, PartitionProduct _ ->
                    false;
        };
    }

    @Override
    public PartitionRun start(Map<String, Object> streamState) {
        PartitionRun run = router.start(streamState);
        return new PartitionRun() {
            @Override
            public boolean generate(SliceSink sink) throws InterruptedException {
                var groups = new Groups(sink);
                return run.generate(groups::accept) && groups.finish();
            }

            @Override
            public Optional<Map<String, Object>> parentState() {
                return run.parentState();
            }
        };
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return RequestOptions.EMPTY;
    }

    @Override
    public List<ParentStream> parents() {
        return router.parents();
    }

    @Override
    public boolean needsGlobalCursor() {
        return true;
    }

    private final class Groups {
        private final SliceSink sink;
        private final Values seen = new Values();
        private List<StreamSlice> group = new ArrayList<>();

        private Groups(SliceSink sink) {
            this.sink = sink;
        }

        private boolean accept(StreamSlice slice) throws InterruptedException {
            if (deduplicate && !seen.add(value(slice))) {
                return true;
            }
            group.add(slice);
            return group.size() < size || finish();
        }

        private boolean finish() throws InterruptedException {
            if (group.isEmpty()) {
                return true;
            }
            List<StreamSlice> complete = group;
            group = new ArrayList<>();
            return sink.accept(slice(complete));
        }
    }

    private static @Nullable Object value(StreamSlice slice) {
        List<Object> values = new ArrayList<>();
        slice.partition()
                .forEach((key, value) -> {
                    if (!key.equals(PARENT_SLICE)) {
                        values.add(value);
                    }
                });
        if (values.size() != 1) {
            throw PythonError.value(
                    "GroupingPartitionRouter expects a single partition key-value pair. Got %s"
                            .formatted(Python.repr(slice.partition())));
        }
        return values.getFirst();
    }

    private static StreamSlice slice(List<StreamSlice> group) {
        Map<String, Object> partition = new LinkedHashMap<>();
        for (String key : group.getFirst().partition().keySet()) {
            partition.put(key, column(group.stream().map(StreamSlice::partition).toList(), key));
        }
        Set<String> extraKeys = new LinkedHashSet<>();
        group.forEach(slice -> extraKeys.addAll(slice.extraFields().keySet()));
        Map<String, Object> extraFields = new LinkedHashMap<>();
        for (String key : extraKeys) {
            extraFields.put(
                    key, column(group.stream().map(StreamSlice::extraFields).toList(), key));
        }
        return new StreamSlice(
                Collections.unmodifiableMap(partition),
                Map.of(),
                Collections.unmodifiableMap(extraFields));
    }

    private static List<@Nullable Object> column(List<Map<String, Object>> rows, String key) {
        List<@Nullable Object> column = new ArrayList<>(rows.size());
        rows.forEach(row -> column.add(row.get(key)));
        return column;
    }
}

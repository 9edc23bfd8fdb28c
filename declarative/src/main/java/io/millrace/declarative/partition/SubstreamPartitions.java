package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.SourceRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A partition for each record of one or more parents that has a value at the parent's key. */
record SubstreamPartitions(List<ParentConfiguration> configurations) implements PartitionRouter {

    static SubstreamPartitions compile(
            Definition definition, ParentStreams parents, Compilation compilation) {
        List<Definition> configurations = definition.children("parent_stream_configs");
        if (configurations.isEmpty()) {
            throw definition.malformed("parent_stream_configs", "at least one parent");
        }
        return new SubstreamPartitions(
                configurations.stream()
                        .map(each -> ParentConfiguration.compile(each, parents, compilation))
                        .toList());
    }

    @Override
    public PartitionRun start(Map<String, Object> streamState) {
        List<Parent> started = new ArrayList<>();
        for (ParentConfiguration configuration : configurations) {
            started.add(
                    new Parent(
                            configuration,
                            configuration.stream().start(configuration.parentState(streamState))));
        }
        return new Run(started);
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        RequestOptions options = RequestOptions.EMPTY;
        for (ParentConfiguration configuration : configurations) {
            Object value = slice.get(configuration.field());
            if (configuration.option().isPresent() && Python.isTrue(value)) {
                options = options.overlay(configuration.option().get().inject(value));
            }
        }
        return options;
    }

    @Override
    public List<ParentStream> parents() {
        return configurations.stream().map(ParentConfiguration::stream).toList();
    }

    @Override
    public boolean isLazy() {
        return configurations.stream().anyMatch(each -> !each.lazyPath().isEmpty());
    }

    boolean hasOptions() {
        return configurations.stream().anyMatch(each -> each.option().isPresent());
    }

    private record Parent(ParentConfiguration configuration, ParentRun run) {}

    /**
     * Reads the parents one after the other. Records and slices are handled one late, since the
     * last of each has to be known: a parent's slice is closed before its last record becomes a
     * partition, so that a state of the child which covers this partition covers the parent's
     * slice.
     */
    private static final class Run implements PartitionRun {
        private final List<Parent> parents;
        private @Nullable Map<String, Object> state;

        private Run(List<Parent> parents) {
            this.parents = parents;
        }

        @Override
        public Optional<Map<String, Object>> parentState() {
            if (state == null) {
                Map<String, Object> states = new LinkedHashMap<>();
                for (Parent parent : parents) {
                    if (parent.configuration.incremental()) {
                        states.put(parent.configuration.stream().name(), parent.run.state());
                    }
                }
                state = Collections.unmodifiableMap(states);
            }
            return Optional.of(state);
        }

        @Override
        public boolean generate(SliceSink sink) throws InterruptedException {
            for (Parent parent : parents) {
                var slices = new Slices(parent, sink);
                if (!parent.run.generate(slices::accept) || !slices.finish()) {
                    return false;
                }
            }
            return true;
        }

        private final class Slices {
            private final Parent parent;
            private final SliceSink sink;
            private @Nullable ParentSlice held;

            private Slices(Parent parent, SliceSink sink) {
                this.parent = parent;
                this.sink = sink;
            }

            private boolean accept(ParentSlice next) throws InterruptedException {
                ParentSlice before = held;
                held = next;
                return before == null || read(before, false);
            }

            private boolean finish() throws InterruptedException {
                if (held == null) {
                    parent.run.finish();
                    state = null;
                    return true;
                }
                return read(held, true);
            }

            private boolean read(ParentSlice slice, boolean isLast) throws InterruptedException {
                var records = new Records(slice.slice());
                if (!slice.read(records::accept)) {
                    return false;
                }
                slice.close();
                if (isLast) {
                    parent.run.finish();
                }
                state = null;
                return records.finish();
            }

            private final class Records {
                private final StreamSlice slice;
                private @Nullable SourceRecord held;

                private Records(StreamSlice slice) {
                    this.slice = slice;
                }

                private boolean accept(SourceRecord next) throws InterruptedException {
                    SourceRecord before = held;
                    held = next;
                    return before == null || emit(before);
                }

                private boolean finish() throws InterruptedException {
                    return held == null || emit(held);
                }

                private boolean emit(SourceRecord record) throws InterruptedException {
                    Optional<StreamSlice> partition = parent.configuration.slice(record, slice);
                    return partition.isEmpty() || sink.accept(partition.get());
                }
            }
        }
    }
}

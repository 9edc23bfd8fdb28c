package io.millrace.declarative.partition;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A parent stream of given slices, which notes what is done to it.
 *
 * @param slices each a {@code partition} and its {@code records}
 * @param states the state at first, and after each slice that was closed
 * @param incremental whether its child wants to know its state
 * @param log what happened, in order
 * @param started the states that reads of it continued from
 */
public record FakeParent(
        String name,
        List<Map<String, Object>> slices,
        List<Map<String, Object>> states,
        boolean incremental,
        List<String> log,
        List<Map<String, Object>> started)
        implements ParentStream {

    public FakeParent(
            String name,
            List<Map<String, Object>> slices,
            List<Map<String, Object>> states,
            boolean incremental) {
        this(name, slices, states, incremental, new ArrayList<>(), new ArrayList<>());
    }

    @Override
    public Optional<String> cursorField() {
        return Optional.of("pu");
    }

    @Override
    public List<ParentStream> parents() {
        return List.of();
    }

    @Override
    public ParentRun start(Map<String, Object> state) {
        started.add(state);
        return new Run();
    }

    private final class Run implements ParentRun {
        private int closed;

        @Override
        public boolean generate(ParentSliceSink sink) throws InterruptedException {
            for (int i = 0; i < slices.size(); i++) {
                if (!sink.accept(new Slice(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public Map<String, Object> state() {
            return new LinkedHashMap<>(states.get(closed));
        }

        @Override
        public void finish() {
            log.add("finish");
        }

        private final class Slice implements ParentSlice {
            private final int number;

            private Slice(int number) {
                this.number = number;
            }

            @Override
            @SuppressWarnings("unchecked")
            public StreamSlice slice() {
                return new StreamSlice(
                        (Map<String, Object>)
                                Objects.requireNonNull(slices.get(number).get("partition")),
                        Map.of(),
                        Map.of());
            }

            @Override
            public boolean read(ParentRecordSink sink) throws InterruptedException {
                log.add("read " + number);
                for (Object record :
                        (List<?>) Objects.requireNonNull(slices.get(number).get("records"))) {
                    if (!sink.accept(SourceRecord.ofValue(record))) {
                        return false;
                    }
                }
                return true;
            }

            @Override
            public void close() {
                log.add("close " + number);
                closed++;
            }
        }
    }
}

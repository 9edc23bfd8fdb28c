package io.millrace.replication.launch.process;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Writes down what a source gives, a line each. */
final class CollectingOutput implements SourceOutput {
    final BatchMemory memory = new BatchMemory(64 << 20);
    final List<String> events = Collections.synchronizedList(new ArrayList<>());
    final List<Long> gathered = Collections.synchronizedList(new ArrayList<>());
    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    Optional<JsonNode> configuration = Optional.empty();
    Optional<SyncFailure> incomplete = Optional.empty();

    @Override
    public StreamOutput stream(StreamName name) {
        return new Stream(name);
    }

    @Override
    public void globalCheckpoint(JsonNode state) {
        events.add("global " + state);
    }

    @Override
    public void configuration(JsonNode config) {
        configuration = Optional.of(config);
    }

    @Override
    public void log(LogLevel level, String message) {
        log.add(message);
    }

    private final class Stream implements StreamOutput {
        private final StreamName name;

        Stream(StreamName name) {
            this.name = name;
        }

        @Override
        public void started() {
            events.add("started " + name);
        }

        @Override
        public ColumnBatch newBatch(StreamSchema schema, int expectedRows) {
            return new ColumnBatch(memory, name, schema, 0, expectedRows);
        }

        @Override
        public void emit(ColumnBatch batch) {
            try (batch) {
                var encoder = new JsonLineEncoder(batch.schema());
                for (int row = 0; row < batch.rows(); row++) {
                    var line = new JsonBuffer(64);
                    encoder.encode(batch, row, line);
                    String changes =
                            batch.changes(row).isEmpty() ? "" : " " + batch.changes(row).size();
                    events.add(name + " " + line.text() + changes);
                }
            }
        }

        @Override
        public void gathered(long rows) {
            gathered.add(rows);
        }

        @Override
        public void checkpoint(JsonNode state) {
            events.add("state " + name + " " + state);
        }

        @Override
        public void reject(String reason) {
            events.add("rejected " + name);
        }

        @Override
        public void restart(String reason) {
            events.add("restart " + name);
        }

        @Override
        public void estimate(long rows, long bytes) {
            events.add("estimate " + name + " " + rows);
        }

        @Override
        public void complete() {
            events.add("complete " + name);
        }

        @Override
        public void incomplete(SyncFailure failure) {
            incomplete = Optional.of(failure);
            events.add("incomplete " + name);
        }
    }
}

package io.millrace.connector.faker;

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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keeps what a source gives: rows as JSON lines, and states with how many rows came before. */
final class RecordingOutput implements SourceOutput {
    final BatchMemory memory = new BatchMemory(64 << 20);
    private final Map<StreamName, Recorded> streams = new ConcurrentHashMap<>();

    @Override
    public Recorded stream(StreamName name) {
        return streams.computeIfAbsent(name, key -> new Recorded(key));
    }

    Recorded stream(String name) {
        return stream(StreamName.of(name));
    }

    @Override
    public void globalCheckpoint(JsonNode state) {
        throw new AssertionError("not by this source");
    }

    @Override
    public void configuration(JsonNode config) {
        throw new AssertionError("not by this source");
    }

    @Override
    public void log(LogLevel level, String message) {}

    /** A state, and the rows that came before it. */
    record State(JsonNode json, int rows) {}

    final class Recorded implements StreamOutput {
        final List<String> rows = new ArrayList<>();
        final List<State> states = new ArrayList<>();
        boolean complete;
        private final StreamName name;

        Recorded(StreamName name) {
            this.name = name;
        }

        @Override
        public void started() {}

        @Override
        public ColumnBatch newBatch(StreamSchema schema, int expectedRows) {
            return new ColumnBatch(memory, name, schema, 0, expectedRows);
        }

        @Override
        public void emit(ColumnBatch batch) {
            try (batch) {
                var encoder = new JsonLineEncoder(batch.schema());
                var line = new JsonBuffer(256);
                for (int row = 0; row < batch.rows(); row++) {
                    line.clear();
                    encoder.encode(batch, row, line);
                    rows.add(line.text());
                }
            }
        }

        @Override
        public void checkpoint(JsonNode state) {
            states.add(new State(((ObjectNode) state).deepCopy(), rows.size()));
        }

        @Override
        public void reject(String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void restart(String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void estimate(long rowCount, long bytes) {}

        @Override
        public void complete() {
            complete = true;
        }

        @Override
        public void incomplete(SyncFailure failure) {
            throw failure;
        }
    }
}

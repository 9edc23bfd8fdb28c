package io.millrace.connector.files.source;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keeps what a source gives, as texts, and states with how many rows came before. */
final class RecordingOutput implements SourceOutput {
    final BatchMemory memory = new BatchMemory(256 << 20);
    final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
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
    public void log(LogLevel level, String message) {
        if (level == LogLevel.WARN) {
            warnings.add(message);
        }
    }

    /** A state, and the rows and rejections that came before it. */
    record State(JsonNode json, int rows, int rejections) {}

    final class Recorded implements StreamOutput {
        /** Values as they print, null for null. */
        final List<List<String>> rows = new ArrayList<>();

        final List<State> states = new ArrayList<>();
        final List<StreamSchema> schemas = new ArrayList<>();
        final List<String> rejections = new ArrayList<>();
        final List<String> restarts = new ArrayList<>();
        Optional<SyncFailure> failure = Optional.empty();
        boolean complete;
        private final StreamName name;

        /** What everybody was told while this was read. */
        List<String> warnings() {
            return warnings;
        }

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
                if (batch.rows() == 0) {
                    return;
                }
                if (schemas.isEmpty() || !schemas.getLast().equals(batch.schema())) {
                    schemas.add(batch.schema());
                }
                for (int row = 0; row < batch.rows(); row++) {
                    var values = new ArrayList<String>();
                    for (int column = 0; column < batch.schema().size(); column++) {
                        values.add(Printed.text(batch.vector(column), row));
                    }
                    rows.add(values);
                }
            }
        }

        /** The newest schema. */
        StreamSchema schema() {
            return schemas.getLast();
        }

        @Override
        public void checkpoint(JsonNode state) {
            states.add(new State(((ObjectNode) state).deepCopy(), rows.size(), rejections.size()));
        }

        @Override
        public void reject(String reason) {
            rejections.add(reason);
        }

        @Override
        public void restart(String reason) {
            restarts.add(reason);
        }

        @Override
        public void estimate(long rowCount, long bytes) {}

        @Override
        public void complete() {
            complete = true;
        }

        @Override
        public void incomplete(SyncFailure cause) {
            failure = Optional.of(cause);
        }
    }
}

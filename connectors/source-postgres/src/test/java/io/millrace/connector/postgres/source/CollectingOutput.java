package io.millrace.connector.postgres.source;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Keeps what a source gives, and can break off at a checkpoint as a crash would. */
final class CollectingOutput implements SourceOutput {
    final List<String> logs = Collections.synchronizedList(new ArrayList<>());
    private final BatchMemory memory;
    private final Map<StreamName, Collected> streams = new HashMap<>();
    private final IntPredicate crashAtCheckpoint;

    CollectingOutput(BatchMemory memory) {
        this(memory, _ -> false);
    }

    /**
     * @param crashAtCheckpoint whether the run breaks off when the checkpoint of that number, from
     *     1 on, is given; it is kept still
     */
    CollectingOutput(BatchMemory memory, IntPredicate crashAtCheckpoint) {
        this.memory = memory;
        this.crashAtCheckpoint = crashAtCheckpoint;
    }

    @Override
    public synchronized Collected stream(StreamName name) {
        return streams.computeIfAbsent(name, Collected::new);
    }

    @Override
    public void globalCheckpoint(JsonNode state) {
        throw new AssertionError("this source has no global state");
    }

    @Override
    public void configuration(JsonNode config) {
        throw new AssertionError("this source changes no configuration");
    }

    @Override
    public void log(LogLevel level, String message) {
        logs.add(message);
    }

    /** What came of one stream. */
    final class Collected implements StreamOutput {
        private final StreamName name;

        /** Rows that a checkpoint covers. */
        final List<String> committed = new ArrayList<>();

        /** Rows since the last checkpoint. */
        final List<String> pending = new ArrayList<>();

        final List<List<FieldChange>> changes = new ArrayList<>();
        final List<String> rejected = new ArrayList<>();
        @Nullable JsonNode state;
        int checkpoints;
        int batches;
        @Nullable String restarted;
        boolean completed;
        @Nullable SyncFailure failure;

        Collected(StreamName name) {
            this.name = name;
        }

        @Override
        public void started() {}

        @Override
        public ColumnBatch newBatch(StreamSchema schema, int expectedRows)
                throws InterruptedException {
            memory.awaitRoom();
            return new ColumnBatch(memory, name, schema, 0, expectedRows);
        }

        @Override
        public synchronized void emit(ColumnBatch batch) throws InterruptedException {
            if (Thread.interrupted()) {
                batch.close();
                throw new InterruptedException();
            }
            try (batch) {
                batches++;
                for (int row = 0; row < batch.rows(); row++) {
                    pending.add(text(batch, row));
                    changes.add(batch.changes(row));
                }
            }
        }

        @Override
        public synchronized void checkpoint(JsonNode newState) {
            checkpoints++;
            committed.addAll(pending);
            pending.clear();
            state = newState;
            if (crashAtCheckpoint.test(checkpoints)) {
                throw new IllegalStateException("crash");
            }
        }

        @Override
        public synchronized void reject(String reason) {
            rejected.add(reason);
        }

        @Override
        public synchronized void restart(String reason) {
            if (batches > 0) {
                throw new AssertionError("a restart after the first batch");
            }
            restarted = reason;
        }

        @Override
        public void estimate(long rows, long bytes) {}

        @Override
        public synchronized void complete() {
            completed = true;
        }

        @Override
        public synchronized void incomplete(SyncFailure newFailure) {
            failure = newFailure;
        }

        Optional<JsonNode> state() {
            return Optional.ofNullable(state);
        }
    }

    private static String text(ColumnBatch batch, int row) {
        List<String> values = new ArrayList<>();
        for (int column = 0; column < batch.schema().size(); column++) {
            values.add(text(batch.vector(column), row));
        }
        return String.join("|", values);
    }

    static String text(Vector vector, int row) {
        if (vector.isNull(row)) {
            return "NULL";
        }
        return switch (vector) {
            case BitVector bits -> bits.get(row) ? "t" : "f";
            case VariableVector bytes ->
                    bytes.type() instanceof ColumnType.Binary
                            ? "\\x" + HexFormat.of().formatHex(bytes.getBytes(row))
                            : bytes.getText(row);
            case ListVector list -> {
                List<String> elements = new ArrayList<>();
                for (int i = list.start(row); i < list.start(row) + list.size(row); i++) {
                    elements.add(text(list.elements(), i));
                }
                yield "{" + String.join(",", elements) + "}";
            }
            case FixedVector fixed ->
                    switch (fixed.type()) {
                        case ColumnType.Int16 _ -> String.valueOf(fixed.getShort(row));
                        case ColumnType.Int32 _, ColumnType.Date _ ->
                                String.valueOf(fixed.getInt(row));
                        case ColumnType.Float32 _ -> String.valueOf(fixed.getFloat(row));
                        case ColumnType.Float64 _ -> String.valueOf(fixed.getDouble(row));
                        case ColumnType.Decimal type ->
                                new BigDecimal(
                                                BigInteger.valueOf(fixed.getHigh(row))
                                                        .shiftLeft(64)
                                                        .add(unsigned(fixed.getLow(row))),
                                                type.scale())
                                        .toPlainString();
                        case ColumnType.Uuid _ -> Long.toHexString(fixed.getLow(row));
                        default -> String.valueOf(fixed.getLong(row));
                    };
        };
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}

package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A DuckDB file under test, and short ways to write to it and to look into it. */
final class TestFile {
    static final Path CACHE = Path.of("target", "cache");
    static final StreamSchema ORDERS =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int32()),
                    Column.of("total", new ColumnType.Int64()));

    final BatchMemory memory = new BatchMemory(256L << 20);
    final Path path;
    private final String schema;
    private final boolean metadata;

    TestFile(Path path) {
        this(path, "main", true);
    }

    TestFile(Path path, String schema, boolean metadata) {
        this.path = path;
        this.schema = schema;
        this.metadata = metadata;
    }

    DuckDbDestination destination() {
        return new DuckDbDestination(path, schema, metadata, Clock.systemUTC(), CACHE);
    }

    static StreamTarget target(String name, SyncMode mode, long generation, boolean replace) {
        return target(name, ORDERS, mode, generation, replace);
    }

    static StreamTarget target(
            String name, StreamSchema schema, SyncMode mode, long generation, boolean replace) {
        return new StreamTarget(
                StreamName.of("public", name),
                StreamName.of(name),
                schema,
                mode,
                mode.deduplicated() ? List.of(schema.column(0).name()) : List.of(),
                mode.incremental() ? Optional.of(schema.column(1).name()) : Optional.empty(),
                generation,
                replace);
    }

    /** Rows whose values are integers, texts or null, by the landing's types. */
    ColumnBatch batch(StreamName stream, StreamSchema landed, @Nullable Object[]... rows) {
        var batch = new ColumnBatch(memory, stream, landed, 1_000_000L, rows.length);
        for (@Nullable Object[] row : rows) {
            for (int i = 0; i < landed.size(); i++) {
                append(batch.vector(i), row[i]);
            }
            batch.endRow();
        }
        return batch;
    }

    static @Nullable Object[] row(@Nullable Object... values) {
        return values;
    }

    private static void append(Vector vector, @Nullable Object value) {
        switch (value) {
            case null -> vector.appendNull();
            case String text -> ((VariableVector) vector).append(text);
            case Number number -> {
                var fixed = (FixedVector) vector;
                switch (vector.type()) {
                    case ColumnType.Int16 _ -> fixed.appendShort(number.shortValue());
                    case ColumnType.Int32 _ -> fixed.appendInt(number.intValue());
                    case ColumnType.Float64 _ -> fixed.appendDouble(number.doubleValue());
                    case ColumnType.Decimal _ ->
                            fixed.append128(number.longValue(), number.longValue() >> 63);
                    default -> fixed.appendLong(number.longValue());
                }
            }
            default -> throw new IllegalArgumentException("no value " + value);
        }
    }

    static Checkpoint checkpoint(StreamName stream, String state, long records) {
        return new Checkpoint(Optional.of(stream), JsonMapper.shared().readTree(state), records, 0);
    }

    static JsonNode details() {
        return JsonMapper.shared().readTree("{\"kept\":true}");
    }

    /** Writes rows in one batch, with a checkpoint behind, and finishes the stream. */
    void sync(StreamTarget target, String state, @Nullable Object[]... rows)
            throws InterruptedException {
        try (var destination = destination();
                var session = destination.open("shop");
                var lane = session.open(List.of(target), new Heard())) {
            lane.write(batch(target.source(), landed(lane), rows));
            lane.finish(
                    target.source(), checkpoint(target.source(), state, rows.length), details());
        }
    }

    static StreamSchema landed(DestinationLane lane) {
        return lane.landings().getFirst().landed();
    }

    List<StoredCheckpoint> checkpoints() throws InterruptedException {
        try (var destination = destination();
                var session = destination.open("shop")) {
            return session.checkpoints();
        }
    }

    /** The rows of a query, values separated by blanks, null as {@code null}. */
    List<String> query(String sql) throws InterruptedException {
        try (var database =
                        DuckDbDatabase.open(
                                DuckDbLibrary.load(CACHE), path, DuckDbDatabase.Access.READ);
                var connection = database.connect()) {
            connection.execute("USE " + DuckDbDatabase.CATALOG);
            return connection.rows(sql).stream().map(TestFile::text).toList();
        }
    }

    void execute(String sql) throws InterruptedException {
        try (var database =
                        DuckDbDatabase.open(
                                DuckDbLibrary.load(CACHE), path, DuckDbDatabase.Access.WRITE);
                var connection = database.connect()) {
            connection.execute("USE " + DuckDbDatabase.CATALOG + ";" + sql);
        }
    }

    private static String text(DuckDbConnection.Row row) {
        return row.values().stream()
                .map(value -> value.orElse("null"))
                .collect(Collectors.joining(" "));
    }

    /** Keeps what a lane tells. */
    static final class Heard implements LaneListener {
        final List<String> durable = new ArrayList<>();

        @Override
        public void durable(Checkpoint checkpoint) {
            durable.add(checkpoint.state().toString());
        }

        @Override
        public void rejected(StreamName stream, String reason) {
            throw new AssertionError(stream + ": " + reason);
        }
    }

    static List<String> lines(String... lines) {
        return Arrays.asList(lines);
    }
}

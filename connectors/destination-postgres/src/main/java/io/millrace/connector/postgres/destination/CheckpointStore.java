package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.common.Identifiers.literal;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;

/**
 * The tables {@code _millrace_checkpoints} and {@code _millrace_receipts} in the destination's own
 * schema: what is durable of each stream of each pipeline, written in the transactions of the
 * records themselves. A row also says which pipeline a table belongs to: a new table is committed
 * together with its row.
 */
final class CheckpointStore {
    /** The layout that this version writes; it refuses newer ones. */
    static final int FORMAT = 1;

    /** States may hold any text; escaped, each is one that PostgreSQL takes. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final String DOING = "reading the checkpoints";

    private final String schema;
    private final TableName checkpoints;
    private final TableName receipts;

    CheckpointStore(String schema) {
        this.schema = schema;
        checkpoints = new TableName(schema, TableName.OWN_PREFIX + "checkpoints");
        receipts = new TableName(schema, TableName.OWN_PREFIX + "receipts");
    }

    /**
     * What is known of a stream.
     *
     * @param table where it lands
     */
    record Entry(String pipeline, StoredCheckpoint checkpoint, TableName table) {}

    /** Whether the tables are there; asks the database. */
    boolean exists(Backend backend) {
        return backend.query(
                        DOING,
                        "SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL"
                                .formatted(literal(checkpoints.sql()), literal(receipts.sql())),
                        row -> row.getBoolean(1))
                .getFirst();
    }

    /** Creates the tables where they are not there. */
    void create(Backend backend) {
        Schemas.create(backend, schema);
        backend.execute(
                "creating the table " + checkpoints,
                """
                CREATE TABLE IF NOT EXISTS %s (
                    pipeline text NOT NULL,
                    stream text NOT NULL,
                    generation int8 NOT NULL,
                    generation_complete boolean NOT NULL,
                    state json,
                    global_state boolean NOT NULL,
                    records_committed int8 NOT NULL,
                    table_schema text NOT NULL,
                    table_name text NOT NULL,
                    sync_mode text NOT NULL,
                    details json NOT NULL,
                    format_version int4 NOT NULL,
                    committed_at timestamptz NOT NULL,
                    PRIMARY KEY (pipeline, stream));
                CREATE TABLE IF NOT EXISTS %s (
                    pipeline text PRIMARY KEY,
                    receipt json NOT NULL,
                    saved_at timestamptz NOT NULL)
                """
                        .formatted(checkpoints.sql(), receipts.sql()));
    }

    /** The rows of {@code pipeline}. */
    List<Entry> load(Backend backend, String pipeline) {
        return select(backend, "pipeline = " + literal(pipeline));
    }

    /** The row of a stream, and the rows of whatever else lands in {@code table}. */
    List<Entry> concerning(Backend backend, String pipeline, StreamName stream, TableName table) {
        return select(
                backend,
                "(pipeline = %s AND stream = %s) OR (table_schema = %s AND table_name = %s)"
                        .formatted(
                                literal(pipeline),
                                literal(streamText(stream)),
                                literal(table.schema()),
                                literal(table.name())));
    }

    private List<Entry> select(Backend backend, String condition) {
        return backend.query(
                DOING,
                "SELECT * FROM %s WHERE %s ORDER BY pipeline, stream"
                        .formatted(checkpoints.sql(), condition),
                this::read);
    }

    private Entry read(ResultSet row) throws SQLException {
        int format = row.getInt("format_version");
        if (format > FORMAT) {
            throw new ConfigurationFailure(
                    ("The table %s was written by a newer Millrace (format %d, this one knows %d)."
                                    + " Upgrade this one.")
                            .formatted(checkpoints, format, FORMAT));
        }
        String state = row.getString("state");
        JsonNode parsed = state == null ? NullNode.getInstance() : JSON.readTree(state);
        var table = new TableName(row.getString("table_schema"), row.getString("table_name"));
        var checkpoint =
                new StoredCheckpoint(
                        parseStream(row.getString("stream")),
                        row.getLong("generation"),
                        row.getBoolean("generation_complete"),
                        parsed.isNull() ? Optional.empty() : Optional.of(parsed),
                        row.getBoolean("global_state"),
                        row.getLong("records_committed"),
                        table.toString(),
                        SyncMode.parse(row.getString("sync_mode"))
                                .orElse(SyncMode.FULL_REFRESH_APPEND),
                        JSON.readTree(row.getString("details")),
                        row.getTimestamp("committed_at").toInstant());
        return new Entry(row.getString("pipeline"), checkpoint, table);
    }

    private static String streamText(StreamName stream) {
        ArrayNode parts = JSON.createArrayNode();
        stream.namespace().ifPresentOrElse(parts::add, parts::addNull);
        parts.add(stream.name());
        return JSON.writeValueAsString(parts);
    }

    private static StreamName parseStream(String text) {
        JsonNode parts = JSON.readTree(text);
        Optional<String> namespace =
                parts.path(0).isNull() ? Optional.empty() : Optional.of(parts.path(0).asString());
        return new StreamName(namespace, parts.path(1).asString());
    }

    /** What a commit says of a stream. */
    record Progress(
            StreamTarget target,
            TableName table,
            JsonNode state,
            boolean globalState,
            long records,
            boolean complete,
            JsonNode details) {}

    /**
     * A statement that notes {@code progress}; it belongs into the transaction of the records
     * (invariant 2). A generation that was complete stays so.
     */
    String save(String pipeline, Progress progress) {
        return """
        INSERT INTO %1$s AS c VALUES (%2$s, %3$s, %4$d, %5$b, %6$s::json, %7$b, %8$d, %9$s, %10$s,
            %11$s, %12$s::json, %13$d, clock_timestamp())
        ON CONFLICT (pipeline, stream) DO UPDATE SET
            generation_complete = excluded.generation_complete
                OR (c.generation = excluded.generation AND c.generation_complete),
            records_committed = excluded.records_committed
                + CASE WHEN c.generation = excluded.generation THEN c.records_committed ELSE 0 END,
            generation = excluded.generation, state = excluded.state,
            global_state = excluded.global_state, table_schema = excluded.table_schema,
            table_name = excluded.table_name, sync_mode = excluded.sync_mode,
            details = excluded.details, format_version = excluded.format_version,
            committed_at = excluded.committed_at\
        """
                .formatted(
                        checkpoints.sql(),
                        literal(pipeline),
                        literal(streamText(progress.target().source())),
                        progress.target().generation(),
                        progress.complete(),
                        literal(JSON.writeValueAsString(progress.state())),
                        progress.globalState(),
                        progress.records(),
                        literal(progress.table().schema()),
                        literal(progress.table().name()),
                        literal(progress.target().syncMode().text()),
                        literal(JSON.writeValueAsString(progress.details())),
                        FORMAT);
    }

    /** A statement that forgets the state of a stream, and not its generation nor its table. */
    String forget(String pipeline, StreamName stream) {
        return "UPDATE %s SET state = NULL, records_committed = 0 WHERE pipeline = %s AND stream = %s"
                .formatted(checkpoints.sql(), literal(pipeline), literal(streamText(stream)));
    }

    void saveReceipt(Backend backend, String pipeline, JsonNode receipt) {
        backend.execute(
                "keeping the receipt",
                """
                INSERT INTO %s VALUES (%s, %s::json, clock_timestamp())
                ON CONFLICT (pipeline) DO UPDATE SET receipt = excluded.receipt, saved_at = excluded.saved_at
                """
                        .formatted(
                                receipts.sql(),
                                literal(pipeline),
                                literal(JSON.writeValueAsString(receipt))));
    }

    Optional<JsonNode> loadReceipt(Backend backend, String pipeline) {
        List<JsonNode> found = new ArrayList<>();
        found.addAll(
                backend.query(
                        "reading the receipt",
                        "SELECT receipt FROM %s WHERE pipeline = %s"
                                .formatted(receipts.sql(), literal(pipeline)),
                        row -> JSON.readTree(row.getString(1))));
        return found.stream().findFirst();
    }
}

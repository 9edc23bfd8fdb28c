package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tables {@code _millrace_checkpoints} and {@code _millrace_receipts} in the default schema.
 * The only class that knows their columns.
 */
final class CheckpointTable {
    static final String CHECKPOINTS = "_millrace_checkpoints";
    static final String RECEIPTS = "_millrace_receipts";

    /** Grows when a row can no longer be understood by older versions. */
    static final int FORMAT_VERSION = 1;

    private static final String COLUMNS =
            "pipeline, namespace, name, generation, complete, state, global_state, records,"
                    + " table_schema, table_name, loading_table, mode, columns, details,"
                    + " committed_at, format_version";

    private final String schema;
    private final String checkpoints;
    private final String receipts;

    CheckpointTable(String defaultSchema) {
        this.schema = defaultSchema;
        this.checkpoints = new TableName(defaultSchema, CHECKPOINTS).sql();
        this.receipts = new TableName(defaultSchema, RECEIPTS).sql();
    }

    /** Makes the tables where they aren't there; refuses those of a newer version. */
    void create(DuckDbConnection connection) throws InterruptedException {
        refuseNewer(connection);
        connection.execute(
                """
                CREATE SCHEMA IF NOT EXISTS %s;
                CREATE TABLE IF NOT EXISTS %s (
                    pipeline VARCHAR, namespace VARCHAR, name VARCHAR, generation BIGINT,
                    complete BOOLEAN, state VARCHAR, global_state BOOLEAN, records BIGINT,
                    table_schema VARCHAR, table_name VARCHAR, loading_table VARCHAR, mode VARCHAR,
                    columns VARCHAR, details VARCHAR, committed_at BIGINT, format_version INTEGER);
                CREATE TABLE IF NOT EXISTS %s (
                    pipeline VARCHAR, receipt VARCHAR, saved_at BIGINT, format_version INTEGER);
                """
                        .formatted(new TableName(schema, "").schemaSql(), checkpoints, receipts));
    }

    /** Throws where the tables are there, and of a newer version. */
    void refuseNewer(DuckDbConnection connection) throws InterruptedException {
        if (exists(connection, CHECKPOINTS)) {
            checkVersion(connection);
        }
    }

    /** The rows of all pipelines; none where the table isn't there. */
    List<CheckpointRow> load(DuckDbConnection connection) throws InterruptedException {
        var rows = new ArrayList<CheckpointRow>();
        if (!exists(connection, CHECKPOINTS)) {
            return rows;
        }
        checkVersion(connection);
        for (DuckDbConnection.Row row :
                connection.rows(
                        "SELECT "
                                + COLUMNS
                                + " FROM "
                                + checkpoints
                                + " ORDER BY pipeline, namespace, name")) {
            rows.add(
                    new CheckpointRow(
                            row.text(0),
                            new StreamName(row.find(1), row.text(2)),
                            row.number(3),
                            row.flag(4),
                            row.find(5),
                            row.flag(6),
                            row.number(7),
                            new TableName(row.text(8), row.text(9)),
                            row.find(10),
                            SyncMode.parse(row.text(11)).orElseThrow(),
                            columns(row.text(12)),
                            row.text(13),
                            Instant.ofEpochMilli(row.number(14))));
        }
        return rows;
    }

    /** The statements that put {@code row} into the place of the stream's earlier one. */
    String save(CheckpointRow row) {
        return """
        DELETE FROM %s WHERE pipeline = %s AND namespace IS NOT DISTINCT FROM %s AND name = %s;
        INSERT INTO %s (%s) VALUES (%s, %s, %s, %d, %b, %s, %b, %d, %s, %s, %s, %s, %s, %s, %d, %d);
        """
                .formatted(
                        checkpoints,
                        text(row.pipeline()),
                        text(row.stream().namespace()),
                        text(row.stream().name()),
                        checkpoints,
                        COLUMNS,
                        text(row.pipeline()),
                        text(row.stream().namespace()),
                        text(row.stream().name()),
                        row.generation(),
                        row.complete(),
                        text(row.state()),
                        row.globalState(),
                        row.records(),
                        text(row.table().schema()),
                        text(row.table().table()),
                        text(row.loading()),
                        text(row.mode().text()),
                        text(columns(row.columns())),
                        text(row.details()),
                        row.committedAt().toEpochMilli(),
                        FORMAT_VERSION);
    }

    String saveReceipt(String pipeline, String receipt, Instant now) {
        return """
        BEGIN;
        DELETE FROM %s WHERE pipeline = %s;
        INSERT INTO %s VALUES (%s, %s, %d, %d);
        COMMIT;
        """
                .formatted(
                        receipts,
                        text(pipeline),
                        receipts,
                        text(pipeline),
                        text(receipt),
                        now.toEpochMilli(),
                        FORMAT_VERSION);
    }

    Optional<String> loadReceipt(DuckDbConnection connection, String pipeline)
            throws InterruptedException {
        if (!exists(connection, RECEIPTS)) {
            return Optional.empty();
        }
        return connection
                .rows(
                        "SELECT receipt FROM %s WHERE pipeline = %s"
                                .formatted(receipts, text(pipeline)))
                .stream()
                .findFirst()
                .map(row -> row.text(0));
    }

    private void checkVersion(DuckDbConnection connection) throws InterruptedException {
        long version =
                connection
                        .rows("SELECT coalesce(max(format_version), 0) FROM " + checkpoints)
                        .getFirst()
                        .number(0);
        if (version > FORMAT_VERSION) {
            throw new ConfigurationFailure(
                    "The checkpoints in %s.%s were written by a newer version of Millrace (format %d; this one knows %d). Use that version."
                            .formatted(schema, CHECKPOINTS, version, FORMAT_VERSION));
        }
    }

    private boolean exists(DuckDbConnection connection, String table) throws InterruptedException {
        return connection
                        .rows(
                                "SELECT count(*) FROM duckdb_tables() WHERE database_name = %s AND lower(schema_name) = lower(%s) AND table_name = %s"
                                        .formatted(
                                                text(DuckDbDatabase.CATALOG),
                                                text(schema),
                                                text(table)))
                        .getFirst()
                        .number(0)
                > 0;
    }

    private static Map<String, String> columns(String json) {
        Map<String, String> columns = new HashMap<>();
        JsonMapper.shared()
                .readTree(json)
                .properties()
                .forEach(entry -> columns.put(entry.getKey(), entry.getValue().asString()));
        return columns;
    }

    private static String columns(Map<String, String> columns) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        columns.forEach(json::put);
        return json.toString();
    }

    private static String text(String value) {
        return Sql.text(value);
    }

    private static String text(Optional<String> value) {
        return value.map(Sql::text).orElse("NULL");
    }
}

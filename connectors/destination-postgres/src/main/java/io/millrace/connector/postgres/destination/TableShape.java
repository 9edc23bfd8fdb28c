package io.millrace.connector.postgres.destination;

import java.util.List;
import java.util.Optional;

/**
 * A relation as the database has it.
 *
 * @param kind {@code pg_class.relkind}: {@code r} table, {@code p} partitioned table, {@code v}
 *     view, …
 * @param owned whether we have its owner's rights, which altering it needs
 */
record TableShape(
        TableName table, long oid, String kind, String owner, boolean owned, List<Column> columns) {

    TableShape {
        columns = List.copyOf(columns);
    }

    /**
     * A column that was not dropped.
     *
     * @param required whether it takes no null
     * @param defaulted whether it has a default
     */
    record Column(int number, String name, SqlType type, boolean required, boolean defaulted) {}

    /** Whether rows can be written to it by us. */
    boolean isTable() {
        return kind.equals("r") || kind.equals("p");
    }

    /** What it is, for people. */
    String kindText() {
        return switch (kind) {
            case "r", "p" -> "table";
            case "v" -> "view";
            case "m" -> "materialized view";
            case "f" -> "foreign table";
            case "S" -> "sequence";
            case "i", "I" -> "index";
            default -> "type";
        };
    }

    Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }
}

package io.millrace.connector.duckdb.common;

import java.util.List;
import java.util.stream.Collectors;

/** Pieces of SQL text. */
public final class Sql {
    private Sql() {}

    /** {@code name} as an identifier. */
    public static String name(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** The names, separated by commas. */
    public static String names(List<String> names) {
        return names.stream().map(Sql::name).collect(Collectors.joining(", "));
    }

    /** {@code text} as a literal; DuckDB knows no escapes within. */
    public static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}

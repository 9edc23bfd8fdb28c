package io.millrace.connector.postgres.common;

/** Names and texts in SQL. */
public final class Identifiers {
    private Identifiers() {}

    /** {@code name} as a quoted identifier: {@code "a ""b"""}. */
    public static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code schema.name}, both quoted. */
    public static String quote(String schema, String name) {
        return quote(schema) + '.' + quote(name);
    }

    /** {@code text} as a literal that reads the same whatever the server's settings are. */
    public static String literal(String text) {
        String doubled = text.replace("'", "''");
        return doubled.indexOf('\\') < 0
                ? '\'' + doubled + '\''
                : " E'" + doubled.replace("\\", "\\\\") + '\'';
    }
}

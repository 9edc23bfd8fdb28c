package io.millrace.connector.postgres.destination;

/**
 * Expressions that print a value as records of that type are printed when they land in a column of
 * text, where PostgreSQL's own cast prints it otherwise: so that old and new rows of a column that
 * became text look alike. For a session in UTC.
 */
final class AsText {
    private AsText() {}

    /** The text of {@code column}, a quoted name, which is of {@code type}. */
    static String of(String column, SqlType type) {
        if (type.array()) {
            return "to_json(%s)::text".formatted(column);
        }
        return switch (type.base()) {
            // The cast would drop the blanks at the end.
            case "bpchar" -> "rpad(%s::text, %d)".formatted(column, type.characters().orElse(1));
            // The cast of inet to text adds a mask that printing it leaves out, and so on.
            case "inet" -> "pg_catalog.textin(pg_catalog.inet_out(%s))".formatted(column);
            case "xml" -> "pg_catalog.textin(pg_catalog.xml_out(%s))".formatted(column);
            case "bytea" -> "replace(encode(%s, 'base64'), E'\\n', '')".formatted(column);
            case "date" -> finite(column, day(column));
            case "time" -> time(column);
            case "timestamp" -> finite(column, day(column) + " || 'T' || " + time(column));
            case "timestamptz" ->
                    finite(column, day(column) + " || 'T' || " + time(column) + " || 'Z'");
            default -> column + "::text";
        };
    }

    private static String finite(String column, String text) {
        return "CASE WHEN isfinite(%1$s) THEN %2$s ELSE %1$s::text END".formatted(column, text);
    }

    /** Years outside 0 to 9999 have a sign; the year before 1 is 0. */
    private static String day(String column) {
        String year = "extract(year FROM %s)::int8".formatted(column);
        String astronomical = "(%1$s + CASE WHEN %1$s < 0 THEN 1 ELSE 0 END)".formatted(year);
        return """
        CASE WHEN %1$s < 0 THEN '-' WHEN %1$s > 9999 THEN '+' ELSE '' END
        || lpad(abs(%1$s)::text, greatest(4, length(abs(%1$s)::text)), '0')
        || to_char(%2$s, '-MM-DD')\
        """
                .formatted(astronomical, column);
    }

    /** Six decimals or none. */
    private static String time(String column) {
        return """
        to_char(%1$s, 'HH24:MI:SS')
        || CASE WHEN extract(microseconds FROM %1$s)::int8 %% 1000000 = 0 THEN ''
            ELSE to_char(%1$s, '.US') END\
        """
                .formatted(column);
    }
}

package io.millrace.connector.postgres.common;

import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;

/**
 * How a column of PostgreSQL travels.
 *
 * @param columnType as what its values travel
 * @param text the type as PostgreSQL writes it, such as {@code numeric(12,2)}; that of the base
 *     type where it is a domain
 * @param form what is selected so that the binary form of its values is that of {@code columnType}
 * @param comparable whether its values have an order, so that a cursor can stand between them
 * @param builtIn whether every PostgreSQL has the type, so that a table elsewhere can use {@code
 *     text}
 */
public record PostgresType(
        ColumnType columnType, String text, Form form, boolean comparable, boolean builtIn) {

    /** The column {@code name} of this type. */
    public Column column(String name) {
        return Column.of(name, columnType, text);
    }

    /**
     * What to select of {@code expression}, a column's quoted name, so that {@link
     * BinaryCopyDecoder} understands it.
     */
    public String select(String expression) {
        return switch (form) {
            case ITSELF -> expression;
            case TEXT -> expression + "::pg_catalog.text";
            // The cast of inet to text adds a mask that printing it leaves out, and so on.
            case INET_OUT -> "pg_catalog.textin(pg_catalog.inet_out(%s))".formatted(expression);
            case XML_OUT -> "pg_catalog.textin(pg_catalog.xml_out(%s))".formatted(expression);
            case CHAR_OUT -> "pg_catalog.textin(pg_catalog.charout(%s))".formatted(expression);
            // The array as a whole is printed and read again: a cast of the elements could print
            // them in another way than PostgreSQL does.
            case TEXT_ARRAY -> expression + "::pg_catalog.text::pg_catalog.text[]";
            case JSON_ARRAY -> "pg_catalog.to_json(%s)::pg_catalog.text".formatted(expression);
        };
    }

    /** What is selected of a column. */
    public enum Form {
        /** The column as it is. */
        ITSELF,
        /** Its text. */
        TEXT,
        /** An inet's text. */
        INET_OUT,
        /** An xml's text. */
        XML_OUT,
        /** The text of a {@code "char"}. */
        CHAR_OUT,
        /** An array of its elements' texts. */
        TEXT_ARRAY,
        /** An array of several dimensions as JSON. */
        JSON_ARRAY
    }
}

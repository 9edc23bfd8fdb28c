package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.Identifiers;

/**
 * A column of a stream in its table.
 *
 * @param name in the table
 * @param type in the table
 */
record LandedColumn(String name, SqlType type) {

    /** The name as it stands in a statement. */
    String sql() {
        return Identifiers.quote(name);
    }

    /** Its definition in a staging table. */
    String stagingDefinition() {
        String staged = type.binary() ? type.sql() : type.array() ? "text[]" : "text";
        return sql() + " " + staged;
    }

    /** What is selected of a staging table to fill it. */
    String fromStaging() {
        return type.binary() ? sql() : sql() + "::" + type.sql();
    }
}

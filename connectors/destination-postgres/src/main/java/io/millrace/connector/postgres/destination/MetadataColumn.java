package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.Identifiers;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The columns that a table gets beside those of its stream (reference: protocol 4.2.4). */
enum MetadataColumn {
    RAW_ID("_airbyte_raw_id", "uuid"),
    EXTRACTED_AT("_airbyte_extracted_at", "timestamptz"),
    /**
     * Its default stands in every row without changes, and isn't sent: parsing it costs the server.
     */
    META("_airbyte_meta", "jsonb", " DEFAULT '{\"changes\": []}'"),
    GENERATION_ID("_airbyte_generation_id", "int8");

    private final String columnName;
    private final String type;
    private final String defaultClause;

    MetadataColumn(String columnName, String type) {
        this(columnName, type, "");
    }

    MetadataColumn(String columnName, String type, String defaultClause) {
        this.columnName = columnName;
        this.type = type;
        this.defaultClause = defaultClause;
    }

    String columnName() {
        return columnName;
    }

    String sql() {
        return Identifiers.quote(columnName);
    }

    /** The column's definition in a table. */
    String definition() {
        return sql() + " " + SqlType.parse(type).sql() + defaultClause;
    }

    static List<MetadataColumn> all() {
        return List.of(values());
    }

    static Set<String> names() {
        return Arrays.stream(values()).map(MetadataColumn::columnName).collect(Collectors.toSet());
    }
}

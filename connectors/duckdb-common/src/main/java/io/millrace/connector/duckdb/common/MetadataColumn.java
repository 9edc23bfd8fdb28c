package io.millrace.connector.duckdb.common;

import io.millrace.protocol.schema.ColumnType;
import java.util.Arrays;
import java.util.List;

/** Airbyte's four columns, in the order in which tables have them. */
public enum MetadataColumn {
    RAW_ID("_airbyte_raw_id"),
    EXTRACTED_AT("_airbyte_extracted_at"),
    META("_airbyte_meta"),
    GENERATION_ID("_airbyte_generation_id");

    private final String columnName;

    MetadataColumn(String columnName) {
        this.columnName = columnName;
    }

    public String columnName() {
        return columnName;
    }

    public ColumnType type() {
        return switch (this) {
            case RAW_ID -> new ColumnType.Uuid();
            case EXTRACTED_AT -> new ColumnType.TimestampTz();
            case META -> new ColumnType.Json();
            case GENERATION_ID -> new ColumnType.Int64();
        };
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(MetadataColumn::columnName).toList();
    }
}

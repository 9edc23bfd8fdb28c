package io.millrace.connector.duckdb.common;

import io.millrace.protocol.schema.ColumnType;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DuckDB's type for each of ours, and back. */
public final class DuckDbTypes {
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),\\s*(\\d+)\\)");

    private DuckDbTypes() {}

    /** The type as {@code CREATE TABLE} names it. */
    public static String sqlName(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> "BOOLEAN";
            case ColumnType.Int16 _ -> "SMALLINT";
            case ColumnType.Int32 _ -> "INTEGER";
            case ColumnType.Int64 _ -> "BIGINT";
            case ColumnType.Float32 _ -> "FLOAT";
            case ColumnType.Float64 _, ColumnType.JsonNumber _ -> "DOUBLE";
            case ColumnType.Decimal decimal ->
                    "DECIMAL(" + decimal.precision() + "," + decimal.scale() + ")";
            case ColumnType.BigDecimalText _, ColumnType.Text _ -> "VARCHAR";
            case ColumnType.Json _, ColumnType.Jsonb _ -> "JSON";
            case ColumnType.Date _ -> "DATE";
            case ColumnType.Time _ -> "TIME";
            case ColumnType.TimeTz _ -> "TIMETZ";
            case ColumnType.Timestamp _ -> "TIMESTAMP";
            case ColumnType.TimestampTz _ -> "TIMESTAMPTZ";
            case ColumnType.Binary _ -> "BLOB";
            case ColumnType.Uuid _ -> "UUID";
            case ColumnType.ListOf list -> sqlName(list.element()) + "[]";
        };
    }

    /**
     * Our type for DuckDB's, as {@code duckdb_columns()} names it; empty for types that we don't
     * make.
     */
    public static Optional<ColumnType> parse(String sqlName) {
        String name = sqlName.toUpperCase(Locale.ROOT);
        if (name.endsWith("[]")) {
            return parse(name.substring(0, name.length() - 2))
                    .filter(element -> !(element instanceof ColumnType.ListOf))
                    .map(ColumnType.ListOf::new);
        }
        Matcher decimal = DECIMAL.matcher(name);
        if (decimal.matches()) {
            return Optional.of(
                    new ColumnType.Decimal(
                            Integer.parseInt(decimal.group(1)),
                            Integer.parseInt(decimal.group(2))));
        }
        return Optional.ofNullable(
                switch (name) {
                    case "BOOLEAN" -> new ColumnType.Bool();
                    case "SMALLINT" -> new ColumnType.Int16();
                    case "INTEGER" -> new ColumnType.Int32();
                    case "BIGINT" -> new ColumnType.Int64();
                    case "FLOAT" -> new ColumnType.Float32();
                    case "DOUBLE" -> new ColumnType.Float64();
                    case "VARCHAR" -> new ColumnType.Text();
                    case "JSON" -> new ColumnType.Json();
                    case "DATE" -> new ColumnType.Date();
                    case "TIME" -> new ColumnType.Time();
                    case "TIMETZ", "TIME WITH TIME ZONE" -> new ColumnType.TimeTz();
                    case "TIMESTAMP" -> new ColumnType.Timestamp();
                    case "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE" -> new ColumnType.TimestampTz();
                    case "BLOB" -> new ColumnType.Binary();
                    case "UUID" -> new ColumnType.Uuid();
                    default -> null;
                });
    }
}

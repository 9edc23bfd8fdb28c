package io.millrace.protocol.schema;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Column types as short texts, for states and messages: {@code int64}, {@code decimal(12,2)},
 * {@code list(text)}.
 */
public final class ColumnTypes {
    private static final Map<String, ColumnType> SIMPLE =
            Map.ofEntries(
                    Map.entry("bool", new ColumnType.Bool()),
                    Map.entry("int16", new ColumnType.Int16()),
                    Map.entry("int32", new ColumnType.Int32()),
                    Map.entry("int64", new ColumnType.Int64()),
                    Map.entry("float32", new ColumnType.Float32()),
                    Map.entry("float64", new ColumnType.Float64()),
                    Map.entry("big_decimal", new ColumnType.BigDecimalText()),
                    Map.entry("json_number", new ColumnType.JsonNumber()),
                    Map.entry("text", new ColumnType.Text()),
                    Map.entry("json", new ColumnType.Json()),
                    Map.entry("jsonb", new ColumnType.Jsonb()),
                    Map.entry("date", new ColumnType.Date()),
                    Map.entry("time", new ColumnType.Time()),
                    Map.entry("timetz", new ColumnType.TimeTz()),
                    Map.entry("timestamp", new ColumnType.Timestamp()),
                    Map.entry("timestamptz", new ColumnType.TimestampTz()),
                    Map.entry("binary", new ColumnType.Binary()),
                    Map.entry("uuid", new ColumnType.Uuid()));
    private static final Pattern DECIMAL = Pattern.compile("decimal\\((\\d{1,2}),(\\d{1,2})\\)");
    private static final Pattern LIST = Pattern.compile("list\\((.*)\\)");

    private ColumnTypes() {}

    public static String text(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> "bool";
            case ColumnType.Int16 _ -> "int16";
            case ColumnType.Int32 _ -> "int32";
            case ColumnType.Int64 _ -> "int64";
            case ColumnType.Float32 _ -> "float32";
            case ColumnType.Float64 _ -> "float64";
            case ColumnType.Decimal decimal ->
                    "decimal(%d,%d)".formatted(decimal.precision(), decimal.scale());
            case ColumnType.BigDecimalText _ -> "big_decimal";
            case ColumnType.JsonNumber _ -> "json_number";
            case ColumnType.Text _ -> "text";
            case ColumnType.Json _ -> "json";
            case ColumnType.Jsonb _ -> "jsonb";
            case ColumnType.Date _ -> "date";
            case ColumnType.Time _ -> "time";
            case ColumnType.TimeTz _ -> "timetz";
            case ColumnType.Timestamp _ -> "timestamp";
            case ColumnType.TimestampTz _ -> "timestamptz";
            case ColumnType.Binary _ -> "binary";
            case ColumnType.Uuid _ -> "uuid";
            case ColumnType.ListOf list -> "list(" + text(list.element()) + ")";
        };
    }

    /**
     * The type that {@link #text} wrote; empty where {@code text} is none, such as one of a later
     * version.
     */
    public static Optional<ColumnType> parse(String text) {
        ColumnType simple = SIMPLE.get(text);
        if (simple != null) {
            return Optional.of(simple);
        }
        Matcher decimal = DECIMAL.matcher(text);
        if (decimal.matches()) {
            int precision = Integer.parseInt(decimal.group(1));
            int scale = Integer.parseInt(decimal.group(2));
            return precision >= 1
                            && precision <= ColumnType.Decimal.MAX_PRECISION
                            && scale <= precision
                    ? Optional.of(new ColumnType.Decimal(precision, scale))
                    : Optional.empty();
        }
        Matcher list = LIST.matcher(text);
        if (list.matches()) {
            return parse(list.group(1))
                    .filter(element -> !(element instanceof ColumnType.ListOf))
                    .map(ColumnType.ListOf::new);
        }
        return Optional.empty();
    }
}

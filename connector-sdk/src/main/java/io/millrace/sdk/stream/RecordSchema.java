package io.millrace.sdk.stream;

import io.millrace.protocol.json.Json;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Columns that are made of records: of a Java record's components, or of examples. */
public final class RecordSchema {
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern DATE_TIME =
            Pattern.compile(
                    "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?"
                            + "(Z|[+-]\\d\\d:?\\d\\d)");
    private static final Pattern LOCAL_DATE_TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?");

    private static final SnakeCase NAMES = new SnakeCase();

    private RecordSchema() {}

    /** How components are called in records. */
    private static final class SnakeCase extends PropertyNamingStrategies.SnakeCaseStrategy {
        private static final long serialVersionUID = 1L;

        String of(String component) {
            return translate(component);
        }
    }

    /** Made when the first Java record is given, since it takes time to start with. */
    private static final class Trees {
        static final JsonMapper MAPPER =
                Json.mapper().rebuild().propertyNamingStrategy(NAMES).build();
    }

    /**
     * A column for each component of a Java record, in their order and in snake case. Times, dates,
     * numbers, texts and lists of them have columns of their type; other records, maps and trees
     * become JSON; an {@link Optional} is what may be null, as every column may.
     */
    public static StreamSchema of(Class<? extends Record> type) {
        var columns = new ArrayList<Column>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = NAMES.of(component.getName());
            columns.add(column(name, component.getGenericType()));
        }
        return new StreamSchema(columns);
    }

    private static Column column(String name, Type type) {
        if (type instanceof ParameterizedType parameterized) {
            Type first = parameterized.getActualTypeArguments()[0];
            Class<?> raw = (Class<?>) parameterized.getRawType();
            if (raw.equals(Optional.class)) {
                return column(name, first);
            }
            if (Collection.class.isAssignableFrom(raw)) {
                ColumnType element = column(name, first).type();
                return element instanceof ColumnType.Json || element instanceof ColumnType.ListOf
                        ? Column.of(name, new ColumnType.Json(), "array")
                        : Column.of(name, new ColumnType.ListOf(element));
            }
            return Column.of(name, new ColumnType.Json(), "object");
        }
        return column(name, (Class<?>) type);
    }

    private static Column column(String name, Class<?> type) {
        ColumnType known = TYPES.get(type);
        if (known != null) {
            return Column.of(name, known);
        }
        if (type.isEnum()) {
            return Column.of(name, new ColumnType.Text());
        }
        return type.isRecord() || Map.class.isAssignableFrom(type)
                ? Column.of(name, new ColumnType.Json(), "object")
                : Column.of(name, new ColumnType.Json());
    }

    private static final Map<Class<?>, ColumnType> TYPES =
            Map.ofEntries(
                    Map.entry(boolean.class, new ColumnType.Bool()),
                    Map.entry(Boolean.class, new ColumnType.Bool()),
                    Map.entry(short.class, new ColumnType.Int16()),
                    Map.entry(Short.class, new ColumnType.Int16()),
                    Map.entry(int.class, new ColumnType.Int32()),
                    Map.entry(Integer.class, new ColumnType.Int32()),
                    Map.entry(long.class, new ColumnType.Int64()),
                    Map.entry(Long.class, new ColumnType.Int64()),
                    Map.entry(float.class, new ColumnType.Float32()),
                    Map.entry(Float.class, new ColumnType.Float32()),
                    Map.entry(double.class, new ColumnType.Float64()),
                    Map.entry(Double.class, new ColumnType.Float64()),
                    Map.entry(BigDecimal.class, new ColumnType.JsonNumber()),
                    Map.entry(BigInteger.class, new ColumnType.JsonNumber()),
                    Map.entry(String.class, new ColumnType.Text()),
                    Map.entry(UUID.class, new ColumnType.Uuid()),
                    Map.entry(byte[].class, new ColumnType.Binary()),
                    Map.entry(LocalDate.class, new ColumnType.Date()),
                    Map.entry(LocalTime.class, new ColumnType.Time()),
                    Map.entry(OffsetTime.class, new ColumnType.TimeTz()),
                    Map.entry(LocalDateTime.class, new ColumnType.Timestamp()),
                    Map.entry(Instant.class, new ColumnType.TimestampTz()),
                    Map.entry(OffsetDateTime.class, new ColumnType.TimestampTz()));

    /**
     * The columns of examples: every field that one of them has, in the order in which they were
     * met. Whole numbers, numbers, texts, dates and times keep their type where all examples agree;
     * where they don't, numbers are numbers, texts are texts, and everything else is JSON. A field
     * that is only ever null is a text.
     */
    public static StreamSchema infer(Iterable<JsonNode> examples) {
        var seen = new LinkedHashMap<String, Optional<Column>>();
        for (JsonNode example : examples) {
            example.properties()
                    .forEach(field -> {
                        Optional<Column> column = column(field.getKey(), field.getValue());
                        seen.merge(field.getKey(), column, RecordSchema::both);
                    });
        }
        return new StreamSchema(
                seen.entrySet().stream()
                        .map(each ->
                                each.getValue()
                                        .orElseGet(() ->
                                                Column.of(each.getKey(), new ColumnType.Text())))
                        .toList());
    }

    private static Optional<Column> column(String name, JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> Optional.empty();
            case BOOLEAN -> Optional.of(Column.of(name, new ColumnType.Bool()));
            case NUMBER ->
                    Optional.of(
                            Column.of(
                                    name,
                                    value.isIntegralNumber() && value.canConvertToLong()
                                            ? new ColumnType.Int64()
                                            : new ColumnType.JsonNumber()));
            case STRING -> Optional.of(Column.of(name, typeOf(value.stringValue())));
            case ARRAY -> Optional.of(Column.of(name, new ColumnType.Json(), "array"));
            case OBJECT -> Optional.of(Column.of(name, new ColumnType.Json(), "object"));
            case BINARY, POJO -> Optional.of(Column.of(name, new ColumnType.Json()));
        };
    }

    private static ColumnType typeOf(String text) {
        if (DATE.matcher(text).matches()) {
            return new ColumnType.Date();
        }
        if (DATE_TIME.matcher(text).matches()) {
            return new ColumnType.TimestampTz();
        }
        return LOCAL_DATE_TIME.matcher(text).matches()
                ? new ColumnType.Timestamp()
                : new ColumnType.Text();
    }

    private static Optional<Column> both(Optional<Column> one, Optional<Column> other) {
        if (one.isEmpty() || other.isEmpty() || one.equals(other)) {
            return one.or(() -> other);
        }
        List<ColumnType> types = List.of(one.get().type(), other.get().type());
        String name = one.get().name();
        if (types.stream().allMatch(RecordSchema::isNumber)) {
            return Optional.of(Column.of(name, new ColumnType.JsonNumber()));
        }
        return Optional.of(
                Column.of(
                        name,
                        types.stream().allMatch(RecordSchema::isText)
                                ? new ColumnType.Text()
                                : new ColumnType.Json()));
    }

    private static boolean isNumber(ColumnType type) {
        return type instanceof ColumnType.Int64 || type instanceof ColumnType.JsonNumber;
    }

    private static boolean isText(ColumnType type) {
        return type instanceof ColumnType.Text
                || type instanceof ColumnType.Date
                || type instanceof ColumnType.Timestamp
                || type instanceof ColumnType.TimestampTz;
    }

    /** A Java record as what it is in JSON. */
    static JsonNode tree(Object record) {
        return Trees.MAPPER.valueToTree(record);
    }
}

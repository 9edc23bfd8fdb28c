package io.millrace.protocol.json;

import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the protocol's JSON schemas mean as columns (reference: protocol 3.1 and 3.2), and columns
 * as such a schema.
 */
public final class JsonSchemas {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ARRAY = "array";
    private static final String OBJECT = "object";
    private static final String WELL_KNOWN = "WellKnownTypes.json#/definitions/";

    private JsonSchemas() {}

    /**
     * The columns of a stream: the properties of its schema, in their order. A schema that isn't
     * one of objects has none; of several alternatives the one that is an object counts. A column
     * of objects or of arrays has {@code object} or {@code array} as its source type.
     */
    public static StreamSchema parse(JsonNode schema) {
        List<Column> columns = new ArrayList<>();
        for (var property : objectOf(schema).path("properties").properties()) {
            columns.add(column(property.getKey(), property.getValue()));
        }
        return new StreamSchema(columns);
    }

    /** Objects and arrays travel alike; the source's name tells them apart. */
    private static Column column(String name, JsonNode schema) {
        ColumnType type = typeOf(schema);
        if (type instanceof ColumnType.Json) {
            List<String> names = typeNames(schema);
            if (names.equals(List.of(ARRAY)) || names.equals(List.of(OBJECT))) {
                return Column.of(name, type, names.getFirst());
            }
        }
        return Column.of(name, type);
    }

    private static JsonNode objectOf(JsonNode schema) {
        if (schema.has("properties")) {
            return schema;
        }
        List<JsonNode> objects = new ArrayList<>();
        for (JsonNode option : options(schema)) {
            if (option.has("properties")) {
                objects.add(option);
            }
        }
        return objects.size() == 1 ? objects.getFirst() : NODES.objectNode();
    }

    /** The type in which values of a property's schema travel. */
    public static ColumnType typeOf(JsonNode schema) {
        if (!schema.isObject()) {
            return new ColumnType.Json();
        }
        if (schema.path("$ref").isString()) {
            return typeOfReference(schema.path("$ref").stringValue());
        }
        List<JsonNode> options = options(schema);
        if (!options.isEmpty() && !schema.has("type")) {
            Set<ColumnType> types = new LinkedHashSet<>();
            for (JsonNode option : options) {
                if (!isNull(option)) {
                    types.add(typeOf(option));
                }
            }
            return types.size() == 1 ? types.iterator().next() : new ColumnType.Json();
        }
        List<String> names = typeNames(schema);
        return names.size() == 1 ? typeOf(names.getFirst(), schema) : new ColumnType.Json();
    }

    private static List<JsonNode> options(JsonNode schema) {
        List<JsonNode> options = new ArrayList<>();
        for (String keyword : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.path(keyword) instanceof ArrayNode array) {
                array.forEach(options::add);
            }
        }
        return options;
    }

    private static boolean isNull(JsonNode option) {
        JsonNode type = option.path("type");
        return (type.isString() || !type.isEmpty()) && typeNames(option).isEmpty();
    }

    /** The names in {@code type}, without null, each once. */
    private static List<String> typeNames(JsonNode schema) {
        JsonNode type = schema.path("type");
        Set<String> names = new LinkedHashSet<>();
        if (type.isString()) {
            names.add(type.stringValue());
        } else if (type instanceof ArrayNode array) {
            for (JsonNode name : array) {
                names.add(name.asString(""));
            }
        }
        names.remove("null");
        return List.copyOf(names);
    }

    private static ColumnType typeOf(String name, JsonNode schema) {
        String airbyteType = schema.path("airbyte_type").asString("");
        return switch (name) {
            case "boolean" -> new ColumnType.Bool();
            case "integer", "int" -> new ColumnType.Int64();
            case "number", "float" ->
                    airbyteType.equals("integer")
                            ? new ColumnType.Int64()
                            : new ColumnType.JsonNumber();
            case "string" -> typeOfString(schema, airbyteType);
            default -> new ColumnType.Json(); // arrays, objects, and names that nobody knows
        };
    }

    private static ColumnType typeOfString(JsonNode schema, String airbyteType) {
        return switch (schema.path("format").asString("")) {
            case "date" -> new ColumnType.Date();
            case "date-time" ->
                    airbyteType.equals("timestamp_without_timezone")
                            ? new ColumnType.Timestamp()
                            : new ColumnType.TimestampTz();
            case "time" ->
                    airbyteType.equals("time_without_timezone")
                            ? new ColumnType.Time()
                            : new ColumnType.TimeTz();
            default -> {
                if (airbyteType.equals("big_integer") || airbyteType.equals("big_number")) {
                    yield new ColumnType.BigDecimalText();
                }
                yield schema.path("contentEncoding").asString("").equals("base64")
                        ? new ColumnType.Binary()
                        : new ColumnType.Text();
            }
        };
    }

    /**
     * Catalogs of the protocol's version 1, which was never rolled out, name types by reference.
     */
    private static ColumnType typeOfReference(String reference) {
        if (!reference.startsWith(WELL_KNOWN)) {
            return new ColumnType.Json();
        }
        return switch (reference.substring(WELL_KNOWN.length())) {
            case "String" -> new ColumnType.Text();
            case "BinaryData" -> new ColumnType.Binary();
            case "Date" -> new ColumnType.Date();
            case "TimestampWithTimezone" -> new ColumnType.TimestampTz();
            case "TimestampWithoutTimezone" -> new ColumnType.Timestamp();
            case "TimeWithTimezone" -> new ColumnType.TimeTz();
            case "TimeWithoutTimezone" -> new ColumnType.Time();
            case "Number" -> new ColumnType.BigDecimalText();
            case "Integer" -> new ColumnType.Int64();
            case "Boolean" -> new ColumnType.Bool();
            default -> new ColumnType.Json();
        };
    }

    /** The schema of a stream with these columns, each of which may be null. */
    public static ObjectNode write(StreamSchema schema) {
        ObjectNode root = NODES.objectNode();
        root.put("$schema", "http://json-schema.org/draft-07/schema#");
        root.put("type", OBJECT);
        ObjectNode properties = root.putObject("properties");
        for (Column column : schema.columns()) {
            properties.set(column.name(), write(column));
        }
        return root;
    }

    /**
     * The schema of a column. One of JSON whose source doesn't say what it holds is told as
     * everything it may be: a destination makes null of an array among objects (reference: protocol
     * 3.3.4).
     */
    private static ObjectNode write(Column column) {
        if (column.type() instanceof ColumnType.Json || column.type() instanceof ColumnType.Jsonb) {
            if (column.sourceType().isEmpty()) {
                ObjectNode any = NODES.objectNode();
                ArrayNode options = any.putArray("oneOf");
                for (String name : List.of(OBJECT, ARRAY, "string", "number", "boolean")) {
                    options.addObject().put("type", name);
                }
                return any;
            }
            return nullable(column.sourceType().get().equals(ARRAY) ? ARRAY : OBJECT);
        }
        return write(column.type());
    }

    /** The schema of a property of that type. */
    public static ObjectNode write(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> nullable("boolean");
            case ColumnType.Int16 _, ColumnType.Int32 _, ColumnType.Int64 _ -> nullable("integer");
            case ColumnType.Float32 _,
                    ColumnType.Float64 _,
                    ColumnType.Decimal _,
                    ColumnType.BigDecimalText _,
                    ColumnType.JsonNumber _ ->
                    nullable("number");
            case ColumnType.Text _, ColumnType.Uuid _ -> nullable("string");
            case ColumnType.Json _, ColumnType.Jsonb _ -> nullable(OBJECT);
            case ColumnType.Date _ -> text("date", Optional.empty());
            case ColumnType.Time _ -> text("time", Optional.of("time_without_timezone"));
            case ColumnType.TimeTz _ -> text("time", Optional.of("time_with_timezone"));
            case ColumnType.Timestamp _ ->
                    text("date-time", Optional.of("timestamp_without_timezone"));
            case ColumnType.TimestampTz _ ->
                    text("date-time", Optional.of("timestamp_with_timezone"));
            case ColumnType.Binary _ -> nullable("string").put("contentEncoding", "base64");
            case ColumnType.ListOf list -> {
                ObjectNode array = nullable(ARRAY);
                array.set("items", write(list.element()));
                yield array;
            }
        };
    }

    private static ObjectNode nullable(String name) {
        ObjectNode node = NODES.objectNode();
        node.putArray("type").add("null").add(name);
        return node;
    }

    private static ObjectNode text(String format, Optional<String> airbyteType) {
        ObjectNode node = nullable("string").put("format", format);
        airbyteType.ifPresent(name -> node.put("airbyte_type", name));
        return node;
    }
}

package io.millrace.declarative.schema;

import io.millrace.declarative.interpolation.python.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Guesses the JSON schema of a stream from records, as the reference's builder does (reference:
 * 13.2): everything but keys may be null, and what is only ever null is left out. One thread.
 */
public final class SchemaInference {
    private static final String TYPE = "type";
    private static final String NULL = "null";
    private static final String INTEGER = "integer";
    private static final String NUMBER = "number";
    private static final String ANY_OF = "anyOf";
    private static final String PROPERTIES = "properties";
    private static final String ITEMS = "items";

    /** All that was seen in one place. */
    private static final class Node {
        private final String wholeNumber;
        private final TreeSet<String> scalars = new TreeSet<>();
        private boolean object;
        private boolean array;
        private boolean objectsCameFirst;
        private final Map<String, Node> properties = new LinkedHashMap<>();
        private @Nullable Node items;

        Node(String wholeNumber) {
            this.wholeNumber = wholeNumber;
        }

        void see(@Nullable Object value) {
            switch (value) {
                case null -> scalars.add(NULL);
                case Boolean _ -> scalars.add("boolean");
                case Double _ -> scalars.add(NUMBER);
                case Map<?, ?> fields -> {
                    object = true;
                    objectsCameFirst |= !array;
                    fields.forEach((key, each) ->
                            properties
                                    .computeIfAbsent(
                                            String.valueOf(key), _ -> new Node(wholeNumber))
                                    .see(each));
                }
                case List<?> list -> {
                    array = true;
                    for (Object each : list) {
                        Node node = items == null ? new Node(wholeNumber) : items;
                        items = node;
                        node.see(each);
                    }
                }
                default -> scalars.add(Numbers.isInteger(value) ? wholeNumber : "string");
            }
        }

        /** Types without further words share one schema; the others are alternatives to it. */
        Map<String, Object> schema() {
            List<Map<String, Object>> schemas = new ArrayList<>();
            TreeSet<String> plain = new TreeSet<>(scalars);
            if (plain.contains(NUMBER)) {
                plain.remove(INTEGER); // which is one
            }
            if (object && properties.isEmpty()) {
                plain.add("object");
            }
            if (array && items == null) {
                plain.add("array");
            }
            if (!plain.isEmpty()) {
                Map<String, Object> schema = new LinkedHashMap<>();
                schema.put(TYPE, plain.size() == 1 ? plain.first() : new ArrayList<>(plain));
                schemas.add(schema);
            }
            // In the order in which they were met.
            if (objectsCameFirst) {
                addObject(schemas);
                addArray(schemas);
            } else {
                addArray(schemas);
                addObject(schemas);
            }
            if (schemas.size() == 1) {
                return schemas.getFirst();
            }
            Map<String, Object> either = new LinkedHashMap<>();
            either.put(ANY_OF, schemas);
            return either;
        }

        private void addArray(List<Map<String, Object>> schemas) {
            if (items != null) {
                Map<String, Object> schema = new LinkedHashMap<>();
                schema.put(TYPE, "array");
                schema.put(ITEMS, items.schema());
                schemas.add(schema);
            }
        }

        private void addObject(List<Map<String, Object>> schemas) {
            if (!properties.isEmpty()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                properties.forEach((name, node) -> fields.put(name, node.schema()));
                Map<String, Object> schema = new LinkedHashMap<>();
                schema.put(TYPE, "object");
                schema.put(PROPERTIES, fields);
                schemas.add(schema);
            }
        }
    }

    /** What whole numbers are. */
    public enum WholeNumbers {
        /** Columns are made of it. */
        INTEGERS,
        /** As the reference's builder has it. */
        NUMBERS
    }

    private final Node root;
    private long count;

    public SchemaInference() {
        this(WholeNumbers.INTEGERS);
    }

    public SchemaInference(WholeNumbers wholeNumbers) {
        this.root = new Node(wholeNumbers == WholeNumbers.INTEGERS ? INTEGER : NUMBER);
    }

    /** Takes a record into account. */
    public void accept(Map<String, Object> record) {
        root.see(record);
        count++;
    }

    /** How many records were taken into account. */
    public long count() {
        return count;
    }

    /**
     * The schema of all records.
     *
     * @param keys paths of fields that every record has: of the primary key and the cursor; those
     *     that no record has are left out
     */
    public Map<String, Object> schema(List<List<String>> keys) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "http://json-schema.org/schema#");
        schema.putAll(root.schema());
        clean(schema);
        schema.put(TYPE, "object");
        for (List<String> key : keys) {
            require(schema, key);
        }
        return schema;
    }

    private static void clean(Map<String, Object> node) {
        if (node.get(ANY_OF) instanceof List<?> alternatives) {
            cleanAlternatives(node, alternatives);
        }
        if (node.get(PROPERTIES) instanceof Map<?, ?> properties) {
            properties.values().removeIf(each -> NULL.equals(cast(each).get(TYPE)));
            properties.values().forEach(each -> clean(cast(each)));
        }
        if (node.get(ITEMS) instanceof Map<?, ?> items) {
            clean(cast(items));
        }
        if (node.containsKey(TYPE)) {
            node.put(TYPE, nullable(node.get(TYPE)));
        }
    }

    /** One alternative to null is a type that may be null. */
    private static void cleanAlternatives(Map<String, Object> node, List<?> alternatives) {
        List<?> real =
                alternatives.stream().filter(each -> !NULL.equals(cast(each).get(TYPE))).toList();
        if (alternatives.size() == 2 && real.size() == 1) {
            node.remove(ANY_OF);
            node.putAll(cast(real.getFirst()));
        }
    }

    /** With null at the end, where it is easy to overlook. */
    private static List<Object> nullable(@Nullable Object type) {
        List<Object> types =
                type instanceof List<?> list
                        ? new ArrayList<>(list)
                        : new ArrayList<>(List.of(String.valueOf(type)));
        types.remove(NULL);
        types.add(NULL);
        return types;
    }

    private static void require(Map<String, Object> root, List<String> path) {
        Map<String, Object> node = root;
        for (String step : path) {
            if (!(node.get(PROPERTIES) instanceof Map<?, ?> properties)
                    || !(properties.get(step) instanceof Map<?, ?> next)) {
                return;
            }
            List<Object> required =
                    node.get("required") instanceof List<?> list
                            ? new ArrayList<>(list)
                            : new ArrayList<>();
            if (!required.contains(step)) {
                required.add(step);
            }
            node.put("required", required);
            node = cast(next);
            if (node.get(TYPE) instanceof List<?> types) {
                List<?> others = types.stream().filter(each -> !NULL.equals(each)).toList();
                node.put(TYPE, others.size() == 1 ? others.getFirst() : others);
            }
        }
    }

    @SuppressWarnings("unchecked") // schemas that were made here
    private static Map<String, Object> cast(@Nullable Object schema) {
        return (Map<String, Object>) java.util.Objects.requireNonNull(schema);
    }
}

package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes the known properties out of an object, one after the other; what is left at the end is
 * additional. An optional property of another type than declared is left as well.
 */
final class Properties {
    private final String place;
    private final Map<String, JsonNode> left = new LinkedHashMap<>();

    /** {@code place} is where the object stands, for messages. */
    Properties(String place, ObjectNode object) {
        this.place = place;
        for (Map.Entry<String, JsonNode> property : object.properties()) {
            left.put(property.getKey(), property.getValue());
        }
    }

    Additional additional() {
        return left.isEmpty() ? Additional.NONE : new Additional(left);
    }

    void drop(String name) {
        left.remove(name);
    }

    boolean has(String name) {
        return left.containsKey(name);
    }

    String string(String name) throws MalformedMessage {
        return required(name, "a string", optionalString(name));
    }

    ObjectNode object(String name) throws MalformedMessage {
        return required(name, "an object", optionalObject(name));
    }

    BigDecimal number(String name) throws MalformedMessage {
        @Nullable JsonNode value = present(name);
        if (value == null || !value.isNumber()) {
            throw new MalformedMessage(missing(name, "a number"));
        }
        left.remove(name);
        return value.decimalValue();
    }

    Optional<String> optionalString(String name) {
        @Nullable JsonNode value = present(name);
        if (value == null || !value.isString()) {
            return Optional.empty();
        }
        left.remove(name);
        return Optional.of(value.stringValue());
    }

    Optional<ObjectNode> optionalObject(String name) {
        if (!(present(name) instanceof ObjectNode object)) {
            return Optional.empty();
        }
        left.remove(name);
        return Optional.of(object);
    }

    Optional<Boolean> optionalBoolean(String name) {
        @Nullable JsonNode value = present(name);
        if (value == null || !value.isBoolean()) {
            return Optional.empty();
        }
        left.remove(name);
        return Optional.of(value.booleanValue());
    }

    /** A whole number, also one that is written with a decimal point. */
    OptionalLong optionalLong(String name) {
        @Nullable JsonNode value = present(name);
        if (value == null || !value.isNumber()) {
            return OptionalLong.empty();
        }
        BigDecimal number = value.decimalValue();
        // Guards against spelling out the digits of 1e999999999.
        if (number.precision() - (long) number.scale() > 20) {
            return OptionalLong.empty();
        }
        try {
            long whole = number.longValueExact();
            left.remove(name);
            return OptionalLong.of(whole);
        } catch (ArithmeticException _) {
            return OptionalLong.empty(); // no whole number of 64 bits: kept as it came
        }
    }

    /** Any value but null. */
    Optional<JsonNode> optionalValue(String name) {
        @Nullable JsonNode value = present(name);
        if (value != null) {
            left.remove(name);
        }
        return Optional.ofNullable(value);
    }

    Optional<List<String>> optionalPath(String name) {
        Optional<List<String>> path = optionalStrings(present(name));
        if (path.isPresent()) {
            left.remove(name);
        }
        return path;
    }

    Optional<List<List<String>>> optionalPaths(String name) {
        @Nullable JsonNode value = present(name);
        if (value == null || !value.isArray()) {
            return Optional.empty();
        }
        List<List<String>> paths = new ArrayList<>();
        for (JsonNode element : value) {
            Optional<List<String>> path = optionalStrings(element);
            if (path.isEmpty()) {
                return Optional.empty();
            }
            paths.add(path.get());
        }
        left.remove(name);
        return Optional.of(paths);
    }

    /** The objects of an array; the property is taken only where all elements are objects. */
    List<ObjectNode> objects(String name) throws MalformedMessage {
        return required(name, "an array of objects", optionalObjects(name));
    }

    Optional<List<ObjectNode>> optionalObjects(String name) {
        @Nullable JsonNode value = present(name);
        if (value == null || !value.isArray()) {
            return Optional.empty();
        }
        List<ObjectNode> objects = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            if (!(element instanceof ObjectNode object)) {
                return Optional.empty();
            }
            objects.add(object);
        }
        left.remove(name);
        return Optional.of(objects);
    }

    <E extends Enum<E>> OpenValue<E> open(String name, Class<E> type) throws MalformedMessage {
        return openValue(type, string(name));
    }

    <E extends Enum<E>> Optional<OpenValue<E>> optionalOpen(String name, Class<E> type) {
        return optionalString(name).map(text -> openValue(type, text));
    }

    <E extends Enum<E>> Optional<List<OpenValue<E>>> optionalOpens(String name, Class<E> type) {
        return optionalPath(name)
                .map(texts -> {
                    List<OpenValue<E>> values = new ArrayList<>(texts.size());
                    for (String text : texts) {
                        values.add(openValue(type, text));
                    }
                    return values;
                });
    }

    static <E extends Enum<E>> OpenValue<E> openValue(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            // The wire's spelling differs from the constant's in case and dots only: oauth2.0.
            if (constant.name().equals(text)
                    || constant.name().toLowerCase(Locale.ROOT).equals(text.replace('.', '_'))) {
                return new OpenValue<E>(Optional.of(constant), text);
            }
        }
        return new OpenValue<E>(Optional.<E>empty(), text);
    }

    private static Optional<List<String>> optionalStrings(@Nullable JsonNode value) {
        if (value == null || !value.isArray()) {
            return Optional.empty();
        }
        List<String> strings = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            if (!element.isString()) {
                return Optional.empty();
            }
            strings.add(element.stringValue());
        }
        return Optional.of(strings);
    }

    /** Null, on the wire, is absent. */
    private @Nullable JsonNode present(String name) {
        @Nullable JsonNode value = left.get(name);
        if (value != null && value.isNull()) {
            left.remove(name);
            return null;
        }
        return value;
    }

    private <T> T required(String name, String type, Optional<T> value) throws MalformedMessage {
        if (value.isEmpty()) {
            throw new MalformedMessage(missing(name, type));
        }
        return value.get();
    }

    private String missing(String name, String type) {
        return "%s lacks %s, which must be %s".formatted(place, name, type);
    }
}

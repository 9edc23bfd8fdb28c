package io.millrace.declarative.manifest;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A component of a manifest whose references, default types and parameters are resolved: an
 * immutable view of its fields, which are Python values. A field that is null counts as absent.
 *
 * <p>Whoever asks for a field in a form that it doesn't have gets a {@link ConfigurationFailure}
 * that names the place, for the author of the manifest.
 */
public final class Definition {
    private static final String PARAMETERS = "$parameters";

    private final Map<String, Object> fields;
    private final String path;

    private Definition(Map<String, Object> fields, String path) {
        this.fields = fields;
        this.path = path;
    }

    /**
     * A component of these fields, which nobody changes any more.
     *
     * @param path where it stands in the manifest, for messages: {@code streams[0].retriever}
     */
    public static Definition of(Map<String, Object> fields, String path) {
        return new Definition(Collections.unmodifiableMap(fields), path);
    }

    /** Its component type; empty text where it has none. */
    public String type() {
        return fields.get("type") instanceof String type ? type : "";
    }

    /** Where it stands in the manifest. */
    public String path() {
        return path;
    }

    public Map<String, Object> fields() {
        return fields;
    }

    /** What templates of this component see as {@code parameters}. */
    public Map<String, Object> parameters() {
        return fields.get(PARAMETERS) instanceof Map<?, ?> map ? keyed(map) : Map.of();
    }

    /** Whether {@code field} is present, and not null. */
    public boolean has(String field) {
        return fields.get(field) != null;
    }

    public @Nullable Object value(String field) {
        return fields.get(field);
    }

    /** A text; numbers and flags as Python prints them. */
    public String text(String field) {
        return findText(field).orElseThrow(() -> malformed(field, "a text"));
    }

    public Optional<String> findText(String field) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> Optional.empty();
            case String text -> Optional.of(text);
            case Number _, Boolean _ -> Optional.of(Python.str(value));
            default -> throw malformed(field, "a text");
        };
    }

    /** A flag, or the text of one. */
    public boolean flag(String field, boolean otherwise) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> otherwise;
            case Boolean flag -> flag;
            case String text when text.equalsIgnoreCase("true") -> true;
            case String text when text.equalsIgnoreCase("false") -> false;
            default -> throw malformed(field, "true or false");
        };
    }

    /** An integer, or the text of one. */
    public OptionalLong findInteger(String field) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> OptionalLong.empty();
            case Long number -> OptionalLong.of(number);
            case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
                    OptionalLong.of(number.longValue());
            case String text when isInteger(text.strip()) ->
                    OptionalLong.of(new BigInteger(text.strip()).longValueExact());
            default -> throw malformed(field, "an integer");
        };
    }

    private static boolean isInteger(String text) {
        int from = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        return text.length() > from
                && text.length() - from <= 18
                && text.chars().skip(from).allMatch(c -> c >= '0' && c <= '9');
    }

    /** The component in {@code field}, which must be there. */
    public Definition child(String field) {
        return find(field).orElseThrow(() -> malformed(field, "an object"));
    }

    public Optional<Definition> find(String field) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> Optional.empty();
            case Map<?, ?> map -> Optional.of(of(keyed(map), path + "." + field));
            default -> throw malformed(field, "an object");
        };
    }

    /** The components in {@code field}: a list of them, or one alone. Empty where it is absent. */
    public List<Definition> children(String field) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> List.of();
            case Map<?, ?> _ -> List.of(child(field));
            case List<?> list -> {
                List<Definition> children = new ArrayList<>(list.size());
                for (Object item : list) {
                    if (!(item instanceof Map<?, ?> map)) {
                        throw malformed(field, "a list of objects");
                    }
                    children.add(
                            of(keyed(map), "%s.%s[%d]".formatted(path, field, children.size())));
                }
                yield children;
            }
            default -> throw malformed(field, "a list of objects");
        };
    }

    /** The texts in {@code field}: a list of them, or one alone. Empty where it is absent. */
    public List<String> texts(String field) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> List.of();
            case String text -> List.of(text);
            case List<?> list -> {
                List<String> texts = new ArrayList<>(list.size());
                for (Object item : list) {
                    switch (item) {
                        case String text -> texts.add(text);
                        case Number _, Boolean _ -> texts.add(Python.str(item));
                        case null, default -> throw malformed(field, "a list of texts");
                    }
                }
                yield texts;
            }
            default -> throw malformed(field, "a list of texts");
        };
    }

    /** The mapping in {@code field}; empty where it is absent. */
    public Map<String, Object> mapping(String field) {
        Object value = fields.get(field);
        return switch (value) {
            case null -> Map.of();
            case Map<?, ?> map -> keyed(map);
            default -> throw malformed(field, "an object");
        };
    }

    /** This with {@code field} set to {@code value}. */
    public Definition with(String field, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(fields);
        changed.put(field, value);
        return of(changed, path);
    }

    /** What to throw where {@code field} is absent or isn't what it has to be. */
    public SyncFailure malformed(String field, String expected) {
        return new ConfigurationFailure(
                "The manifest is not valid: %s.%s %s."
                        .formatted(
                                path,
                                field,
                                has(field)
                                        ? "has to be " + expected
                                        : "is missing (%s)".formatted(expected)));
    }

    /** What to throw where this is a component of a type that can't stand here. */
    public SyncFailure unknownType(String expected) {
        if (CustomComponents.isCustom(this)) {
            return CustomComponents.refused(this);
        }
        return new ConfigurationFailure(
                type().isEmpty()
                        ? "The manifest is not valid: %s has no type (%s)."
                                .formatted(path, expected)
                        : "The manifest is not valid: %s can't be a %s (%s)."
                                .formatted(path, type(), expected));
    }

    /** Keys that aren't text can't name a field; YAML makes them of e.g. {@code 1:}. */
    private static Map<String, Object> keyed(Map<?, ?> map) {
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> put(result, Python.str(key), value));
        return result;
    }

    @SuppressWarnings("NullAway") // a value may be None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    /** Type and place: the fields may hold secrets. */
    @Override
    public String toString() {
        return "%s at %s".formatted(type(), path);
    }
}

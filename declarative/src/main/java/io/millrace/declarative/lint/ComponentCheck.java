package io.millrace.declarative.lint;

import io.millrace.declarative.interpolation.python.Repr;
import io.millrace.declarative.jsonschema.JsonSchema;
import io.millrace.declarative.manifest.Located;
import io.millrace.protocol.text.NearestName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds components against their schema: fields that are missing, unknown or of another kind, types
 * that can't stand where they stand, Python classes, and templates that can't be evaluated.
 */
final class ComponentCheck {
    /** These keep what their schema doesn't name, but a name that it doesn't have is a slip. */
    private static final Set<String> CLOSED_BY_SENSE = Set.of("DeclarativeStream");

    private final ComponentSchema schema = ComponentSchema.load();
    private final TemplateCheck templates;
    private final List<Finding> findings;

    /** Whether what is looked at changes configurations, and so knows more than valid ones. */
    private boolean changesConfig;

    /**
     * @param keys what configurations can hold
     * @param fixed whether all parameters are there, since no stream is made of a template
     */
    ComponentCheck(ConfigKeys keys, boolean fixed, List<Finding> findings) {
        this.templates = new TemplateCheck(keys, fixed);
        this.findings = findings;
    }

    /** Checks a manifest that was completed, of which {@code written} is what somebody wrote. */
    void check(Map<String, Object> manifest, Located.Mapping written) {
        object(manifest, written, schema.root(), "DeclarativeSource", findings);
        boolean streams =
                manifest.get("streams") != null || manifest.get("dynamic_streams") != null;
        if (!streams) {
            findings.add(
                    Finding.error(
                            written.place(),
                            "The manifest has neither streams nor dynamic_streams."));
        }
    }

    /**
     * A value against what may stand there.
     *
     * @param owner the component that it is in, and its field: {@code HttpRequester.url}
     */
    private void value(
            @Nullable Object value,
            Located at,
            @Nullable Object expected,
            String owner,
            List<Finding> found) {
        List<Map<?, ?>> alternatives = schema.alternatives(schema.resolve(expected));
        if (value instanceof Map<?, ?> map) {
            mapping(map, at, alternatives, owner, found);
        } else {
            other(value, at, alternatives, owner, found);
        }
    }

    private void mapping(
            Map<?, ?> map,
            Located at,
            List<Map<?, ?>> alternatives,
            String owner,
            List<Finding> found) {
        List<Map<?, ?>> objects = alternatives.stream().filter(each -> allows(each, map)).toList();
        if (map.get("type") instanceof String type) {
            Optional<Map<?, ?>> meant =
                    objects.stream()
                            .filter(each -> ComponentSchema.typeOf(each).equals(Optional.of(type)))
                            .findFirst();
            if (meant.isPresent()) {
                object(map, at, meant.get(), type, found);
                return;
            }
        }
        List<Map<?, ?>> untyped =
                objects.stream().filter(each -> fitsWithoutType(each, map)).toList();
        if (!untyped.isEmpty()) {
            Map<?, ?> first = untyped.getFirst();
            object(map, at, first, ComponentSchema.typeOf(first).orElse(owner), found);
        } else if (objects.isEmpty()) {
            found.add(Finding.error(at.place(), "%s %s.".formatted(owner, hasToBe(alternatives))));
        } else {
            found.add(Finding.error(typePlace(at), wrongType(map, objects, owner)));
        }
    }

    private static boolean fitsWithoutType(Map<?, ?> expected, Map<?, ?> map) {
        return ComponentSchema.typeOf(expected).isEmpty()
                || (map.get("type") == null
                        && !(expected.get("required") instanceof List<?> names
                                && names.contains("type")));
    }

    private static Located.Place typePlace(Located at) {
        return at.part("type").place();
    }

    private String wrongType(Map<?, ?> map, List<Map<?, ?>> objects, String owner) {
        Set<String> names = new TreeSet<>();
        objects.forEach(each -> ComponentSchema.typeOf(each).ifPresent(names::add));
        if (!(map.get("type") instanceof String type)) {
            return "%s needs a type: %s.".formatted(owner, String.join(", ", names));
        }
        Set<String> known = schema.types();
        if (!known.contains(type)) {
            return "There is no component of type %s%s"
                    .formatted(type, NearestName.hint(type, known));
        }
        return "%s can't be a %s, but a %s.".formatted(owner, type, String.join(", a ", names));
    }

    private void other(
            @Nullable Object value,
            Located at,
            List<Map<?, ?>> alternatives,
            String owner,
            List<Finding> found) {
        List<List<Finding>> results = new ArrayList<>();
        for (Map<?, ?> alternative : alternatives) {
            if (allows(alternative, value)) {
                List<Finding> result = new ArrayList<>();
                plain(value, at, alternative, owner, result);
                results.add(result);
            }
        }
        Optional<List<Finding>> best = results.stream().min(Comparator.comparingInt(List::size));
        if (best.isPresent()) {
            found.addAll(best.get());
        } else {
            found.add(Finding.error(at.place(), "%s %s.".formatted(owner, hasToBe(alternatives))));
        }
    }

    /** Text, a number, a flag or a list against one schema that allows its type. */
    private void plain(
            @Nullable Object value,
            Located at,
            Map<?, ?> expected,
            String owner,
            List<Finding> found) {
        if (expected.get("enum") instanceof List<?> words && !words.contains(value)) {
            String known = words.stream().map(String::valueOf).collect(Collectors.joining(", "));
            found.add(Finding.error(at.place(), "%s has to be one of %s.".formatted(owner, known)));
        } else if (value instanceof List<?> list) {
            if (list.isEmpty() && expected.get("minItems") instanceof Long least && least > 0) {
                found.add(Finding.error(at.place(), owner + " must not be empty."));
            }
            for (int i = 0; i < list.size(); i++) {
                if (expected.get("items") != null) {
                    value(list.get(i), at.item(i), expected.get("items"), owner, found);
                }
            }
        } else {
            JsonSchema.of(bounds(expected))
                    .check(value)
                    .forEach(violation ->
                            found.add(
                                    Finding.error(
                                            at.place(),
                                            "%s %s.".formatted(owner, violation.message()))));
        }
    }

    /** The words of a schema that refer to nothing else. */
    private static Map<?, ?> bounds(Map<?, ?> expected) {
        return expected.entrySet().stream()
                .filter(entry ->
                        List.of("minimum", "maximum", "minLength").contains(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static boolean allows(Map<?, ?> expected, @Nullable Object value) {
        Object type = expected.get("type");
        if (type == null) {
            return expected.isEmpty()
                    || !(expected.containsKey("enum") || expected.containsKey("properties"))
                    || value instanceof Map<?, ?> == expected.containsKey("properties");
        }
        List<?> types = type instanceof List<?> list ? list : List.of(type);
        return types.stream().anyMatch(each -> JsonSchema.isOfType(value, each));
    }

    private static String hasToBe(List<Map<?, ?>> alternatives) {
        Set<String> kinds = new TreeSet<>();
        for (Map<?, ?> alternative : alternatives) {
            Optional<String> component = ComponentSchema.typeOf(alternative);
            if (component.isPresent()) {
                kinds.add("a " + component.get());
            } else if (alternative.get("type") instanceof List<?> types) {
                types.forEach(each -> kinds.add(article(String.valueOf(each))));
            } else if (alternative.get("type") instanceof String type) {
                kinds.add(article(type));
            }
        }
        return "has to be " + String.join(" or ", kinds);
    }

    private static String article(String type) {
        return switch (type) {
            case "array" -> "a list";
            case "string" -> "text";
            case "boolean" -> "true or false";
            case "integer" -> "a whole number";
            case "object" -> "an object";
            case "null" -> "null";
            default -> "a " + type;
        };
    }

    // ---------------------------------------------------------------- objects

    private void object(
            Map<?, ?> map, Located at, Map<?, ?> expected, String owner, List<Finding> found) {
        required(map, at, expected, owner, found);
        custom(map, at, owner, found);
        boolean outside = changesConfig;
        changesConfig |= owner.equals("Spec");
        fields(map, at, expected, owner, found);
        changesConfig = outside;
    }

    private void fields(
            Map<?, ?> map, Located at, Map<?, ?> expected, String owner, List<Finding> found) {
        boolean component = ComponentSchema.typeOf(expected).isPresent();
        Map<?, ?> properties = ComponentSchema.properties(expected);
        map.forEach((key, value) -> {
            if ("$parameters".equals(key) || "type".equals(key)) {
                return;
            }
            String field = component ? owner + "." + key : owner;
            Located part = at.part(key);
            Object fieldSchema = properties.get(key);
            if (fieldSchema != null) {
                if (value != null) {
                    value(value, part, fieldSchema, field, found);
                }
            } else if (expected.get("additionalProperties") instanceof Map<?, ?> each) {
                value(value, part, each, field, found);
            } else {
                unknown(map, at, key, expected, owner, found);
            }
            if (component && fieldSchema != null) {
                var place =
                        new TemplateCheck.Field(
                                owner, String.valueOf(key), parameters(map), !changesConfig);
                templates.check(place, value, part, found);
            }
        });
    }

    private static Map<?, ?> parameters(Map<?, ?> map) {
        return map.get("$parameters") instanceof Map<?, ?> parameters ? parameters : Map.of();
    }

    private static void required(
            Map<?, ?> map, Located at, Map<?, ?> expected, String owner, List<Finding> found) {
        if (expected.get("required") instanceof List<?> names) {
            for (Object name : names) {
                if (!map.containsKey(name)) {
                    found.add(
                            Finding.error(
                                    at.place(), "%s is missing in %s.".formatted(name, owner)));
                }
            }
        }
    }

    private static void custom(Map<?, ?> map, Located at, String owner, List<Finding> found) {
        if (map.get("class_name") instanceof String name && owner.startsWith("Custom")) {
            found.add(
                    Finding.warning(
                            at.part("class_name").place(),
                            ("This %s is the Python class %s, which needs Python 3 with airbyte-cdk"
                                            + " to run.")
                                    .formatted(owner, name)));
        }
    }

    private static void unknown(
            Map<?, ?> map,
            Located at,
            @Nullable Object key,
            Map<?, ?> expected,
            String owner,
            List<Finding> found) {
        Map<?, ?> properties = ComponentSchema.properties(expected);
        Optional<Located.Place> place = at.keyPlace(key);
        if (place.isEmpty() || mayHave(map, key, expected, owner)) {
            return;
        }
        Set<String> known = new TreeSet<>();
        properties.keySet().forEach(each -> known.add(String.valueOf(each)));
        String message =
                "%s has no field %s%s"
                        .formatted(
                                owner,
                                Repr.of(String.valueOf(key)),
                                NearestName.hint(String.valueOf(key), known));
        boolean closed = Boolean.FALSE.equals(expected.get("additionalProperties"));
        found.add(
                Finding.unknownField(
                        place.get(),
                        closed ? Finding.Severity.ERROR : Finding.Severity.WARNING,
                        message));
    }

    /** Whether a component may have a field that its schema doesn't name. */
    static boolean mayHave(Map<?, ?> map, @Nullable Object key, Map<?, ?> expected, String owner) {
        boolean open =
                Boolean.TRUE.equals(expected.get("additionalProperties"))
                        && !CLOSED_BY_SENSE.contains(owner);
        // Manifests that were saved with their parameters filled in have them everywhere.
        boolean parameter =
                map.get("$parameters") instanceof Map<?, ?> parameters
                        && parameters.containsKey(key);
        return open
                || parameter
                || ComponentSchema.properties(expected).isEmpty()
                || String.valueOf(key).startsWith("$");
    }
}

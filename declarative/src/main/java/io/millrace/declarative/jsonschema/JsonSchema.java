package io.millrace.declarative.jsonschema;

import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Patterns;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Repr;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON schema of draft 7 that values can be checked against. Formats are not checked, as they
 * aren't in the reference; references lead into the schema itself. Immutable as long as the schema
 * is; safe for all threads.
 */
public final class JsonSchema {
    private static final int DEEPEST = 200;

    private final @Nullable Object root;

    private JsonSchema(@Nullable Object root) {
        this.root = root;
    }

    /** The schema, an object or a flag; nobody changes it any more. */
    public static JsonSchema of(@Nullable Object schema) {
        return new JsonSchema(schema);
    }

    /** Everything that is wrong with {@code value}, in the order of the schema. */
    public List<Violation> check(@Nullable Object value) {
        return check(value, root, List.of(), 0);
    }

    private List<Violation> check(
            @Nullable Object value, @Nullable Object schema, List<Object> path, int depth) {
        List<Violation> found = new ArrayList<>();
        if (depth > DEEPEST) {
            return found; // a schema that refers to itself without end asks for nothing more
        }
        if (schema instanceof Boolean allowed) {
            if (!allowed) {
                found.add(new Violation(path, "false", schema, "is not allowed"));
            }
            return found;
        }
        if (!(schema instanceof Map<?, ?> words)) {
            return found;
        }
        if (words.get("$ref") instanceof String reference) {
            // Beside a reference nothing else counts in draft 7.
            resolve(reference).ifPresent(to -> found.addAll(check(value, to, path, depth + 1)));
            return found;
        }
        new Check(words, value, path, depth, found).run();
        return found;
    }

    /** What {@code #/definitions/name} stands for; empty where it leads nowhere. */
    public Optional<Object> resolve(String reference) {
        if (!reference.startsWith("#")) {
            return Optional.empty();
        }
        Object at = root;
        for (String step : reference.substring(1).split("/")) {
            if (step.isEmpty()) {
                continue;
            }
            String key = step.replace("~1", "/").replace("~0", "~");
            at =
                    switch (at) {
                        case Map<?, ?> map -> map.get(key);
                        case List<?> list
                                when key.matches("[0-9]{1,6}")
                                        && Integer.parseInt(key) < list.size() ->
                                list.get(Integer.parseInt(key));
                        case null, default -> null;
                    };
        }
        return Optional.ofNullable(at);
    }

    /** Whether {@code value} is of a type as schemas name it; no value is of an unknown one. */
    public static boolean isOfType(@Nullable Object value, @Nullable Object type) {
        if (!(type instanceof String name)) {
            return false;
        }
        return switch (name) {
            case "null" -> value == null;
            case "boolean" -> value instanceof Boolean;
            case "string" -> value instanceof String;
            case "object" -> Python.isDict(value);
            case "array" -> value instanceof List<?>;
            case "number" -> isNumber(value);
            case "integer" ->
                    isNumber(value)
                            && (Numbers.isInteger(value)
                                    || (value instanceof Double real
                                            && real == Math.rint(real)
                                            && !real.isInfinite()));
            default -> false;
        };
    }

    private static boolean isNumber(@Nullable Object value) {
        return value instanceof Double || (Numbers.isInteger(value) && !(value instanceof Boolean));
    }

    /** One value against one object of words. */
    private final class Check {
        private final Map<?, ?> words;
        private final @Nullable Object value;
        private final List<Object> path;
        private final int depth;
        private final List<Violation> found;

        Check(
                Map<?, ?> words,
                @Nullable Object value,
                List<Object> path,
                int depth,
                List<Violation> found) {
            this.words = words;
            this.value = value;
            this.path = path;
            this.depth = depth;
            this.found = found;
        }

        void run() {
            words.forEach((word, expected) -> {
                if (word instanceof String name) {
                    word(name, expected);
                }
            });
        }

        private void word(String word, @Nullable Object expected) {
            switch (word) {
                case "type" -> type(expected);
                case "enum" -> {
                    if (expected instanceof List<?> all
                            && all.stream().noneMatch(each -> same(each, value))) {
                        fail(word, expected, "has to be one of " + listed(all));
                    }
                }
                case "const" -> {
                    if (!same(expected, value)) {
                        fail(word, expected, "has to be " + Repr.of(expected));
                    }
                }
                case "not" -> {
                    if (matches(expected)) {
                        fail(word, expected, "is what it must not be");
                    }
                }
                case "allOf" -> each(expected, schema -> found.addAll(inside(schema)));
                case "anyOf", "oneOf" -> alternatives(word, expected);
                case "if" -> {
                    Object then = words.get(matches(expected) ? "then" : "else");
                    if (then != null) {
                        found.addAll(inside(then));
                    }
                }
                default -> {
                    switch (value) {
                        case Map<?, ?> map when Python.isDict(map) -> object(word, expected, map);
                        case List<?> list -> array(word, expected, list);
                        case String text -> text(word, expected, text);
                        case Boolean _ -> {}
                        case Number number -> number(word, expected, number);
                        case null, default -> {}
                    }
                }
            }
        }

        private void type(@Nullable Object expected) {
            List<?> types = expected instanceof List<?> list ? list : listOf(expected);
            if (types.stream().noneMatch(type -> isOfType(value, type))) {
                String names =
                        types.stream().map(String::valueOf).collect(Collectors.joining(" or "));
                fail("type", expected, "has to be of type " + names);
            }
        }

        private void object(String word, @Nullable Object expected, Map<?, ?> map) {
            switch (word) {
                case "required" ->
                        each(
                                expected,
                                name -> {
                                    if (!map.containsKey(name)) {
                                        found.add(
                                                new Violation(
                                                        plus(name), word, expected, "is missing"));
                                    }
                                });
                case "properties" -> {
                    if (expected instanceof Map<?, ?> properties) {
                        properties.forEach((name, schema) -> {
                            if (map.containsKey(name)) {
                                found.addAll(check(map.get(name), schema, plus(name), depth + 1));
                            }
                        });
                    }
                }
                case "patternProperties" -> {
                    if (expected instanceof Map<?, ?> patterns) {
                        patterns.forEach((pattern, schema) ->
                                map.forEach((name, each) -> {
                                    if (finds(String.valueOf(pattern), String.valueOf(name))) {
                                        found.addAll(check(each, schema, plus(name), depth + 1));
                                    }
                                }));
                    }
                }
                case "additionalProperties" ->
                        map.forEach((name, each) -> {
                            if (!isNamed(String.valueOf(name))) {
                                additional(expected, name, each);
                            }
                        });
                case "propertyNames" ->
                        map.keySet()
                                .forEach(name -> {
                                    if (!check(name, expected, path, depth + 1).isEmpty()) {
                                        found.add(
                                                new Violation(
                                                        plus(name),
                                                        word,
                                                        expected,
                                                        "is no such name"));
                                    }
                                });
                case "minProperties" ->
                        atLeast(word, expected, map.size(), "has to have %s fields at least");
                case "maxProperties" ->
                        atMost(word, expected, map.size(), "has to have %s fields at most");
                case "dependencies" -> {
                    if (expected instanceof Map<?, ?> dependencies) {
                        dependencies.forEach((name, needed) -> {
                            if (map.containsKey(name)) {
                                dependency(name, needed, map);
                            }
                        });
                    }
                }
                default -> {
                    // A word for other types, or one that says nothing about values.
                }
            }
        }

        private void additional(
                @Nullable Object schema, @Nullable Object name, @Nullable Object each) {
            if (schema instanceof Boolean allowed && !allowed) {
                found.add(
                        new Violation(
                                plus(name), "additionalProperties", schema, "is not known here"));
            } else {
                found.addAll(check(each, schema, plus(name), depth + 1));
            }
        }

        private boolean isNamed(String name) {
            if (words.get("properties") instanceof Map<?, ?> properties
                    && properties.containsKey(name)) {
                return true;
            }
            return words.get("patternProperties") instanceof Map<?, ?> patterns
                    && patterns.keySet().stream()
                            .anyMatch(pattern -> finds(String.valueOf(pattern), name));
        }

        private void dependency(@Nullable Object name, @Nullable Object needed, Map<?, ?> map) {
            if (needed instanceof List<?> names) {
                for (Object other : names) {
                    if (!map.containsKey(other)) {
                        found.add(
                                new Violation(
                                        plus(other),
                                        "dependencies",
                                        needed,
                                        "is missing, and needed beside " + name));
                    }
                }
            } else {
                found.addAll(inside(needed));
            }
        }

        private void array(String word, @Nullable Object expected, List<?> list) {
            switch (word) {
                case "items" -> {
                    for (int i = 0; i < list.size(); i++) {
                        Object schema =
                                expected instanceof List<?> byPlace
                                        ? i < byPlace.size()
                                                ? byPlace.get(i)
                                                : words.get("additionalItems")
                                        : expected;
                        if (schema != null) {
                            found.addAll(check(list.get(i), schema, plus((long) i), depth + 1));
                        }
                    }
                }
                case "contains" -> {
                    if (list.stream()
                            .noneMatch(item -> check(item, expected, path, depth + 1).isEmpty())) {
                        fail(word, expected, "has no item as it has to have");
                    }
                }
                case "minItems" ->
                        atLeast(word, expected, list.size(), "has to have %s items at least");
                case "maxItems" ->
                        atMost(word, expected, list.size(), "has to have %s items at most");
                case "uniqueItems" -> {
                    if (Python.isTrue(expected) && hasEqualItems(list)) {
                        fail(word, expected, "has the same item twice");
                    }
                }
                default -> {
                    // A word for other types, or one that says nothing about values.
                }
            }
        }

        private static boolean hasEqualItems(List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                for (int j = 0; j < i; j++) {
                    if (same(list.get(i), list.get(j))) {
                        return true;
                    }
                }
            }
            return false;
        }

        private void text(String word, @Nullable Object expected, String text) {
            int length = text.codePointCount(0, text.length());
            switch (word) {
                case "minLength" ->
                        atLeast(word, expected, length, "has to have %s characters at least");
                case "maxLength" ->
                        atMost(word, expected, length, "has to have %s characters at most");
                case "pattern" -> {
                    if (expected instanceof String pattern && !finds(pattern, text)) {
                        fail(word, expected, "has to match the pattern " + pattern);
                    }
                }
                default -> {
                    // A word for other types, or one that says nothing about values.
                }
            }
        }

        private void number(String word, @Nullable Object expected, Number number) {
            if (!isNumber(expected)) {
                return;
            }
            switch (word) {
                case "minimum" ->
                        order(
                                word,
                                expected,
                                Comparison.compare(number, expected) >= 0,
                                "at least");
                case "maximum" ->
                        order(word, expected, Comparison.compare(number, expected) <= 0, "at most");
                case "exclusiveMinimum" ->
                        order(
                                word,
                                expected,
                                Comparison.compare(number, expected) > 0,
                                "more than");
                case "exclusiveMaximum" ->
                        order(
                                word,
                                expected,
                                Comparison.compare(number, expected) < 0,
                                "less than");
                case "multipleOf" -> {
                    double quotient = Python.toReal(number) / Python.toReal(expected);
                    if (quotient != Math.rint(quotient)) {
                        fail(word, expected, "has to be a multiple of " + Repr.of(expected));
                    }
                }
                default -> {
                    // A word for other types, or one that says nothing about values.
                }
            }
        }

        private void order(String word, @Nullable Object expected, boolean holds, String relation) {
            if (!holds) {
                fail(word, expected, "has to be %s %s".formatted(relation, Repr.of(expected)));
            }
        }

        private void alternatives(String word, @Nullable Object expected) {
            if (!(expected instanceof List<?> schemas) || schemas.isEmpty()) {
                return;
            }
            List<List<Violation>> results = new ArrayList<>();
            for (Object schema : schemas) {
                results.add(inside(schema));
            }
            long matching = results.stream().filter(List::isEmpty).count();
            if (matching == 0) {
                found.addAll(nearest(word, expected, results));
            } else if (matching > 1 && word.equals("oneOf")) {
                fail(
                        word,
                        expected,
                        "fits %d alternatives, and has to fit one".formatted(matching));
            }
        }

        /**
         * What is wrong by the alternative that was meant: the one whose constants and enumerations
         * fit, or the one that misses least. Only where all ask for another type, that is told.
         */
        private List<Violation> nearest(
                String word, @Nullable Object expected, List<List<Violation>> results) {
            List<List<Violation>> meant =
                    results.stream()
                            .filter(violations -> violations.stream().noneMatch(this::tellsApart))
                            .toList();
            Collection<List<Violation>> candidates = meant.isEmpty() ? List.of() : meant;
            Optional<List<Violation>> least =
                    candidates.stream()
                            .min((one, other) -> Integer.compare(one.size(), other.size()));
            return least.orElseGet(() ->
                    List.of(new Violation(path, word, expected, "fits none of the alternatives")));
        }

        /** Whether it says that another alternative was meant. */
        private boolean tellsApart(Violation violation) {
            boolean here = violation.path().equals(path);
            boolean below = violation.path().size() == path.size() + 1;
            return (here && violation.keyword().equals("type"))
                    || (below
                            && (violation.keyword().equals("const")
                                    || violation.keyword().equals("enum")));
        }

        private List<Violation> inside(@Nullable Object schema) {
            return check(value, schema, path, depth + 1);
        }

        private boolean matches(@Nullable Object schema) {
            return inside(schema).isEmpty();
        }

        private void atLeast(String word, @Nullable Object expected, int size, String text) {
            if (isNumber(expected) && size < Python.toReal(expected)) {
                fail(word, expected, text.formatted(Repr.of(expected)));
            }
        }

        private void atMost(String word, @Nullable Object expected, int size, String text) {
            if (isNumber(expected) && size > Python.toReal(expected)) {
                fail(word, expected, text.formatted(Repr.of(expected)));
            }
        }

        private void fail(String word, @Nullable Object expected, String message) {
            found.add(new Violation(path, word, expected, message));
        }

        private List<Object> plus(@Nullable Object step) {
            List<Object> longer = new ArrayList<>(path);
            longer.add(step instanceof Long ? step : String.valueOf(step));
            return longer;
        }
    }

    private static List<?> listOf(@Nullable Object value) {
        return value == null ? List.of() : List.of(value);
    }

    private static void each(
            @Nullable Object list, java.util.function.Consumer<@Nullable Object> action) {
        if (list instanceof List<?> items) {
            items.forEach(action);
        }
    }

    private static String listed(List<?> all) {
        return all.stream().map(Repr::of).collect(Collectors.joining(", "));
    }

    /** As Python compares them, but that flags are no numbers here. */
    private static boolean same(@Nullable Object one, @Nullable Object other) {
        if (one instanceof Boolean || other instanceof Boolean) {
            return Objects.equals(one, other);
        }
        return Comparison.equal(one, other);
    }

    private static boolean finds(String pattern, String text) {
        try {
            return Patterns.compile(pattern).matcher(text).find();
        } catch (PythonError _) {
            return true; // a pattern that is none of Python's is the schema's fault, not the
            // value's
        }
    }
}

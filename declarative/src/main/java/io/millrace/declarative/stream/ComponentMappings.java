package io.millrace.declarative.stream;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.LiteralType;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.declarative.record.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a template of streams becomes one stream: values that are put into places of it. */
final class ComponentMappings {

    /** What a kind of resolver lets its mappings do. */
    enum Rules {
        /** Sets what the template has, to values as they are. */
        HTTP,

        /** Creates places too, has conditions, and reads texts that aren't declared so as YAML. */
        CONFIG,

        /** Creates places too, and reads every text as YAML. */
        PARAMETERS
    }

    private record Mapping(
            List<InterpolatedString> path,
            InterpolatedString value,
            Set<LiteralType> types,
            boolean yaml,
            boolean create,
            Optional<InterpolatedBoolean> condition) {}

    private final List<Mapping> mappings;

    private ComponentMappings(List<Mapping> mappings) {
        this.mappings = mappings;
    }

    static ComponentMappings compile(Definition resolver, Rules rules, Compilation compilation) {
        return new ComponentMappings(
                resolver.children("components_mapping").stream()
                        .map(mapping -> compileOne(mapping, rules, compilation))
                        .toList());
    }

    private static Mapping compileOne(Definition definition, Rules rules, Compilation compilation) {
        Optional<InterpolatedBoolean> condition =
                compilation.findCondition(definition, "condition");
        if (condition.isPresent() && rules != Rules.CONFIG) {
            throw definition.malformed(
                    "condition", "absent, since only a ConfigComponentsResolver has conditions");
        }
        Set<LiteralType> types =
                definition
                        .findText("value_type")
                        .map(type -> Set.of(type(type, definition)))
                        .orElse(Set.of());
        return new Mapping(
                compilation.strings(definition, "field_path"),
                compilation.string(definition, "value"),
                types,
                switch (rules) {
                    case HTTP -> false;
                    case CONFIG -> !types.contains(LiteralType.STRING);
                    case PARAMETERS -> true;
                },
                rules != Rules.HTTP && definition.flag("create_or_update", false),
                condition);
    }

    private static LiteralType type(String name, Definition definition) {
        return switch (name) {
            case "string" -> LiteralType.STRING;
            case "number" -> LiteralType.NUMBER;
            case "integer" -> LiteralType.INTEGER;
            case "boolean" -> LiteralType.BOOLEAN;
            default ->
                    throw definition.malformed("value_type", "string, number, integer or boolean");
        };
    }

    /** A copy of {@code template} with the values of {@code context} in their places. */
    Map<String, Object> apply(Map<String, Object> template, Context context) {
        Map<String, Object> stream = copy(template);
        for (Mapping mapping : mappings) {
            if (mapping.condition.isPresent() && !mapping.condition.get().evaluate(context)) {
                continue;
            }
            List<Object> path = new ArrayList<>();
            for (InterpolatedString segment : mapping.path) {
                Object key = segment.evaluate(context);
                path.add(key instanceof Long ? key : Python.str(key));
            }
            Object value = mapping.value.evaluate(context, mapping.types);
            if (mapping.yaml && value instanceof String text) {
                value = YamlText.parseOrKeep(text);
            }
            int count = Paths.set(stream, path, value);
            if (count == 0 && mapping.create && Python.isTrue(value)) {
                Paths.create(stream, path, value);
            }
        }
        return stream;
    }

    private static Map<String, Object> copy(Map<String, Object> map) {
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> put(result, key, copyOf(value)));
        return result;
    }

    private static @Nullable Object copyOf(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
                map.forEach((key, item) -> put(result, Python.str(key), copyOf(item)));
                yield result;
            }
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(copyOf(item));
                }
                yield items;
            }
            case null, default -> value;
        };
    }

    @SuppressWarnings("NullAway") // a value may be None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }
}

package io.millrace.declarative.config;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedMapping;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.selection.AddFields;
import io.millrace.declarative.selection.RemoveFields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A change to a configuration. Immutable; safe for all threads. */
sealed interface ConfigTransformation {

    /** Changes {@code config} in place. */
    void apply(Map<String, Object> config);

    static ConfigTransformation compile(Definition definition, Compilation compilation) {
        return switch (definition.type()) {
            case "ConfigAddFields" -> new Add(AddFields.compile(definition, compilation));
            case "ConfigRemoveFields" ->
                    new Remove(
                            RemoveFields.pointers(definition),
                            compilation.findCondition(definition, "condition"));
            case "ConfigRemapField" -> Remap.compile(definition, compilation);
            case "CustomConfigTransformation" -> throw CustomComponents.refused(definition);
            default -> throw definition.unknownType("a transformation of the configuration");
        };
    }

    /** Sets fields to values of templates. */
    record Add(AddFields fields) implements ConfigTransformation {
        @Override
        public void apply(Map<String, Object> config) {
            fields.set(config, Context.of(config));
        }
    }

    /** Removes what pointers with patterns lead to, all or, by the condition, none. */
    record Remove(List<List<Object>> pointers, Optional<InterpolatedBoolean> condition)
            implements ConfigTransformation {
        @Override
        public void apply(Map<String, Object> config) {
            if (condition.isEmpty() || condition.get().evaluate(Context.of(config))) {
                pointers.forEach(pointer -> Paths.delete(config, pointer));
            }
        }
    }

    /** Replaces the text in a field by what a table has for it. */
    record Remap(InterpolatedMapping table, List<InterpolatedString> path)
            implements ConfigTransformation {

        static Remap compile(Definition definition, Compilation compilation) {
            List<InterpolatedString> path = compilation.strings(definition, "field_path");
            if (path.isEmpty()) {
                throw definition.malformed("field_path", "a list of one key at least");
            }
            return new Remap(compilation.mapping(definition, "map"), path);
        }

        @Override
        public void apply(Map<String, Object> config) {
            Context context = Context.of(config);
            Map<?, ?> owner = config;
            for (InterpolatedString segment : path.subList(0, path.size() - 1)) {
                if (!(owner.get(segment.evaluate(context)) instanceof Map<?, ?> next)) {
                    return;
                }
                owner = next;
            }
            Object field = path.getLast().evaluate(context);
            Map<Object, Object> replacements = table.evaluate(context);
            if (owner.get(field) instanceof String current && replacements.containsKey(current)) {
                put(owner, field, replacements.get(current));
            }
        }

        @SuppressWarnings({"unchecked", "NullAway"}) // null is None
        private static void put(Map<?, ?> owner, @Nullable Object field, @Nullable Object value) {
            if (!(field instanceof String)) {
                throw PythonError.type("a field of a configuration has a name that is no text");
            }
            ((Map<Object, Object>) owner).put(field, value);
        }
    }
}

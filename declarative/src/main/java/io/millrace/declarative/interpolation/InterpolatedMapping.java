package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Dicts;
import io.millrace.declarative.interpolation.template.Variables;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mapping whose keys and texts are templates: request parameters, headers, form fields. */
public final class InterpolatedMapping {
    private static final Set<LiteralType> TEXT = Set.of(LiteralType.STRING);

    /** A value that is a template, or one that is taken as it is. */
    record Entry(Optional<CompiledText> template, @Nullable Object constant) {}

    private final Map<CompiledText, Entry> entries;
    private final Map<String, ?> parameters;

    InterpolatedMapping(Map<CompiledText, Entry> entries, Map<String, ?> parameters) {
        this.entries = entries;
        this.parameters = parameters;
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * Keys as text, values of any type. A key or value that is empty, or uses what isn't there,
     * becomes null.
     */
    public Map<Object, Object> evaluate(Context context) {
        return evaluate(context, TEXT, Interpolation.ANY);
    }

    /**
     * Keys as text, values of the types only: another one stays the text that it was rendered as.
     */
    public Map<Object, Object> evaluate(Context context, Set<LiteralType> valueTypes) {
        return evaluate(context, TEXT, valueTypes);
    }

    /** Keys and values of the given types; no types are no restriction. */
    public Map<Object, Object> evaluate(
            Context context, Set<LiteralType> keyTypes, Set<LiteralType> valueTypes) {
        Variables variables = CompiledText.withParameters(context, parameters);
        Map<Object, Object> result = LinkedHashMap.newLinkedHashMap(entries.size());
        entries.forEach((key, value) ->
                Dicts.put(
                        result,
                        key.evaluateOrNone(variables, keyTypes),
                        value.template.isPresent()
                                ? value.template.get().evaluateOrNone(variables, valueTypes)
                                : value.constant));
        return result;
    }
}

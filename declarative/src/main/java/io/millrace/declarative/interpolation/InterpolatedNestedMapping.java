package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Dicts;
import io.millrace.declarative.interpolation.template.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A structure whose keys and texts are templates at every depth: a JSON body. Entries whose value
 * is null, or became so, are left out; items of lists stay.
 */
public final class InterpolatedNestedMapping {

    /** A part of the structure. */
    sealed interface Node {}

    record Text(CompiledText template) implements Node {}

    record Mapping(Map<Node, Node> entries) implements Node {}

    record Items(List<Node> items) implements Node {}

    record Constant(@Nullable Object value) implements Node {}

    private final Node root;
    private final Map<String, ?> parameters;

    InterpolatedNestedMapping(Node root, Map<String, ?> parameters) {
        this.root = root;
        this.parameters = parameters;
    }

    /** The structure with its templates evaluated. */
    public @Nullable Object evaluate(Context context) {
        return evaluate(root, CompiledText.withParameters(context, parameters));
    }

    private static @Nullable Object evaluate(Node node, Variables variables) {
        return switch (node) {
            case Text(CompiledText template) ->
                    template.evaluateOrNone(variables, Interpolation.ANY);
            case Constant(Object value) -> value;
            case Items(List<Node> items) -> {
                List<Object> result = new ArrayList<>(items.size());
                for (Node item : items) {
                    result.add(evaluate(item, variables));
                }
                yield result;
            }
            case Mapping(Map<Node, Node> entries) -> {
                Map<Object, Object> result = LinkedHashMap.newLinkedHashMap(entries.size());
                entries.forEach((key, value) ->
                        Dicts.put(result, evaluate(key, variables), evaluate(value, variables)));
                result.values().removeIf(value -> value == null);
                yield result;
            }
        };
    }
}

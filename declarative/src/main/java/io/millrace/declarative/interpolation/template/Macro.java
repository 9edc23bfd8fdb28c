package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Callable;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.PythonObject;
import io.millrace.declarative.interpolation.python.Tuple;
import io.millrace.declarative.interpolation.python.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a call block, tied to the frame in which it was defined. */
record Macro(Definition definition, Frame outer) implements Callable, PythonObject {

    /**
     * What is known of a macro when it is compiled.
     *
     * @param name empty for the body of a call block
     * @param parameters their slots, in order, under their names
     * @param defaults of the last parameters
     * @param caller the slot of the special variable that holds the body of a call block; likewise
     *     the next two
     */
    record Definition(
            String name,
            Scope.Unit unit,
            List<String> names,
            List<Scope.Slot> parameters,
            List<Evaluator> defaults,
            Optional<Scope.Slot> caller,
            Optional<Scope.Slot> otherKeywords,
            Optional<Scope.Slot> otherPositional,
            Step body) {}

    @Override
    public @Nullable Object call(Arguments arguments) {
        Frame frame = outer.enter(definition.unit);
        try {
            bind(frame, arguments);
            var output = new StringBuilder();
            definition.body.run(frame, output);
            return output.toString();
        } finally {
            outer.leave();
        }
    }

    private void bind(Frame frame, Arguments arguments) {
        int count = definition.parameters.size();
        Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
        boolean callerFound = arguments.count() >= count && definition.names.contains("caller");
        for (int i = 0; i < count; i++) {
            String name = definition.names.get(i);
            Object value;
            if (i < arguments.count()) {
                value = arguments.get(i);
            } else {
                value = keywords.containsKey(name) ? keywords.remove(name) : Python.MISSING;
                callerFound |= name.equals("caller");
            }
            frame.set(definition.parameters.get(i).index(), value);
        }
        if (definition.caller.isPresent() && !callerFound) {
            Object caller = keywords.remove("caller");
            frame.set(
                    definition.caller.get().index(),
                    caller == null ? Undefined.because("No caller defined") : caller);
        }
        if (definition.otherKeywords.isPresent()) {
            frame.set(definition.otherKeywords.get().index(), keywords);
        } else if (!keywords.isEmpty()) {
            throw PythonError.type(
                    "macro '%s' takes no keyword argument '%s'"
                            .formatted(definition.name, keywords.keySet().iterator().next()));
        }
        if (definition.otherPositional.isPresent()) {
            frame.set(
                    definition.otherPositional.get().index(),
                    Tuple.of(arguments.without(Math.min(count, arguments.count())).positional()));
        } else if (arguments.count() > count) {
            throw PythonError.type(
                    "macro '%s' takes not more than %d argument(s)"
                            .formatted(definition.name, count));
        }
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> definition.name.isEmpty() ? null : definition.name;
            case "arguments" -> Tuple.of(definition.names.toArray());
            case "catch_kwargs" -> definition.otherKeywords.isPresent();
            case "catch_varargs" -> definition.otherPositional.isPresent();
            case "caller" -> definition.caller.isPresent();
            default -> Python.MISSING;
        };
    }

    @Override
    public String repr() {
        return definition.name.isEmpty()
                ? "<Macro anonymous>"
                : "<Macro %s>".formatted(Python.repr(definition.name));
    }

    @Override
    public String typeName() {
        return "Macro";
    }
}

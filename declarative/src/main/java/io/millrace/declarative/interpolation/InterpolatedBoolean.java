package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.PythonSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A condition: a text that counts as true unless its value is nothing, zero, empty or the word for
 * false.
 */
public final class InterpolatedBoolean {
    private static final Set<String> FALSE_WORDS =
            Set.of("False", "false", "{}", "[]", "()", "", "0", "0.0");

    private final CompiledText text;
    private final Map<String, ?> parameters;

    InterpolatedBoolean(CompiledText text, Map<String, ?> parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    /** The text as it was written. */
    public String template() {
        return text.text();
    }

    /** Why every evaluation fails, if so. */
    public Optional<PythonError> fault() {
        return text.fault();
    }

    /** The variables that the template needs. */
    public List<String> variables() {
        return text.undeclared();
    }

    /** Whether the condition holds. What isn't there makes it false. */
    public boolean evaluate(Context context) {
        try {
            Object value =
                    text.evaluate(
                            CompiledText.withParameters(context, parameters), Interpolation.ANY);
            return !Python.isMissing(value) && holds(value);
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.UNDEFINED) {
                throw error;
            }
            return false;
        }
    }

    private static boolean holds(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case String word -> !FALSE_WORDS.contains(word);
            case Boolean flag -> flag;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case PythonSet set -> Python.isTrue(set);
            default -> true;
        };
    }
}

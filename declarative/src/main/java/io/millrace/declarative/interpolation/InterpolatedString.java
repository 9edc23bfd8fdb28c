package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.template.Variables;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text with templates in it, as most fields of a manifest have one. Unlike the reference, it
 * doesn't turn into its own raw text for good once an evaluation gave that (as a type error on a
 * first record would make it).
 */
public final class InterpolatedString {
    private final CompiledText text;
    private final Optional<CompiledText> otherwise;
    private final Map<String, ?> parameters;

    InterpolatedString(
            CompiledText text, Optional<CompiledText> otherwise, Map<String, ?> parameters) {
        this.text = text;
        this.otherwise = otherwise;
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

    /** The value. Fails where the template uses what isn't there. */
    public @Nullable Object evaluate(Context context) {
        return evaluate(context, Interpolation.ANY);
    }

    /** The value; a literal of none of the types stays text. */
    public @Nullable Object evaluate(Context context, Set<LiteralType> types) {
        Variables variables = CompiledText.withParameters(context, parameters);
        CompiledText fallback = otherwise.orElse(text);
        Object value;
        try {
            value = text.evaluate(variables, types);
            if (!Python.isMissing(value)) {
                return value;
            }
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.UNDEFINED
                    || (otherwise.isEmpty() && text.isRepeatable())) {
                throw error;
            }
        }
        if (otherwise.isEmpty() && text.isRepeatable()) {
            return "";
        }
        // Without a default of its own, a template is its own default and is evaluated twice,
        // effects included.
        value = fallback.evaluate(variables, types);
        return Python.isMissing(value) ? "" : value;
    }

    /** The value as text: what addresses and headers are made of. */
    public String evaluateText(Context context) {
        return Python.str(evaluate(context));
    }
}

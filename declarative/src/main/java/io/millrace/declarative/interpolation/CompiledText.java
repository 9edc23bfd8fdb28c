package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.LiteralEvaluator;
import io.millrace.declarative.interpolation.python.Markup;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Undefined;
import io.millrace.declarative.interpolation.template.Library;
import io.millrace.declarative.interpolation.template.Template;
import io.millrace.declarative.interpolation.template.Variables;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One text of a manifest and what is known of it before it is evaluated. The meaning of an
 * evaluation is: render the text, then read the result as a Python literal; a result that is none
 * stays text. Where the template is a single expression, its value takes a short cut that leads to
 * the same.
 */
final class CompiledText {
    private static final String NO_LONGER_SUPPORTED = "stream_state";

    private final String text;
    private final Optional<Template> template;
    private final Optional<PythonError> fault;

    private CompiledText(String text, Optional<Template> template, Optional<PythonError> fault) {
        this.text = text;
        this.template = template;
        this.fault = fault;
    }

    static CompiledText of(String text, Library library) {
        if (text.contains(NO_LONGER_SUPPORTED)) {
            var error =
                    new PythonError(
                            PythonError.Kind.CONFIGURATION,
                            "`stream_state` is no longer supported in templates. Use"
                                    + " `stream_interval` instead.");
            return new CompiledText(text, Optional.empty(), Optional.of(error));
        }
        try {
            return new CompiledText(
                    text, Optional.of(Template.compile(text, library)), Optional.empty());
        } catch (PythonError error) {
            return new CompiledText(text, Optional.empty(), Optional.of(error));
        }
    }

    String text() {
        return text;
    }

    /** Why every evaluation of it fails, if so. */
    Optional<PythonError> fault() {
        return fault;
    }

    List<String> undeclared() {
        return template.map(Template::undeclared).orElse(List.of());
    }

    /** The template, or the failure that every evaluation of this text ends in. */
    private Template template() {
        if (template.isPresent()) {
            return template.get();
        }
        PythonError error = fault.orElseThrow();
        throw new PythonError(error.kind(), String.valueOf(error.getMessage()));
    }

    /** Whether a second evaluation right after the first is sure to end like it. */
    boolean isRepeatable() {
        return template.map(Template::isRepeatable).orElse(true);
    }

    /**
     * The value, or {@link Python#MISSING} where the text renders empty.
     *
     * @param types what a literal may be; another one stays text
     */
    @Nullable Object evaluate(Variables variables, Set<LiteralType> types) {
        Template compiled = template();
        try {
            if (!compiled.isExpression()) {
                String rendered = compiled.render(variables);
                return rendered.isEmpty() ? Python.MISSING : literal(rendered, types);
            }
            return typed(compiled.value(variables), types);
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.TYPE) {
                throw error;
            }
            // The reference takes a type error for a sign that the text is no template, and goes on
            // with the text itself.
            return text.isEmpty() ? Python.MISSING : literal(text, types);
        }
    }

    private static @Nullable Object typed(@Nullable Object value, Set<LiteralType> types) {
        String rendered;
        if (value instanceof String string) {
            rendered = string;
        } else if (value instanceof Undefined) {
            return Python.MISSING;
        } else if (value instanceof Markup markup) {
            rendered = markup.text();
        } else {
            if (LiteralType.allows(types, value)) {
                Object copy = LiteralEvaluator.copy(value);
                if (!Python.isMissing(copy)) {
                    return copy;
                }
            }
            rendered = Python.str(value);
        }
        return rendered.isEmpty() ? Python.MISSING : literal(rendered, types);
    }

    private static @Nullable Object literal(String rendered, Set<LiteralType> types) {
        Object value = LiteralEvaluator.evaluate(rendered);
        return !Python.isMissing(value) && LiteralType.allows(types, value) ? value : rendered;
    }

    /**
     * The value, or {@code null} where the text renders empty or uses what isn't there: how the
     * values of mappings are evaluated.
     */
    @Nullable Object evaluateOrNone(Variables variables, Set<LiteralType> types) {
        try {
            Object value = evaluate(variables, types);
            return Python.isMissing(value) ? null : value;
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.UNDEFINED) {
                throw error;
            }
            return null;
        }
    }

    static Variables withParameters(Context context, Map<String, ?> parameters) {
        return context.with("parameters", parameters);
    }
}

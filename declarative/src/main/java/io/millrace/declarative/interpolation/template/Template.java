package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A compiled template. Immutable, and safe to use from many threads; each rendering has its own
 * state.
 */
public final class Template {
    private final List<String> undeclared;
    private final Optional<Evaluator> single;
    private final boolean repeatable;
    private final Step body;
    private final Scope.Unit unit;

    private Template(
            List<String> undeclared,
            Optional<Evaluator> single,
            boolean repeatable,
            Step body,
            Scope.Unit unit) {
        this.undeclared = undeclared;
        this.single = single;
        this.repeatable = repeatable;
        this.body = body;
        this.unit = unit;
    }

    /** Compiles a template. Fails with a {@link PythonError} for a text that is none. */
    public static Template compile(String text, Library library) {
        try {
            List<Statement> statements = Parser.parse(text);
            var compiler = new Compiler(library);
            var unit = new Scope.Unit(null);
            Step body = compiler.template(statements, unit);
            Optional<Evaluator> single =
                    statements.size() == 1
                                    && statements.getFirst()
                                            instanceof Statement.Print(Expression value)
                            ? Optional.of(compiler.expression(value, unit))
                            : Optional.empty();
            boolean repeatable =
                    statements.stream()
                            .allMatch(statement ->
                                    statement instanceof Statement.Data
                                            || (statement
                                                            instanceof
                                                            Statement.Print(Expression value)
                                                    && !Names.calls(value)));
            return new Template(List.copyOf(compiler.undeclared()), single, repeatable, body, unit);
        } catch (StackOverflowError _) {
            throw new PythonError(PythonError.Kind.RECURSION, "The template is nested too deep.");
        }
    }

    /**
     * The variables that it needs, also in branches that may never run, besides what the library
     * offers.
     */
    public List<String> undeclared() {
        return undeclared;
    }

    /**
     * Whether rendering it again is sure to give the same, since it calls nothing that could change
     * a value.
     */
    public boolean isRepeatable() {
        return repeatable;
    }

    /**
     * Whether it is one expression and nothing else, so that {@link #value} gives its value before
     * it becomes text.
     */
    public boolean isExpression() {
        return single.isPresent();
    }

    /** The value of the one expression. Fails with a {@link PythonError}. */
    public @Nullable Object value(Variables variables) {
        check(variables);
        try {
            return single.orElseThrow().evaluate(Frame.of(variables, unit.size()));
        } catch (StackOverflowError _) {
            throw tooDeep();
        }
    }

    /**
     * The rendered text. Fails with a {@link PythonError}, of kind VALUE where a variable isn't
     * there.
     */
    public String render(Variables variables) {
        if (single.isPresent()) {
            return Python.str(value(variables));
        }
        check(variables);
        try {
            var output = new StringBuilder();
            body.run(Frame.of(variables, unit.size()), output);
            return output.toString();
        } catch (StackOverflowError _) {
            throw tooDeep();
        }
    }

    private static PythonError tooDeep() {
        return new PythonError(PythonError.Kind.RECURSION, "maximum recursion depth exceeded");
    }

    private void check(Variables variables) {
        for (int i = 0; i < undeclared.size(); i++) {
            if (Python.isMissing(variables.find(undeclared.get(i)))) {
                // Names only: the values may be a user's data or secrets (invariant 7).
                throw PythonError.value(
                        "Jinja macro has undeclared variables: %s"
                                .formatted(
                                        undeclared.stream()
                                                .filter(name ->
                                                        Python.isMissing(variables.find(name)))
                                                .toList()));
            }
        }
    }
}

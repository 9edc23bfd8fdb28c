package io.millrace.declarative.interpolation.template;

import java.util.List;
import java.util.Optional;

/** A statement of a template, as it was written. */
sealed interface Statement {
    /** Text between tags. */
    record Data(String text) implements Statement {}

    /** {@code {{ value }}}, and each value of {@code {% print %}}. */
    record Print(Expression value) implements Statement {}

    record If(Expression test, List<Statement> body, List<Branch> others, List<Statement> otherwise)
            implements Statement {}

    /** An {@code elif}. */
    record Branch(Expression test, List<Statement> body) {}

    record For(
            Target target,
            Expression items,
            Optional<Expression> test,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Set(Target target, Expression value) implements Statement {}

    /** {@code {% set target | filter %}body{% endset %}}. */
    record SetBlock(Target target, Optional<Expression.Filtered> filter, List<Statement> body)
            implements Statement {}

    record With(List<Target> targets, List<Expression> values, List<Statement> body)
            implements Statement {}

    record Macro(String name, Signature signature, List<Statement> body) implements Statement {}

    record CallBlock(Expression.Call call, Signature signature, List<Statement> body)
            implements Statement {}

    record FilterBlock(Expression.Filtered filter, List<Statement> body) implements Statement {}

    /** {@code {% autoescape %}}. */
    record Escaping(Expression enabled, List<Statement> body) implements Statement {}

    record Block(List<Statement> body) implements Statement {}

    /**
     * {@code include}, {@code import}, {@code from … import} and {@code extends}, which fail since
     * nothing can be loaded.
     */
    record Load(Expression template, List<String> names) implements Statement {}

    /** Parameters of a macro; the last {@code defaults.size()} of them have a default. */
    record Signature(List<String> parameters, List<Expression> defaults) {
        static final Signature NONE = new Signature(List.of(), List.of());
    }

    /** Where a value goes. */
    sealed interface Target {}

    record NameTarget(String name) implements Target {}

    record TupleTarget(List<Target> targets) implements Target {}

    /** {@code namespace.attribute}. */
    record NamespaceTarget(String name, String attribute) implements Target {}
}

package io.millrace.declarative.interpolation.template;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An expression of a template, as it was written. */
sealed interface Expression {
    /** A literal. */
    record Constant(@Nullable Object value) implements Expression {}

    record Name(String name) implements Expression {}

    /** {@code owner.name}. */
    record Attribute(Expression owner, String name) implements Expression {}

    /** {@code owner[key]}. */
    record Item(Expression owner, Expression key) implements Expression {}

    /** {@code start:stop:step} within brackets. */
    record Range(Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
            implements Expression {}

    record TupleOf(List<Expression> items) implements Expression {}

    record ListOf(List<Expression> items) implements Expression {}

    record DictOf(List<Pair> pairs) implements Expression {}

    record Pair(Expression key, Expression value) {}

    record Unary(Sign sign, Expression operand) implements Expression {}

    enum Sign {
        PLUS,
        MINUS
    }

    record Binary(Arithmetic operator, Expression left, Expression right) implements Expression {}

    enum Arithmetic {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        FLOOR_DIVIDE,
        MODULO,
        POWER
    }

    /** {@code a ~ b ~ c}: the operands as text, one after the other. */
    record Concatenation(List<Expression> operands) implements Expression {}

    /** {@code a < b <= c}: every operand is evaluated at most once. */
    record Comparisons(Expression first, List<Operand> rest) implements Expression {}

    record Operand(Relation relation, Expression value) {}

    enum Relation {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN
    }

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Conditional(Expression test, Expression then, Optional<Expression> otherwise)
            implements Expression {}

    record Call(Expression callee, CallArguments arguments) implements Expression {}

    /** {@code operand | name(arguments)}; without an operand within a filter block. */
    record Filtered(Optional<Expression> operand, String name, CallArguments arguments)
            implements Expression {}

    record Test(Expression operand, String name, CallArguments arguments) implements Expression {}

    /**
     * Arguments in the order of their evaluation: by position, by name, {@code *rest}, {@code
     * **named}.
     */
    record CallArguments(
            List<Expression> positional,
            List<Keyword> keywords,
            Optional<Expression> rest,
            Optional<Expression> named) {
        static final CallArguments NONE =
                new CallArguments(List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    record Keyword(String name, Expression value) {}
}

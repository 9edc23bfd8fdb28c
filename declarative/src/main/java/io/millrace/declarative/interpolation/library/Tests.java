package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Callable;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Comparison.Ordering;
import io.millrace.declarative.interpolation.python.Markup;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.Undefined;
import io.millrace.declarative.interpolation.template.Filter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tests, {@code value is name}. */
final class Tests {
    private Tests() {}

    private interface Unary {
        boolean holds(@Nullable Object value);
    }

    private interface Binary {
        boolean holds(@Nullable Object value, @Nullable Object other);
    }

    static Map<String, Filter> table() {
        Map<String, Filter> table = new HashMap<>();
        unary(table, "odd", value -> Comparison.equal(Operators.modulo(value, 2L), 1L));
        unary(table, "even", value -> Comparison.equal(Operators.modulo(value, 2L), 0L));
        binary(
                table,
                (value, number) -> Comparison.equal(Operators.modulo(value, number), 0L),
                "divisibleby");
        unary(table, "defined", value -> !(value instanceof Undefined));
        unary(table, "undefined", value -> value instanceof Undefined);
        unary(table, "none", value -> value == null);
        unary(table, "boolean", value -> value instanceof Boolean);
        unary(table, "true", value -> Boolean.TRUE.equals(value));
        unary(table, "false", value -> Boolean.FALSE.equals(value));
        unary(table, "integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
        unary(table, "float", value -> value instanceof Double);
        unary(table, "number", value -> Numbers.isInteger(value) || value instanceof Double);
        unary(table, "string", value -> Python.text(value) != null);
        unary(table, "mapping", value -> value instanceof Map<?, ?>);
        unary(table, "sequence", Tests::isSequence);
        unary(table, "iterable", Python::isIterable);
        unary(table, "callable", value -> value instanceof Callable || value instanceof Undefined);
        unary(table, "escaped", value -> value instanceof Markup);
        unary(table, "lower", value -> Boolean.TRUE.equals(called(Python.str(value), "islower")));
        unary(table, "upper", value -> Boolean.TRUE.equals(called(Python.str(value), "isupper")));
        binary(table, Tests::isSame, "sameas");
        binary(table, (value, container) -> Python.contains(container, value), "in");
        binary(table, Comparison::equal, "eq", "equalto", "==");
        binary(table, (value, other) -> !Comparison.equal(value, other), "ne", "!=");
        binary(
                table,
                (value, other) -> Comparison.ordered(Ordering.GREATER, value, other),
                "gt",
                "greaterthan",
                ">");
        binary(
                table,
                (value, other) -> Comparison.ordered(Ordering.GREATER_OR_EQUAL, value, other),
                "ge",
                ">=");
        binary(
                table,
                (value, other) -> Comparison.ordered(Ordering.LESS, value, other),
                "lt",
                "lessthan",
                "<");
        binary(
                table,
                (value, other) -> Comparison.ordered(Ordering.LESS_OR_EQUAL, value, other),
                "le",
                "<=");
        return table;
    }

    private static void unary(Map<String, Filter> table, String name, Unary test) {
        table.put(
                name,
                (value, arguments) -> {
                    arguments.bind(name, 0);
                    return test.holds(value);
                });
    }

    private static void binary(Map<String, Filter> table, Binary test, String... names) {
        for (String name : names) {
            table.put(
                    name,
                    (value, arguments) -> test.holds(value, arguments.bind(name, 1, "other")[0]));
        }
    }

    private static @Nullable Object called(String text, String method) {
        return Python.call(Python.attribute(text, method), Arguments.NONE);
    }

    private static boolean isSequence(@Nullable Object value) {
        return Python.text(value) != null
                || value instanceof List<?>
                || value instanceof Map<?, ?>
                || value instanceof Undefined;
    }

    /**
     * Identity. CPython holds small numbers and most texts once, so for those equal is the same.
     */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(@Nullable Object value, @Nullable Object other) {
        return value == other
                || ((value instanceof Long || value instanceof String || value instanceof Boolean)
                        && value.equals(other));
    }
}

package io.millrace.declarative.partition;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of partitions that were seen, told apart as Python does: 1, 1.0 and true are one. */
final class Values {
    private final Set<@Nullable Object> seen = new HashSet<>();

    /** Whether the value is new. Fails with a type error for a value that Python has no hash of. */
    boolean add(@Nullable Object value) {
        return seen.add(
                switch (value) {
                    case Boolean flag -> flag ? 1L : 0L;
                    case Double real when real == Math.rint(real) && !Double.isInfinite(real) ->
                            integer(real);
                    case List<?> _, Map<?, ?> _ ->
                            throw PythonError.type(
                                    "unhashable type: '%s'".formatted(Python.typeName(value)));
                    case null, default -> value;
                });
    }

    private static Object integer(double real) {
        BigDecimal exact = new BigDecimal(real);
        return Math.abs(real) < 0x1p63 ? exact.longValue() : exact.toBigInteger();
    }
}

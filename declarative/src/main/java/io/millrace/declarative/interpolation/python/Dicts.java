package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dict operations on Java maps. Python holds 1, 1.0 and True for the same key where Java does not;
 * so a number is looked up as each of the objects that it may be stored as. Text, the only key that
 * JSON knows, takes the direct way.
 */
public final class Dicts {
    private Dicts() {}

    /**
     * The value of {@code key}, or {@link Python#MISSING}. Fails for a key that can't be hashed.
     */
    static @Nullable Object find(Map<?, ?> map, @Nullable Object key) {
        if (key instanceof String) {
            Object value = map.get(key);
            return value != null || map.containsKey(key) ? value : Python.MISSING;
        }
        Object stored = storedKey(map, key);
        return Python.isMissing(stored) ? Python.MISSING : map.get(stored);
    }

    static boolean contains(Map<?, ?> map, @Nullable Object key) {
        return key instanceof String
                ? map.containsKey(key)
                : !Python.isMissing(storedKey(map, key));
    }

    /** Sets a value. As in Python, a key that is there in another guise keeps that guise. */
    public static void put(Map<Object, Object> map, @Nullable Object key, @Nullable Object value) {
        Object stored = storedKey(map, key);
        putNullable(map, Python.isMissing(stored) ? plain(key) : stored, value);
    }

    /** Removes a key and returns its value, or {@link Python#MISSING}. */
    static @Nullable Object remove(Map<?, ?> map, @Nullable Object key) {
        Object stored = storedKey(map, key);
        return Python.isMissing(stored) ? Python.MISSING : map.remove(stored);
    }

    @SuppressWarnings("NullAway") // The maps of this package allow null, which is Python's None.
    private static void putNullable(
            Map<Object, Object> map, @Nullable Object key, @Nullable Object value) {
        map.put(key, value);
    }

    /** A map that may be changed. The caller has checked that {@code value} is a dict. */
    @SuppressWarnings("unchecked")
    static Map<Object, Object> mutable(Map<?, ?> value) {
        return (Map<Object, Object>) value;
    }

    static Map<Object, Object> copy(Map<?, ?> map) {
        return new LinkedHashMap<>(map);
    }

    private static @Nullable Object plain(@Nullable Object key) {
        return key instanceof Markup markup ? markup.text() : key;
    }

    private static @Nullable Object storedKey(Map<?, ?> map, @Nullable Object key) {
        return switch (key) {
            case Boolean flag -> storedNumber(map, BigInteger.valueOf(flag ? 1 : 0));
            case Long number ->
                    has(map, number) ? number : storedNumber(map, BigInteger.valueOf(number));
            case BigInteger number -> storedNumber(map, number);
            case Double number -> {
                if (number == Math.rint(number) && !Double.isInfinite(number)) {
                    yield storedNumber(map, new BigDecimal(number).toBigInteger());
                }
                yield has(map, number) ? number : Python.MISSING;
            }
            case Markup markup -> has(map, markup.text()) ? markup.text() : Python.MISSING;
            case null, default -> {
                checkHashable(key);
                yield has(map, key) ? key : Python.MISSING;
            }
        };
    }

    private static Object storedNumber(Map<?, ?> map, BigInteger number) {
        Object integer = Numbers.normal(number);
        if (has(map, integer)) {
            return integer;
        }
        double real = number.doubleValue();
        if (!Double.isInfinite(real) && new BigDecimal(real).toBigInteger().equals(number)) {
            if (has(map, real)) {
                return real;
            }
            if (real == 0 && has(map, -0.0)) {
                return -0.0;
            }
        }
        if (number.signum() == 0 && has(map, false)) {
            return false;
        }
        if (number.equals(BigInteger.ONE) && has(map, true)) {
            return true;
        }
        return Python.MISSING;
    }

    /**
     * Whether the map has the key; a map of one kind of keys, such as names of headers, has none of
     * another kind.
     */
    private static boolean has(Map<?, ?> map, @Nullable Object key) {
        try {
            return map.containsKey(key);
        } catch (ClassCastException | NullPointerException _) {
            return false;
        }
    }

    static void checkHashable(@Nullable Object value) {
        if (value instanceof Tuple tuple) {
            tuple.forEach(Dicts::checkHashable);
        } else if (value instanceof List<?>
                || (value instanceof Map<?, ?> && !(value instanceof PythonObject))
                || value instanceof PythonSet
                || value instanceof Slice
                || (value instanceof DictView view && view.kind() != DictView.Kind.VALUES)) {
            throw PythonError.type("unhashable type: '%s'".formatted(Python.typeName(value)));
        }
    }

    /** A hash that is the same for values that Python holds for equal. */
    static int hash(@Nullable Object value) {
        return switch (value) {
            case Boolean flag -> Double.hashCode(flag ? 1 : 0);
            case Long number -> Double.hashCode(number.doubleValue());
            case BigInteger number -> Double.hashCode(number.doubleValue());
            case Double number -> Double.hashCode(number + 0.0);
            case Markup markup -> markup.text().hashCode();
            case null -> 0;
            default -> value.hashCode();
        };
    }
}

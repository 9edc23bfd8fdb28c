package io.millrace.declarative.interpolation.python;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of one call: by position and by name. */
public final class Arguments {
    private static final @Nullable Object[] NOTHING = {};
    public static final Arguments NONE = new Arguments(NOTHING, Map.of());

    private final @Nullable Object[] positional;
    private final Map<String, Object> keywords;

    private Arguments(@Nullable Object[] positional, Map<String, Object> keywords) {
        this.positional = positional;
        this.keywords = keywords;
    }

    /** Arguments by position. The array belongs to the new object. */
    public static Arguments of(@Nullable Object... positional) {
        return positional.length == 0 ? NONE : new Arguments(positional, Map.of());
    }

    /**
     * Arguments by position and by name. Array and map belong to the new object; the map may hold
     * null.
     */
    public static Arguments of(@Nullable Object[] positional, Map<String, Object> keywords) {
        return positional.length == 0 && keywords.isEmpty()
                ? NONE
                : new Arguments(positional, keywords);
    }

    public int count() {
        return positional.length;
    }

    public @Nullable Object get(int index) {
        return positional[index];
    }

    public @Nullable Object[] positional() {
        return positional.clone();
    }

    public Map<String, Object> keywords() {
        return keywords;
    }

    /** The same without the first {@code count} positional arguments. */
    public Arguments without(int count) {
        return of(Arrays.copyOfRange(positional, count, positional.length), keywords);
    }

    /** The same with one more argument by name. */
    public Arguments with(String name, @Nullable Object value) {
        Map<String, Object> more = new LinkedHashMap<>(keywords);
        more.put(name, value);
        return of(positional, more);
    }

    /** Fails unless there are between {@code least} and {@code most} arguments, all by position. */
    public void checkPositional(String function, int least, int most) {
        if (!keywords.isEmpty()) {
            throw PythonError.type("%s() takes no keyword arguments".formatted(function));
        }
        if (positional.length < least || positional.length > most) {
            throw PythonError.type(
                    "%s() takes from %d to %d arguments (%d given)"
                            .formatted(function, least, most, positional.length));
        }
    }

    /**
     * Assigns the arguments to parameters, by position first and by name then. A parameter without
     * an argument gets {@link Python#MISSING}.
     *
     * @param required how many of the parameters, from the first on, must have an argument
     */
    public @Nullable Object[] bind(String function, int required, String... parameters) {
        if (positional.length > parameters.length) {
            throw PythonError.type(
                    "%s() takes %d positional arguments but %d were given"
                            .formatted(function, parameters.length, positional.length));
        }
        var bound = new @Nullable Object[parameters.length];
        System.arraycopy(positional, 0, bound, 0, positional.length);
        int taken = 0;
        for (int i = 0; i < parameters.length; i++) {
            boolean named = !keywords.isEmpty() && keywords.containsKey(parameters[i]);
            if (i < positional.length) {
                if (named) {
                    throw PythonError.type(
                            "%s() got multiple values for argument '%s'"
                                    .formatted(function, parameters[i]));
                }
            } else if (named) {
                bound[i] = keywords.get(parameters[i]);
                taken++;
            } else if (i < required) {
                throw PythonError.type(
                        "%s() missing required argument: '%s'".formatted(function, parameters[i]));
            } else {
                bound[i] = Python.MISSING;
            }
        }
        if (taken < keywords.size()) {
            throw PythonError.type("%s() got an unexpected keyword argument".formatted(function));
        }
        return bound;
    }

    /** The argument at {@code index}, or {@code otherwise} where there is none. */
    public @Nullable Object get(int index, @Nullable Object otherwise) {
        return index < positional.length ? positional[index] : otherwise;
    }
}

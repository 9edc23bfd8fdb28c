package io.millrace.declarative.interpolation.python;

import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object of the template language itself, such as {@code loop} or a namespace. */
public interface PythonObject {
    /** An attribute, or {@link Python#MISSING}. */
    @Nullable Object attribute(String name);

    String typeName();

    default String repr() {
        return "<%s object at 0x0>".formatted(typeName());
    }

    /** Its number of items, if it has one. */
    default Optional<Integer> length() {
        return Optional.empty();
    }

    /** Whether it counts as true. */
    default boolean isTrue() {
        return length().map(length -> length > 0).orElse(true);
    }

    /** Its items, if it has some. */
    default Optional<Iterator<@Nullable Object>> iterator() {
        return Optional.empty();
    }
}

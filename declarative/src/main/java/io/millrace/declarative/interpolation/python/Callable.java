package io.millrace.declarative.interpolation.python;

import org.jspecify.annotations.Nullable;

/** Something that a template can call. */
public interface Callable {
    /** Calls it. Arguments that don't fit raise a {@code TypeError}. */
    @Nullable Object call(Arguments arguments);

    /** How it prints. Real addresses are of no use to anybody, so every object is at zero. */
    String repr();

    /** The name of its Python type. */
    default String typeName() {
        return "function";
    }
}

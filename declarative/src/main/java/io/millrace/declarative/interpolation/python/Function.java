package io.millrace.declarative.interpolation.python;

import org.jspecify.annotations.Nullable;

/** A function with a name. */
public record Function(String name, Body body) implements Callable {

    /** What a function does. */
    @FunctionalInterface
    public interface Body {
        @Nullable Object call(Arguments arguments);
    }

    @Override
    public @Nullable Object call(Arguments arguments) {
        return body.call(arguments);
    }

    @Override
    public String repr() {
        return "<function %s at 0x0>".formatted(name);
    }
}

package io.millrace.declarative.interpolation.python;

import org.jspecify.annotations.Nullable;

/** A method together with the object that it was taken from. */
record BoundMethod(Object self, String name, Method method) implements Callable {
    @Override
    public @Nullable Object call(Arguments arguments) {
        return method.call(self, arguments);
    }

    @Override
    public String repr() {
        return "<built-in method %s of %s object at 0x0>".formatted(name, Python.typeName(self));
    }

    @Override
    public String typeName() {
        return "builtin_function_or_method";
    }
}

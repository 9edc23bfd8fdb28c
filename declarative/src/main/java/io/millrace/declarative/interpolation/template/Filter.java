package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Arguments;
import org.jspecify.annotations.Nullable;

/** A filter, or a test: a function of the value in front of it and of arguments. */
@FunctionalInterface
public interface Filter {
    @Nullable Object apply(@Nullable Object value, Arguments arguments);
}

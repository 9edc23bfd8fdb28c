package io.millrace.declarative.interpolation.python;

import org.jspecify.annotations.Nullable;

/**
 * A method of a Python type, made once; {@link BoundMethod} ties it to an object where a template
 * passes it around.
 */
@FunctionalInterface
public interface Method {
    @Nullable Object call(Object self, Arguments arguments);
}

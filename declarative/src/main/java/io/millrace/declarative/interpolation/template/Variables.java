package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Python;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a template sees. Values are of the types that the {@code python} package
 * lists.
 */
@FunctionalInterface
public interface Variables {
    /** The value of a variable, or {@link Python#MISSING} if there is none. */
    @Nullable Object find(String name);
}

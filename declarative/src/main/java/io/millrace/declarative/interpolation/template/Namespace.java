package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code namespace()} makes: attributes that a template may set from within loops and macros.
 */
public final class Namespace implements PythonObject {
    private final Map<Object, Object> attributes;

    /** A namespace with attributes that belong to it from then on. */
    public Namespace(Map<Object, Object> attributes) {
        this.attributes = attributes;
    }

    @SuppressWarnings("NullAway") // Values may be Python's None.
    void set(String name, @Nullable Object value) {
        attributes.put(name, value);
    }

    @Override
    public @Nullable Object attribute(String name) {
        return attributes.containsKey(name) ? attributes.get(name) : Python.MISSING;
    }

    @Override
    public String typeName() {
        return "Namespace";
    }

    @Override
    public String repr() {
        return "<Namespace %s>".formatted(Python.repr(attributes));
    }
}

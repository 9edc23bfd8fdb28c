package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.template.Variables;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables of an evaluation. Immutable: {@link #with} returns a further context, at the cost
 * of one small object, so that one can be made for each record.
 *
 * <p>{@code stream_interval} and {@code stream_partition} are other names for {@code stream_slice}.
 */
public final class Context implements Variables {
    private final @Nullable Context rest;
    private final String name;
    private final @Nullable Object value;

    private Context(@Nullable Context rest, String name, @Nullable Object value) {
        this.rest = rest;
        this.name = name;
        this.value = value;
    }

    /** The variable {@code config}, which every template can use. */
    public static Context of(Map<String, ?> config) {
        return new Context(null, "config", config);
    }

    /** A context in which {@code config} is None, as in a few fields of manifests. */
    public static Context withoutConfig() {
        return new Context(null, "config", null);
    }

    /** This, and one more variable, which hides another of the same name. */
    public Context with(String variable, @Nullable Object variableValue) {
        if (!canonical(variable).equals(variable)) {
            throw new IllegalArgumentException(
                    "%s is another name for stream_slice".formatted(variable));
        }
        return new Context(this, variable, variableValue);
    }

    private static String canonical(String variable) {
        return variable.equals("stream_interval") || variable.equals("stream_partition")
                ? "stream_slice"
                : variable;
    }

    @Override
    public @Nullable Object find(String variable) {
        for (Context context = this; context != null; context = context.rest) {
            if (context.name.equals(variable)) {
                return context.value;
            }
        }
        String canonical = canonical(variable);
        return canonical.equals(variable) ? Python.MISSING : find(canonical);
    }
}

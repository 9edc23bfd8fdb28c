package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.StreamSlice;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Evaluates templates in tests, at a held instant. */
public final class Templates {
    public static final Instant NOW = Instant.parse("2024-05-06T07:08:09.123456Z");
    public static final Interpolation INTERPOLATION = Interpolation.of(InstantSource.fixed(NOW));

    private Templates() {}

    /** The value of a text with an empty configuration. */
    public static Object value(String template) {
        return value(template, "{}");
    }

    /**
     * The value of a text with the variables of a JSON object, {@code config} among them if it is
     * there.
     */
    public static Object value(String template, String variables) {
        return INTERPOLATION.string(template, Map.of()).evaluate(context(variables));
    }

    public static boolean holds(String condition, String variables) {
        return INTERPOLATION.condition(condition, Map.of()).evaluate(context(variables));
    }

    public static Map<String, Object> json(String object) {
        Map<String, Object> result = new LinkedHashMap<>();
        ((Map<?, ?>) Objects.requireNonNull(Json.parse(object)))
                .forEach((key, value) -> result.put((String) key, value));
        return result;
    }

    public static Context context(String variables) {
        Map<String, Object> all = json(variables);
        Object config = all.remove("config");
        Context context = Context.of(config == null ? Map.of() : (Map<String, ?>) cast(config));
        for (Map.Entry<String, Object> variable : all.entrySet()) {
            context = context.with(variable.getKey(), variable.getValue());
        }
        return context.with("stream_slice", StreamSlice.EMPTY);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> cast(Object config) {
        return (Map<String, ?>) config;
    }
}

package io.millrace.declarative.authentication;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Definition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What components are made of, for telling whether two of them mean the same. */
final class Templates {
    private Templates() {}

    /**
     * The component as text, without its parameters, which differ from stream to stream. For
     * components whose templates can't see parameters, or don't look at them.
     */
    static String withoutParameters(Definition definition) {
        return Python.str(stripped(definition.fields()));
    }

    private static @Nullable Object stripped(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<Object, Object> result = new LinkedHashMap<>();
                map.forEach((key, inner) -> {
                    if (!"$parameters".equals(key)) {
                        result.put(key, stripped(inner));
                    }
                });
                yield result;
            }
            case List<?> list -> list.stream().map(Templates::stripped).toList();
            case null, default -> value;
        };
    }
}

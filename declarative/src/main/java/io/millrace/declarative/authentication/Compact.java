package io.millrace.declarative.authentication;

import io.millrace.declarative.interpolation.python.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON without blanks between its parts, as tokens are made of. */
final class Compact {
    private Compact() {}

    static String json(@Nullable Object value) {
        var into = new StringBuilder();
        write(value, into);
        return into.toString();
    }

    private static void write(@Nullable Object value, StringBuilder into) {
        switch (value) {
            case Map<?, ?> map -> {
                into.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    into.append(separator)
                            .append(Json.dumps(String.valueOf(entry.getKey())))
                            .append(':');
                    write(entry.getValue(), into);
                    separator = ",";
                }
                into.append('}');
            }
            case List<?> list -> {
                into.append('[');
                String separator = "";
                for (Object item : list) {
                    into.append(separator);
                    write(item, into);
                    separator = ",";
                }
                into.append(']');
            }
            case null, default -> into.append(Json.dumps(value));
        }
    }
}

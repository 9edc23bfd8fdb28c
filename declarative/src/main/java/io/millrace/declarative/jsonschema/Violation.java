package io.millrace.declarative.jsonschema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a value isn't as its schema says.
 *
 * @param path keys and indices that lead to the value
 * @param keyword the word of the schema that it misses, e.g. {@code required}
 * @param expected what stands in the schema under that word
 * @param message what is wrong, to be read behind the name of the place; it holds names of fields,
 *     and nothing of their values (invariant 7)
 */
public record Violation(
        List<Object> path, String keyword, @Nullable Object expected, String message) {

    public Violation {
        path = List.copyOf(path);
    }

    /**
     * The place as a person writes it: {@code credentials.scopes[0]}; empty for the whole value.
     */
    public String place() {
        var place = new StringBuilder();
        for (Object step : path) {
            if (step instanceof Long index) {
                place.append('[').append(index.longValue()).append(']');
            } else {
                if (!place.isEmpty()) {
                    place.append('.');
                }
                place.append(step);
            }
        }
        return place.toString();
    }

    /** Place and message. */
    @Override
    public String toString() {
        return path.isEmpty() ? message : place() + " " + message;
    }
}

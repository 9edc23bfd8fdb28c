package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.Text;
import io.millrace.declarative.interpolation.python.Undefined;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path of attributes such as {@code address.city} or {@code items.0.id}, as several filters take
 * it.
 *
 * @param otherwise stands for what isn't there, unless it is null
 */
record Attributes(List<Object> parts, @Nullable Object otherwise) {

    /** The path that {@code attribute} describes; null is the path to the item itself. */
    static Attributes of(@Nullable Object attribute, @Nullable Object otherwise) {
        String text = Python.text(attribute);
        List<Object> parts = new ArrayList<>();
        if (text != null) {
            for (String part : text.split("\\.", -1)) {
                parts.add(isNumber(part) ? Python.toInteger(part) : (Object) part);
            }
        } else if (attribute != null) {
            parts.add(attribute);
        }
        return new Attributes(parts, otherwise);
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && part.chars().allMatch(Character::isDigit);
    }

    @Nullable Object get(@Nullable Object item) {
        Object value = item;
        for (Object part : parts) {
            value = Python.subscript(value, part);
            if (otherwise != null && value instanceof Undefined) {
                value = otherwise;
            }
        }
        return value;
    }

    /** The value of the path, in lower case if it is text and case doesn't matter. */
    @Nullable Object key(@Nullable Object item, boolean caseSensitive) {
        Object value = get(item);
        String text = caseSensitive ? null : Python.text(value);
        return text == null ? value : Text.lower(text);
    }
}

package io.millrace.declarative.interpolation.python;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code start:stop:step} as given, null for a part that was left out. */
public record Slice(@Nullable Object start, @Nullable Object stop, @Nullable Object step) {

    private record Bounds(int start, int stop, int step) {}

    private Bounds bounds(int size) {
        int stride = step == null ? 1 : part(step);
        if (stride == 0) {
            throw PythonError.value("slice step cannot be zero");
        }
        boolean forward = stride > 0;
        int least = forward ? 0 : -1;
        int most = forward ? size : size - 1;
        int from = start == null ? (forward ? least : most) : clip(part(start), size, least, most);
        int to = stop == null ? (forward ? most : least) : clip(part(stop), size, least, most);
        return new Bounds(from, to, stride);
    }

    private static int clip(int given, int size, int least, int most) {
        long position = given < 0 ? (long) given + size : given;
        return (int) Math.min(Math.max(position, least), most);
    }

    private static int part(Object value) {
        if (value instanceof Undefined || !Numbers.isInteger(value)) {
            throw PythonError.type(
                    "slice indices must be integers or None or have an __index__ method");
        }
        return Numbers.clipped(value);
    }

    List<Object> of(List<?> items) {
        Bounds bounds = bounds(items.size());
        List<Object> result = new ArrayList<>();
        for (long i = bounds.start;
                bounds.step > 0 ? i < bounds.stop : i > bounds.stop;
                i += bounds.step) {
            result.add(items.get((int) i));
        }
        return result;
    }

    String of(String text) {
        Bounds bounds = bounds(Text.length(text));
        if (bounds.step == 1) {
            return Text.slice(text, bounds.start, bounds.stop);
        }
        var result = new StringBuilder();
        of(Text.characters(text)).forEach(result::append);
        return result.toString();
    }
}

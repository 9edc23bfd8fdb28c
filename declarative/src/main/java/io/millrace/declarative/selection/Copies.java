package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.python.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies of values that share nothing that can be changed. */
final class Copies {
    private Copies() {}

    static @Nullable Object deep(@Nullable Object value) {
        return switch (value) {
            case Tuple tuple -> tuple;
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                for (Object item : list) {
                    copy.add(deep(item));
                }
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<Object, @Nullable Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
                map.forEach((key, item) -> copy.put(key, deep(item)));
                yield copy;
            }
            case null, default -> value;
        };
    }
}

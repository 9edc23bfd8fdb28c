package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings nested fields to the top. A field keeps its own name unless that is taken by then, or a
 * list was met before; which fields come first follows from a stack, as in the reference.
 */
record FlattenFields(boolean lists) implements Transformation {

    private record Open(@Nullable Object value, String key) {}

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        Fields.replaceAll(record, flattened(record));
    }

    private Map<String, Object> flattened(Map<String, Object> record) {
        Map<String, Object> result = new LinkedHashMap<>();
        boolean prefixed = false;
        Deque<Open> stack = new ArrayDeque<>();
        stack.push(new Open(record, "_"));
        while (!stack.isEmpty()) {
            Open open = stack.pop();
            if (open.value instanceof Map<?, ?> fields) {
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    String key = Fields.key(field.getKey());
                    boolean taken = prefixed || result.containsKey(key);
                    stack.push(new Open(field.getValue(), taken ? open.key + "." + key : key));
                }
            } else if (lists && open.value instanceof List<?> items) {
                prefixed |= !items.isEmpty();
                for (int i = 0; i < items.size(); i++) {
                    stack.push(new Open(items.get(i), open.key + "." + i));
                }
            } else {
                Fields.put(result, open.key, open.value);
            }
        }
        return result;
    }
}

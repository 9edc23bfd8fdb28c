package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes the keys of the record itself lower-case. */
record KeysToLower() implements Transformation {

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        List<String> keys = new ArrayList<>(record.keySet());
        for (String key : keys) {
            String lower = key.toLowerCase(Locale.ROOT);
            if (!lower.equals(key)) {
                Fields.put(record, lower, record.remove(key));
            }
        }
    }
}

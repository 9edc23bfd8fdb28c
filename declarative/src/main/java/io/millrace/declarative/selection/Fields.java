package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.record.SourceRecord;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields of records, as maps that are changed in place. */
final class Fields {
    private Fields() {}

    /** The fields of a record, which has to be an object. */
    static Map<String, Object> of(SourceRecord record) {
        if (!record.isObject()) {
            throw PythonError.type(
                    "A record is a %s, and can't be transformed: only objects have fields"
                            .formatted(Python.typeName(record.value())));
        }
        return record.fields();
    }

    /** A key as text; of CSV's only key that is none, what Python makes of it. */
    static String key(@Nullable Object key) {
        return Python.str(key);
    }

    @SuppressWarnings("NullAway") // null is None
    static void put(Map<String, Object> fields, String key, @Nullable Object value) {
        fields.put(key, value);
    }

    /** An object that a template may see under the name of a field. */
    @SuppressWarnings("unchecked") // keys of JSON are text
    static Map<String, Object> cast(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    static void replaceAll(Map<String, Object> fields, Map<String, Object> with) {
        fields.clear();
        fields.putAll(with);
    }
}

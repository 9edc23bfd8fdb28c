package io.millrace.declarative.http;

import io.millrace.sdk.http.Headers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The headers of an answer as templates see them. */
public final class HeaderViews {
    private HeaderViews() {}

    /**
     * As templates of pagination see them: a plain mapping, in which a name has to be written as
     * the server wrote it. The caller may change it.
     */
    public static Map<String, Object> asSent(Headers headers) {
        Map<String, Object> result = LinkedHashMap.newLinkedHashMap(headers.fields().size());
        headers.fields().forEach(field -> result.put(field.getKey(), field.getValue()));
        return result;
    }

    /** As templates of response filters see them: a mapping that any writing of a name finds. */
    public static Map<String, Object> anyCase(Headers headers) {
        Map<String, Object> result = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.fields().forEach(field -> result.put(field.getKey(), field.getValue()));
        return Collections.unmodifiableMap(result);
    }
}

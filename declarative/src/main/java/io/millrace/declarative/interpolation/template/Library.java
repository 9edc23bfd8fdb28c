package io.millrace.declarative.interpolation.template;

import java.util.Map;

/**
 * What templates can use without being given it. Tests return booleans.
 *
 * @param globals functions by name
 */
public record Library(
        Map<String, Filter> filters, Map<String, Filter> tests, Map<String, Object> globals) {
    public Library {
        filters = Map.copyOf(filters);
        tests = Map.copyOf(tests);
        globals = Map.copyOf(globals);
    }
}

package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.template.Filter;
import io.millrace.declarative.interpolation.template.Library;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Everything that a template of a manifest can use besides its variables. */
public final class StandardLibrary {
    private StandardLibrary() {}

    /** The library whose {@code now_utc()} and its siblings read {@code clock}. */
    public static Library of(InstantSource clock) {
        Map<String, Filter> tests = new HashMap<>(Tests.table());
        Map<String, Filter> filters = new HashMap<>();
        filters.putAll(TextFilters.table());
        filters.putAll(ReferenceFilters.table());
        filters.putAll(SequenceFilters.table(filters, tests));
        // These two ask what exists, themselves included.
        tests.put("filter", (value, _) -> Python.contains(filters, value));
        tests.put("test", (value, _) -> Python.contains(tests, value));
        Map<String, Object> globals = new HashMap<>(Macros.table(clock));
        globals.putAll(Globals.table());
        return new Library(filters, tests, globals);
    }
}

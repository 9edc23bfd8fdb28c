package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;

/**
 * Something that is wrong in a manifest, or may be.
 *
 * @param message for a person
 * @param ignored whether it is a field that no component of its type has: what it says isn't done
 */
public record Finding(Located.Place place, Severity severity, String message, boolean ignored) {

    /** Whether the manifest can be used nevertheless. */
    public enum Severity {
        ERROR,
        WARNING
    }

    static Finding error(Located.Place place, String message) {
        return new Finding(place, Severity.ERROR, message, false);
    }

    static Finding warning(Located.Place place, String message) {
        return new Finding(place, Severity.WARNING, message, false);
    }

    static Finding unknownField(Located.Place place, Severity severity, String message) {
        return new Finding(place, severity, message, true);
    }
}

package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;

/**
 * Something that is wrong in a manifest, or may be.
 *
 * @param message for a person
 */
public record Finding(Located.Place place, Severity severity, String message) {

    /** Whether the manifest can be used nevertheless. */
    public enum Severity {
        ERROR,
        WARNING
    }

    static Finding error(Located.Place place, String message) {
        return new Finding(place, Severity.ERROR, message);
    }

    static Finding warning(Located.Place place, String message) {
        return new Finding(place, Severity.WARNING, message);
    }
}

package io.millrace.declarative.authentication;

import io.millrace.declarative.interpolation.python.IsoDates;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.TimeDelta;
import io.millrace.declarative.manifest.Definition;
import java.time.Duration;

/** Durations of ISO 8601 in manifests. */
final class Durations {
    private Durations() {}

    /** A duration whose length doesn't depend on where in a calendar it is. */
    static Duration fixed(Definition definition, String field, String text) {
        try {
            if (IsoDates.duration(text) instanceof TimeDelta delta) {
                return Duration.ofDays(delta.days())
                        .plusSeconds(delta.seconds())
                        .plusNanos(delta.microseconds() * 1000L);
            }
        } catch (PythonError _) {
            throw definition.malformed(field, "a duration, such as PT1H");
        }
        throw definition.malformed(field, "a duration of fixed length, such as PT1H");
    }
}

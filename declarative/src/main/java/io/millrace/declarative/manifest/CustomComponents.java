package io.millrace.declarative.manifest;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;

/** Components whose behaviour is a Python class beside the manifest (reference: 14). */
public final class CustomComponents {
    private CustomComponents() {}

    /** Whether a component of this definition is such a class. */
    public static boolean isCustom(Definition definition) {
        return definition.has("class_name") || definition.type().startsWith("Custom");
    }

    /** What to throw where {@code definition} would have to run here. */
    public static SyncFailure refused(Definition definition) {
        String name = definition.findText("class_name").orElse("(without class_name)");
        return new ConfigurationFailure(
                ("The manifest needs the Python class %s (%s at %s), which this engine can't run."
                     + " Install Python 3 with airbyte-cdk to run the manifest through it.")
                        .formatted(name, definition.type(), definition.path()));
    }
}

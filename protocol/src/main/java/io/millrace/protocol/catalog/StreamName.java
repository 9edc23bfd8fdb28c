package io.millrace.protocol.catalog;

import java.util.Comparator;
import java.util.Optional;

/**
 * A stream's identity: its namespace, if it has one, and its name. An absent namespace and an empty
 * one differ.
 */
public record StreamName(Optional<String> namespace, String name)
        implements Comparable<StreamName> {
    private static final Comparator<StreamName> ORDER =
            Comparator.comparing((StreamName stream) -> stream.namespace().orElse(""))
                    .thenComparing(StreamName::name)
                    .thenComparing(stream -> stream.namespace().isPresent());

    public static StreamName of(String namespace, String name) {
        return new StreamName(Optional.of(namespace), name);
    }

    public static StreamName of(String name) {
        return new StreamName(Optional.empty(), name);
    }

    @Override
    public int compareTo(StreamName other) {
        return ORDER.compare(this, other);
    }

    /** {@code namespace.name}, or the name alone. */
    @Override
    public String toString() {
        return namespace.map(text -> text + "." + name).orElse(name);
    }
}

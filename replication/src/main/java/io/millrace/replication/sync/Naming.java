package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import java.util.Optional;

/**
 * Where streams go at the destination.
 *
 * @param namespace a text in which {@code ${SOURCE_NAMESPACE}} stands for the stream's own; empty,
 *     or blank once the variable is replaced: the destination's own schema (reference: protocol
 *     4.8.1)
 * @param prefix put before each name, without a separator
 */
public record Naming(Optional<String> namespace, String prefix) {
    public static final Naming DEFAULT = new Naming(Optional.empty(), "");

    public StreamName target(StreamName source) {
        Optional<String> target =
                namespace
                        .map(text ->
                                text.replace("${SOURCE_NAMESPACE}", source.namespace().orElse("")))
                        .filter(text -> !text.isBlank());
        return new StreamName(target, prefix + source.name());
    }
}

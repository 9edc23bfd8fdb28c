package io.millrace.declarative.source;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.Optional;
import java.util.OptionalLong;

/** How many slices of a source are read at a time (reference: declarative 1.13). */
final class ConcurrencyLevel {
    /** Where the manifest doesn't say. */
    private static final int DEFAULT = 2;

    private static final int MOST = 1_000;

    private ConcurrencyLevel() {}

    static int of(Definition manifest, Compilation compilation) {
        Optional<Definition> definition = manifest.find("concurrency_level");
        if (definition.isEmpty()) {
            return DEFAULT;
        }
        Object wanted = definition.get().value("default_concurrency");
        if (wanted instanceof Long number) {
            return bounded(number);
        }
        OptionalLong most = definition.get().findInteger("max_concurrency");
        boolean configured = definition.get().text("default_concurrency").contains("config");
        if (configured && most.orElse(0) == 0) {
            throw definition
                    .get()
                    .malformed(
                            "max_concurrency", "a number, since the configuration says how many");
        }
        Object value =
                compilation
                        .string(definition.get(), "default_concurrency")
                        .evaluate(compilation.context());
        if (!(value instanceof Long number)) {
            throw definition.get().malformed("default_concurrency", "an integer");
        }
        return bounded(most.isPresent() ? Math.min(number, most.getAsLong()) : number);
    }

    private static int bounded(long number) {
        return (int) Math.max(1, Math.min(number, MOST));
    }
}

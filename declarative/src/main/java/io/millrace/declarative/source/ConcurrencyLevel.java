package io.millrace.declarative.source;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How many slices of a source are read at a time (reference: declarative 1.13).
 *
 * @param first from the beginning
 * @param most later on, while all goes well
 */
record ConcurrencyLevel(int first, int most) {
    /** Where the manifest doesn't say: as many as the reference reads, and what the API bears. */
    private static final ConcurrencyLevel DEFAULT = new ConcurrencyLevel(2, 8);

    private static final int MOST = 1_000;

    static ConcurrencyLevel of(Definition manifest, Compilation compilation) {
        Optional<Definition> definition = manifest.find("concurrency_level");
        return definition.isEmpty() ? DEFAULT : fixed(wanted(definition.get(), compilation));
    }

    static ConcurrencyLevel fixed(int level) {
        return new ConcurrencyLevel(level, level);
    }

    private static int wanted(Definition definition, Compilation compilation) {
        Object wanted = definition.value("default_concurrency");
        if (wanted instanceof Long number) {
            return bounded(number);
        }
        OptionalLong most = definition.findInteger("max_concurrency");
        boolean configured = definition.text("default_concurrency").contains("config");
        if (configured && most.orElse(0) == 0) {
            throw definition.malformed(
                    "max_concurrency", "a number, since the configuration says how many");
        }
        Object value =
                compilation
                        .string(definition, "default_concurrency")
                        .evaluate(compilation.context());
        if (!(value instanceof Long number)) {
            throw definition.malformed("default_concurrency", "an integer");
        }
        return bounded(most.isPresent() ? Math.min(number, most.getAsLong()) : number);
    }

    private static int bounded(long number) {
        return (int) Math.max(1, Math.min(number, MOST));
    }
}

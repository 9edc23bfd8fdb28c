package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the identity for the bytes of a name and a namespace without making objects for names seen
 * before: records of one stream come in runs, and equal names share one object.
 */
final class StreamNames {
    /** Beyond this many streams, names are made anew: rubbish must not fill the memory. */
    private static final int MAXIMUM = 100_000;

    private static final int SLOTS = 256;

    private final @Nullable Known[] slots = new Known[SLOTS];
    private final Map<StreamName, StreamName> canonical = new HashMap<>();

    private static final class Known {
        private final byte[] name;
        private final byte @Nullable [] namespace;
        private final StreamName identity;

        Known(byte[] name, byte @Nullable [] namespace, StreamName identity) {
            this.name = name;
            this.namespace = namespace;
            this.identity = identity;
        }
    }

    /** Null where an escape is broken; a {@code namespaceStart} below 0 is no namespace. */
    @Nullable StreamName find(
            byte[] bytes, int start, int end, int namespaceStart, int namespaceEnd) {
        int slot = slot(bytes, start, end, namespaceStart, namespaceEnd);
        @Nullable Known known = slots[slot];
        if (known != null
                && Arrays.equals(known.name, 0, known.name.length, bytes, start, end)
                && sameNamespace(known.namespace, bytes, namespaceStart, namespaceEnd)) {
            return known.identity;
        }
        Optional<String> name = JsonText.decode(bytes, start, end);
        Optional<String> namespace =
                namespaceStart < 0
                        ? Optional.empty()
                        : JsonText.decode(bytes, namespaceStart, namespaceEnd);
        if (name.isEmpty() || (namespaceStart >= 0 && namespace.isEmpty())) {
            return null;
        }
        StreamName made = new StreamName(namespace, name.get());
        if (canonical.size() >= MAXIMUM) {
            canonical.clear();
        }
        StreamName identity = canonical.computeIfAbsent(made, same -> same);
        slots[slot] =
                new Known(
                        Arrays.copyOfRange(bytes, start, end),
                        namespaceStart < 0
                                ? null
                                : Arrays.copyOfRange(bytes, namespaceStart, namespaceEnd),
                        identity);
        return identity;
    }

    private static boolean sameNamespace(
            byte @Nullable [] known, byte[] bytes, int start, int end) {
        if (known == null || start < 0) {
            return known == null && start < 0;
        }
        return Arrays.equals(known, 0, known.length, bytes, start, end);
    }

    /** Mixes lengths and last bytes, in which the names of one source differ most. */
    private static int slot(
            byte[] bytes, int start, int end, int namespaceStart, int namespaceEnd) {
        int hash = end - start;
        for (int position = Math.max(start, end - 8); position < end; position++) {
            hash = hash * 31 + bytes[position];
        }
        if (namespaceStart >= 0) {
            hash = hash * 31 + namespaceEnd - namespaceStart;
            for (int position = Math.max(namespaceStart, namespaceEnd - 4);
                    position < namespaceEnd;
                    position++) {
                hash = hash * 31 + bytes[position];
            }
        }
        return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (SLOTS - 1);
    }
}

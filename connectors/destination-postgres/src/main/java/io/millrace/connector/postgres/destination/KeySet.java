package io.millrace.connector.postgres.destination;

import io.millrace.protocol.schema.ColumnType;
import java.util.List;
import java.util.Set;

/**
 * The hashes of the keys that came until now, as long as they are few enough to remember. While no
 * hash comes twice, no key does, and rows can go straight into a table that was empty: its index is
 * built at the end, at a fraction of what keeping it up row by row would cost. One thread uses it.
 */
final class KeySet {
    /** 32 MiB of heap at the most, since several lanes may have one. */
    private static final int MOST_SLOTS = 1 << 22;

    private static final double FULLEST = 0.6;

    private long[] slots = new long[1 << 12];
    private int size;
    private boolean zero;

    /**
     * The types of which values are equal to PostgreSQL only if their hashes are. Not among them:
     * floats (-0.0 equals 0.0), numeric without bounds (1.0 equals 1.00), char(n) (blanks at the
     * end), and what is cast at the server.
     */
    private static final Set<String> DECIDED =
            Set.of(
                    "bool",
                    "int2",
                    "int4",
                    "int8",
                    "date",
                    "time",
                    "timestamp",
                    "timestamptz",
                    "uuid",
                    "bytea",
                    "text",
                    "varchar");

    /** Whether no two keys of these types are equal while their hashes differ. */
    static boolean decides(List<SqlType> types) {
        return types.stream()
                .allMatch(type ->
                        !type.array()
                                && (DECIDED.contains(type.base())
                                        || type.columnType() instanceof ColumnType.Decimal));
    }

    /** Notes {@code hash}; false if it was there, or if there is no room for more. */
    boolean add(long hash) {
        if (hash == 0) {
            boolean added = !zero;
            zero = true;
            return added;
        }
        if (size >= slots.length * FULLEST) {
            if (slots.length >= MOST_SLOTS) {
                return false;
            }
            grow();
        }
        return put(slots, hash);
    }

    private boolean put(long[] into, long hash) {
        int mask = into.length - 1;
        int at = (int) (hash ^ (hash >>> 32)) & mask;
        while (into[at] != 0) {
            if (into[at] == hash) {
                return false;
            }
            at = (at + 1) & mask;
        }
        into[at] = hash;
        size++;
        return true;
    }

    private void grow() {
        long[] grown = new long[slots.length * 2];
        size = 0;
        for (long hash : slots) {
            if (hash != 0) {
                put(grown, hash);
            }
        }
        slots = grown;
    }
}

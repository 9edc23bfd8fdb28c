package io.millrace.declarative.source;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.protocol.batch.RowHasher;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The records at the value that a state has for a partition. A read that goes on from there asks
 * for them once more, since others may have come at the same value; those that are known are left
 * out then. They are part of the state, as hashes, beside what the cursor has in it.
 *
 * <p>A partition with very many records at one value is let be, as are partitions beyond a number:
 * their records come again, as every API gives them.
 */
final class KnownRecords {
    /** Where they stand in a state. */
    private static final String KEY = "__millrace_known";

    private static final int MOST_RECORDS = 1_000;
    private static final int MOST_PARTITIONS = 10_000;

    private record Boundary(String value, List<Long> hashes) {
        Boundary and(List<Long> more) {
            return new Boundary(
                    value, Stream.concat(hashes.stream(), more.stream()).distinct().toList());
        }
    }

    /** By partition, as JSON. Of the thread that passes slices on. */
    private final Map<String, Boundary> now = new LinkedHashMap<>();

    private final Map<String, Set<Long>> before = new HashMap<>();

    private final boolean isKept;

    /**
     * @param state that a read goes on from
     * @param isKept whether another read may go on from the states of this one
     */
    KnownRecords(Map<String, Object> state, boolean isKept) {
        this.isKept = isKept;
        if (isKept && state.get(KEY) instanceof List<?> known) {
            known.forEach(this::load);
        }
    }

    private void load(Object one) {
        if (one instanceof Map<?, ?> map
                && map.get("partition") instanceof Map<?, ?> partition
                && map.get("value") instanceof String value
                && map.get("records") instanceof List<?> records) {
            List<Long> hashes =
                    records.stream()
                            .map(hash -> Long.parseUnsignedLong(String.valueOf(hash), 16))
                            .toList();
            now.put(key(partition), new Boundary(value, hashes));
            before.put(key(partition), Set.copyOf(hashes));
        }
    }

    /** The state as the cursor knows it. */
    static Map<String, Object> without(Map<String, Object> state) {
        if (!state.containsKey(KEY)) {
            return state;
        }
        Map<String, Object> rest = new LinkedHashMap<>(state);
        rest.remove(KEY);
        return rest;
    }

    private static String key(Map<?, ?> partition) {
        return Json.dumps(partition, true, -1);
    }

    boolean isKept() {
        return isKept;
    }

    /** The records of a partition that need not come again. */
    Set<Long> of(Map<String, Object> partition) {
        return before.isEmpty() ? Set.of() : before.getOrDefault(key(partition), Set.of());
    }

    static long hash(byte[] record, int from, int to) {
        return RowHasher.hashOf(record, from, to);
    }

    /** A slice is closed that has {@code highest} at {@code value}, where the state now stands. */
    void reached(Map<String, Object> partition, String value, Highest highest) {
        String key = key(partition);
        Boundary known = now.get(key);
        Boundary reached =
                known != null && known.value.equals(value)
                        ? known.and(highest.toList())
                        : new Boundary(value, highest.toList());
        if (highest.isFull()
                || reached.hashes.size() > MOST_RECORDS
                || (known == null && now.size() >= MOST_PARTITIONS)) {
            now.remove(key);
        } else {
            now.put(key, reached);
        }
    }

    /** A state of the cursor, with what is known. */
    Map<String, Object> with(Map<String, Object> state) {
        boolean hasOneValueForAll = Boolean.TRUE.equals(state.get("use_global_cursor"));
        if (now.isEmpty() || hasOneValueForAll) {
            return state;
        }
        Map<String, Object> complete = new LinkedHashMap<>(state);
        complete.put(
                KEY,
                now.entrySet().stream()
                        .map(entry -> printed(entry.getKey(), entry.getValue()))
                        .toList());
        return complete;
    }

    private static Map<String, Object> printed(String key, Boundary boundary) {
        Map<String, Object> one = LinkedHashMap.newLinkedHashMap(3);
        one.put("partition", Optional.ofNullable(Json.parse(key)).orElse(Map.of()));
        one.put("value", boundary.value);
        one.put("records", boundary.hashes.stream().map(Long::toHexString).toList());
        return one;
    }

    /** The hashes of the records of one slice that have the highest value of it. For one thread. */
    static final class Highest {
        private long[] hashes = new long[4];
        private int count;

        void clear() {
            count = 0;
        }

        void add(long hash) {
            if (isFull()) {
                return;
            }
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, count * 2);
            }
            hashes[count++] = hash;
        }

        private boolean isFull() {
            return count > MOST_RECORDS;
        }

        private List<Long> toList() {
            return Arrays.stream(hashes, 0, count).boxed().distinct().toList();
        }
    }
}

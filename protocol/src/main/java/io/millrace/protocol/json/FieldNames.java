package io.millrace.protocol.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Finds a column by the UTF-8 bytes of its name, without making anything. Immutable. */
final class FieldNames {
    static final int UNKNOWN = -1;

    private final byte[][] names;
    private final int[] table; // open addressing; a column's index plus one, 0 for none
    private final int mask;

    FieldNames(List<String> names) {
        this.names = new byte[names.size()][];
        int capacity = Integer.highestOneBit(Math.max(names.size(), 4)) * 4;
        table = new int[capacity];
        mask = capacity - 1;
        for (int i = 0; i < this.names.length; i++) {
            byte[] name = names.get(i).getBytes(StandardCharsets.UTF_8);
            this.names[i] = name;
            int slot = hash(name, 0, name.length) & mask;
            while (table[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            table[slot] = i + 1;
        }
    }

    /**
     * The column with that name, or {@link #UNKNOWN}.
     *
     * @param guess which column it may well be; need not be one
     */
    int find(byte[] bytes, int from, int to, int guess) {
        if (guess < names.length && is(guess, bytes, from, to)) {
            return guess;
        }
        int slot = hash(bytes, from, to) & mask;
        while (table[slot] != 0) {
            int column = table[slot] - 1;
            if (is(column, bytes, from, to)) {
                return column;
            }
            slot = (slot + 1) & mask;
        }
        return UNKNOWN;
    }

    private boolean is(int column, byte[] bytes, int from, int to) {
        byte[] name = names[column];
        return name.length == to - from && Arrays.equals(name, 0, name.length, bytes, from, to);
    }

    private static int hash(byte[] bytes, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash ^ hash >>> 15;
    }
}

package io.millrace.connector.files.destination;

import io.millrace.protocol.json.JsonBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** CSV after RFC 4180, with line feeds. A null is an empty field, an empty text is {@code ""}. */
final class Csv {
    private Csv() {}

    /** Appends {@code value} as a field, quoted where it must be. */
    static void append(JsonBuffer value, JsonBuffer out) {
        byte[] bytes = value.array();
        int size = value.size();
        boolean quoted = size == 0;
        for (int i = 0; i < size && !quoted; i++) {
            byte c = bytes[i];
            quoted = c == ',' || c == '"' || c == '\n' || c == '\r';
        }
        if (!quoted) {
            out.append(bytes, 0, size);
            return;
        }
        out.append('"');
        int from = 0;
        for (int i = 0; i < size; i++) {
            if (bytes[i] == '"') {
                out.append(bytes, from, i + 1 - from);
                out.append('"');
                from = i + 1;
            }
        }
        out.append(bytes, from, size - from);
        out.append('"');
    }

    /** Reads what {@link #append} wrote. */
    static final class Reader {
        private final InputStream input;
        private final byte[] buffer = new byte[256 << 10];
        private int at;
        private int end;
        private byte[] field = new byte[256];
        private int size;

        Reader(InputStream input) {
            this.input = input;
        }

        /** The fields of the next record, in which nulls are empty; empty at the end. */
        Optional<List<Optional<byte[]>>> next() throws IOException {
            int c = read();
            if (c < 0) {
                return Optional.empty();
            }
            List<Optional<byte[]>> fields = new ArrayList<>();
            while (true) {
                size = 0;
                boolean quoted = c == '"';
                if (quoted) {
                    c = quotedField();
                } else {
                    while (c >= 0 && c != ',' && c != '\n') {
                        put(c);
                        c = read();
                    }
                }
                fields.add(
                        size == 0 && !quoted
                                ? Optional.empty()
                                : Optional.of(Arrays.copyOf(field, size)));
                if (c != ',') {
                    return Optional.of(fields);
                }
                c = read();
            }
        }

        /** Reads behind the opening quote up to the closing one; gives what follows it. */
        private int quotedField() throws IOException {
            while (true) {
                int c = read();
                if (c < 0) {
                    return c;
                }
                if (c == '"') {
                    int next = read();
                    if (next != '"') {
                        return next;
                    }
                }
                put(c);
            }
        }

        private void put(int c) {
            if (size == field.length) {
                field = Arrays.copyOf(field, size * 2);
            }
            field[size++] = (byte) c;
        }

        private int read() throws IOException {
            if (at == end) {
                end = input.read(buffer);
                at = 0;
                if (end <= 0) {
                    end = 0;
                    return -1;
                }
            }
            return buffer[at++] & 0xFF;
        }
    }
}

package io.millrace.connector.files.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Finds the records in the bytes of a JSON file: its lines, or the elements of the one array that
 * it is. Checks no grammar beyond what tells them apart. One thread.
 */
final class JsonRecords {
    static final int MAX_RECORD_BYTES = 64 << 20;

    private final InputStream source;
    private final boolean array;
    private byte[] buffer = new byte[1 << 20];
    private int position;
    private int limit;
    private boolean atEnd;
    private long bufferOffset;
    private long line;
    private boolean closed; // the array's bracket was seen

    private int from;
    private int to;
    private long recordLine;
    private long recordOffset;
    private boolean tooLarge;
    private boolean unended;

    /**
     * @param array whether the file is one array; at {@code offset} stand then its opening bracket
     *     or what follows an element
     */
    JsonRecords(InputStream source, boolean array, long offset, long line) {
        this.source = source;
        this.array = array;
        this.bufferOffset = offset;
        this.line = line;
    }

    byte[] buffer() {
        return buffer;
    }

    /** Where the record begins in {@link #buffer}. */
    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** The record's line, from 1. */
    long recordLine() {
        return recordLine;
    }

    /** Where the record begins, in the file. */
    long recordOffset() {
        return recordOffset;
    }

    /** Whether the record is the last line, and no line break ends it. */
    boolean unended() {
        return unended;
    }

    /**
     * Whether the record is an object with its last brace: no more can belong to it. What is in it
     * may still be wrong.
     */
    boolean isClosed() {
        int depth = 0;
        boolean string = false;
        boolean seen = false;
        for (int at = from; at < to; at++) {
            byte octet = buffer[at];
            if (string) {
                if (octet == '\\') {
                    at++;
                } else if (octet == '"') {
                    string = false;
                }
            } else if (octet == '"') {
                string = true;
            } else if (octet == '{' || octet == '[') {
                depth++;
                seen = true;
            } else if (octet == '}' || octet == ']') {
                depth--;
            }
        }
        return seen && depth <= 0 && !string;
    }

    /** Whether the record has more than {@link #MAX_RECORD_BYTES}; its bytes are gone. */
    boolean tooLarge() {
        return tooLarge;
    }

    /** Where the next record may begin. */
    long offset() {
        return bufferOffset + position;
    }

    long line() {
        return line;
    }

    /** Goes to the next record; false at the end. */
    boolean next() throws IOException {
        tooLarge = false;
        return array ? nextElement() : nextLine();
    }

    private boolean nextLine() throws IOException {
        while (true) {
            int at = position;
            recordLine = line;
            recordOffset = offset();
            while (true) {
                if (at == limit) {
                    int looked = at - position;
                    if (looked >= MAX_RECORD_BYTES) {
                        tooLarge = true;
                        position = limit;
                        looked = 0;
                    }
                    boolean more = refill();
                    at = position + looked;
                    if (!more) {
                        break;
                    }
                }
                if (buffer[at] == '\n') {
                    break;
                }
                at++;
            }
            boolean last = at == limit;
            if (last && at == position && !tooLarge) {
                return false;
            }
            from = position;
            to = at;
            unended = last;
            position = last ? at : at + 1;
            line += last ? 0 : 1;
            if (tooLarge || !isBlank(from, to)) {
                return true;
            }
        }
    }

    private boolean isBlank(int begin, int end) {
        for (int at = begin; at < end; at++) {
            if (buffer[at] != ' ' && buffer[at] != '\t' && buffer[at] != '\r') {
                return false;
            }
        }
        return true;
    }

    private boolean nextElement() throws IOException {
        // What parts elements: white space, commas, and the array's own brackets.
        while (true) {
            if (position == limit && !refill()) {
                return false;
            }
            byte octet = buffer[position];
            if (octet == '\n') {
                line++;
            } else if (octet == ']') {
                closed = true;
            } else if (octet != ' '
                    && octet != '\t'
                    && octet != '\r'
                    && octet != ','
                    && !(octet == '[' && bufferOffset + position == opening)) {
                break;
            }
            position++;
        }
        recordLine = line;
        int depth = 0;
        boolean string = false;
        boolean escaped = false;
        int at = position;
        while (true) {
            if (at == limit) {
                int looked = at - position;
                if (looked >= MAX_RECORD_BYTES) {
                    tooLarge = true;
                    position = limit;
                    looked = 0;
                }
                boolean more = refill();
                at = position + looked;
                if (!more) {
                    break;
                }
            }
            byte octet = buffer[at];
            if (octet == '\n') {
                line++;
            }
            if (string) {
                if (escaped) {
                    escaped = false;
                } else if (octet == '\\') {
                    escaped = true;
                } else if (octet == '"') {
                    string = false;
                }
            } else if (octet == '"') {
                string = true;
            } else if (octet == '{' || octet == '[') {
                depth++;
            } else if (octet == '}' || octet == ']') {
                if (depth == 0) {
                    break; // the array's end behind a value without brackets
                }
                depth--;
                if (depth == 0) {
                    at++;
                    break;
                }
            } else if (octet == ',' && depth == 0) {
                break;
            }
            at++;
        }
        from = position;
        to = at;
        position = at;
        return true;
    }

    private long opening = -1;

    /** Says where the array's bracket stands, in the file. */
    void openingAt(long offset) {
        opening = offset;
    }

    /** Whether the array was closed; one that was not has been cut off. */
    boolean closed() {
        return closed;
    }

    private boolean refill() throws IOException {
        if (atEnd) {
            return false;
        }
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            bufferOffset += position;
            position = 0;
        }
        if (limit > buffer.length / 2) {
            buffer =
                    Arrays.copyOf(
                            buffer, Math.min(buffer.length * 2, MAX_RECORD_BYTES + (1 << 20)));
        }
        int count = source.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
            atEnd = true;
            return false;
        }
        limit += count;
        return true;
    }
}

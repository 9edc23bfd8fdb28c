package io.millrace.connector.files.source;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Finds rows and values in the bytes of a CSV file, a block of rows at a time, eight bytes at a
 * time, and copies none. Values stay where they are in {@link #buffer} until the next block. One
 * thread.
 *
 * <p>What stands behind a closing quote, a quote that is never closed, and a row with another
 * number of values than the others make a bad row, which is told and left out. A quote within a
 * value that doesn't begin with one is part of the value. A quote that is never closed, or in the
 * middle of a value some lines below, makes its own line a bad row, and the next line is a row
 * again. Empty lines are left out where rows have several values.
 */
final class CsvTokenizer {
    /** Rows of a block at the most. */
    static final int BLOCK_ROWS = 1024;

    /** Rows up to this many bytes land. */
    static final int MAX_ROW_BYTES = 64 << 20;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int PADDING = 8;
    private static final int UNFINISHED_BYTES = 64 << 10;
    private static final int NEED_MORE = -1;
    private static final int UNCLOSED = -2;
    private static final String TEXT_BEHIND_QUOTE = "has text behind a closing quote";

    private final InputStream source;
    private final BadRows badRows;
    private final boolean checkUtf8;
    private final byte delimiter;
    private final int quote;
    private final byte lineEnd;
    private final long delimiters;
    private final long quotes;
    private final long lineEnds;

    private byte[] buffer = new byte[BUFFER_BYTES + PADDING];
    private int limit;
    private int position;
    private boolean atEnd;
    private long bufferOffset; // of buffer[0], in the file
    private long line; // of the row at position, from 1

    // The row that was read last.
    private int fields;
    private boolean malformed;
    private long nextLine;

    // The last row, where no line break ends it.
    private Supplier<LastRow> lastRow = () -> LastRow.TAKE;
    private boolean unended; // of the row that was read last
    private Ending ending = new Ending.Closed();

    private int columns;
    private int rows;
    private int[] starts = new int[BLOCK_ROWS];
    private int[] ends = new int[BLOCK_ROWS];

    /** Hears of rows that can't be read. */
    interface BadRows {
        /**
         * @param line where the row begins, from 1
         * @param why goes on from "line 17"
         */
        void bad(long line, String why) throws InterruptedException;

        /** As {@link #bad}, where nothing behind the row can be read; throws. */
        void fatal(long line, String why);
    }

    /**
     * @param source from {@code offset} on; not closed
     * @param offset where {@code source} begins in the file; the beginning of a row
     * @param line its line, from 1
     * @param checkUtf8 whether the bytes may be no UTF-8, which is then a {@link
     *     java.nio.charset.CharacterCodingException}
     */
    CsvTokenizer(
            InputStream source,
            CsvDialect dialect,
            long offset,
            long line,
            boolean checkUtf8,
            BadRows badRows) {
        this.source = source;
        this.badRows = badRows;
        this.checkUtf8 = checkUtf8;
        this.delimiter = dialect.delimiter();
        this.quote = dialect.quote();
        this.lineEnd = dialect.lineEnd();
        this.delimiters = ONES * (delimiter & 0xFF);
        this.quotes = ONES * (quote & 0xFF);
        this.lineEnds = ONES * (lineEnd & 0xFF);
        this.bufferOffset = offset;
        this.line = line;
    }

    /** Begins with room for {@code count} bytes, which grows where a row has more. */
    void room(int count) {
        buffer = new byte[count + PADDING];
    }

    /** How many values rows have from now on. Before it is said, rows are read by {@link #next}. */
    void columns(int count) {
        columns = count;
        starts = new int[BLOCK_ROWS * count];
        ends = new int[BLOCK_ROWS * count];
    }

    /** Whom to ask what becomes of a last row without a line break. */
    void lastRow(Supplier<LastRow> rule) {
        lastRow = rule;
    }

    /** How the file ended, at {@link #offset}; said when {@link #nextBlock} has said so. */
    Ending ending() {
        return ending;
    }

    byte[] buffer() {
        return buffer;
    }

    /** Rows of the block. */
    int rows() {
        return rows;
    }

    /** Where the first row behind the block begins, in the file. */
    long offset() {
        return bufferOffset + position;
    }

    /** The line of {@link #offset}, from 1. */
    long line() {
        return line;
    }

    /**
     * Where each value begins in {@link #buffer}: of row r and column c at {@code r * columns + c}.
     * Complemented ({@code ~}) for a value in quotes.
     */
    int[] starts() {
        return starts;
    }

    /** Where each value ends, without its quote. Complemented where quotes are doubled within. */
    int[] ends() {
        return ends;
    }

    /** Reads the next block; false at the end of the file. A block may have no rows. */
    boolean nextBlock() throws IOException, InterruptedException {
        rows = 0;
        if (!(ending instanceof Ending.Closed) || (position == limit && !refill())) {
            return false;
        }
        while (rows < BLOCK_ROWS) {
            if (position == limit) {
                break;
            }
            int begin = position;
            int next = row(begin, rows * columns, columns);
            if (next == NEED_MORE) {
                if (rows > 0) {
                    break; // these rows first: their bytes are about to move
                }
                if (limit - position >= MAX_ROW_BYTES) {
                    skipLargeRow();
                } else {
                    refill();
                }
                continue;
            }
            if (next == UNCLOSED) {
                if (mayBeUnfinished(begin)) {
                    ending = new Ending.Left();
                    break;
                }
                long at = line;
                if (leaveLine(begin, "has a quote that is never closed")) {
                    position = begin; // a row that was rejected may yet be finished
                    line = at;
                    ending = new Ending.Told();
                    break;
                }
                continue;
            }
            if (unended && isLeft()) {
                ending = new Ending.Left();
                break;
            }
            if (malformed && nextLine - line > 1) {
                // A quote that was none has joined lines: the others may well be rows.
                leaveLine(begin, TEXT_BEHIND_QUOTE);
                continue;
            }
            long at = line;
            boolean whole = fields == columns && !malformed;
            if (unended && !isEmptyLine(rows * columns)) {
                ending = whole ? new Ending.Taken(bufferOffset + begin, at) : new Ending.Told();
            }
            boolean told = ending instanceof Ending.Told;
            position = told ? begin : next;
            line = told ? at : nextLine;
            if (whole) {
                rows++;
            } else if (!isEmptyLine(rows * columns)) {
                badRows.bad(
                        at,
                        malformed
                                ? TEXT_BEHIND_QUOTE
                                : "has %d %s instead of %d"
                                        .formatted(
                                                fields, fields == 1 ? "value" : "values", columns));
            }
            if (!(ending instanceof Ending.Closed)) {
                break;
            }
        }
        return true;
    }

    /** Whether the last row, which no line break ends, is to wait for its end. */
    private boolean isLeft() {
        return switch (lastRow.get()) {
            case TAKE -> false;
            case IF_WHOLE -> fields != columns || malformed;
            case LEAVE -> true;
        };
    }

    /**
     * Whether the row at {@code begin}, whose last value has no closing quote, is being written; it
     * may as well be a quote that is none, with rows behind it.
     */
    private boolean mayBeUnfinished(int begin) {
        return switch (lastRow.get()) {
            case TAKE -> false;
            case IF_WHOLE -> limit - begin <= UNFINISHED_BYTES && !hasRowsBehind(begin);
            case LEAVE -> limit - begin <= UNFINISHED_BYTES;
        };
    }

    /** Whether a line behind that at {@code begin} could be a row, quotes apart. */
    private boolean hasRowsBehind(int begin) {
        int values = 1;
        boolean behind = false;
        for (int at = begin; at < limit; at++) {
            if (buffer[at] == delimiter) {
                values++;
            } else if (buffer[at] == lineEnd) {
                if (behind && values == columns) {
                    return true;
                }
                behind = true;
                values = 1;
            }
        }
        return false;
    }

    private boolean isEmptyLine(int base) {
        return fields == 1 && !malformed && starts[base] >= 0 && starts[base] == ends[base];
    }

    /**
     * Reads one row of any number of values, which is then the block, up to {@code most} of its
     * values; their number, or -1 at the end of the file. For looking at a file before it is known.
     */
    int next(int most) throws IOException, InterruptedException {
        rows = 0;
        if (starts.length < most) {
            starts = new int[most];
            ends = new int[most];
        }
        while (true) {
            if (position == limit && !refill()) {
                return -1;
            }
            int begin = position;
            int next = row(begin, 0, most);
            if (next == NEED_MORE) {
                if (limit - position >= MAX_ROW_BYTES) {
                    skipLargeRow();
                } else {
                    refill();
                }
                continue;
            }
            if (next == UNCLOSED) {
                leaveLine(begin, "has a quote that is never closed");
                continue;
            }
            position = next;
            line = nextLine;
            rows = 1;
            return fields;
        }
    }

    /** Whether the row that was read last has text behind a closing quote. */
    boolean malformed() {
        return malformed;
    }

    /** Leaves out a line, whatever is in it. */
    boolean skipLine() throws IOException {
        while (true) {
            for (int at = position; at < limit; at++) {
                if (buffer[at] == lineEnd) {
                    position = at + 1;
                    line++;
                    return true;
                }
            }
            position = limit;
            if (!refill()) {
                return false;
            }
        }
    }

    /**
     * Reads the row at {@code from} into the arrays at {@code base}, {@code most} values of it.
     *
     * @return where the next row begins, {@link #NEED_MORE} or {@link #UNCLOSED}
     */
    private int row(int from, int base, int most) throws IOException {
        byte[] in = buffer;
        int end = limit;
        int at = from;
        int count = 0;
        boolean bad = false;
        long high = 0;
        long linesWithin = 0;
        boolean open = false;
        while (true) {
            int start = at;
            int stop;
            if (at < end && in[at] == quote) {
                boolean doubled = false;
                int scan = at + 1;
                while (true) {
                    long word = (long) LONGS.get(in, scan);
                    long found = zeros(word ^ quotes) | zeros(word ^ lineEnds);
                    if (found == 0) {
                        high |= word;
                        scan += 8;
                        if (scan >= end) {
                            return atEnd ? UNCLOSED : NEED_MORE;
                        }
                        continue;
                    }
                    high |= word;
                    scan += Long.numberOfTrailingZeros(found) >>> 3;
                    if (scan >= end) {
                        return atEnd ? UNCLOSED : NEED_MORE;
                    }
                    if (in[scan] != quote) {
                        linesWithin++;
                        scan++;
                        if (scan >= end) {
                            return atEnd ? UNCLOSED : NEED_MORE;
                        }
                        continue;
                    }
                    if (scan + 1 >= end) {
                        if (!atEnd) {
                            return NEED_MORE;
                        }
                        break;
                    }
                    if (in[scan + 1] != quote) {
                        break;
                    }
                    doubled = true;
                    scan += 2;
                    if (scan >= end) {
                        return atEnd ? UNCLOSED : NEED_MORE;
                    }
                }
                if (count < most) {
                    starts[base + count] = ~(start + 1);
                    ends[base + count] = doubled ? ~scan : scan;
                }
                count++;
                at = scan + 1;
                if (at >= end) {
                    open = true;
                    break; // only at the end of the file
                }
                byte behind = in[at];
                if (behind == delimiter) {
                    at++;
                    continue;
                }
                if (behind == lineEnd) {
                    at++;
                    linesWithin++;
                    break;
                }
                if (behind == '\r' && lineEnd == '\n') {
                    if (at + 1 >= end) {
                        if (!atEnd) {
                            return NEED_MORE;
                        }
                        at++;
                        open = true;
                        break;
                    }
                    if (in[at + 1] == '\n') {
                        at += 2;
                        linesWithin++;
                        break;
                    }
                }
                bad = true;
                start = Integer.MIN_VALUE; // the rest of the value belongs to no column
            }
            // To the delimiter or the end of the line.
            while (true) {
                long word = (long) LONGS.get(in, at);
                long found = zeros(word ^ delimiters) | zeros(word ^ lineEnds);
                high |= word;
                if (found != 0) {
                    at += Long.numberOfTrailingZeros(found) >>> 3;
                    break;
                }
                at += 8;
                if (at >= end) {
                    break;
                }
            }
            boolean last;
            if (at >= end) {
                if (!atEnd) {
                    return NEED_MORE;
                }
                at = end;
                stop = end;
                last = true;
                open = true;
            } else {
                stop = at;
                last = in[at] != delimiter;
                at++;
                if (last) {
                    linesWithin++;
                }
            }
            if (start != Integer.MIN_VALUE) {
                if (last && lineEnd == '\n' && stop > start && in[stop - 1] == '\r') {
                    stop--;
                }
                if (count < most) {
                    starts[base + count] = start;
                    ends[base + count] = stop;
                }
                count++;
            }
            if (last) {
                break;
            }
        }
        if (checkUtf8 && (high & HIGHS) != 0 && !Utf8.isValid(in, from, at)) {
            if (!open
                    || lastRow.get() == LastRow.TAKE
                    || !Utf8.isValid(in, from, at - Utf8.cutOff(in, from, at))) {
                throw new UndecodableLineException(lineOf(in, from, at));
            }
            bad = true; // a row that is being written may end within a character
        }
        fields = count;
        unended = open;
        malformed = bad;
        nextLine = line + linesWithin;
        return at;
    }

    /** The highest bit of each byte that is zero; above the lowest such, others may be set too. */
    private static long zeros(long word) {
        return (word - ONES) & ~word & HIGHS;
    }

    /** The line of the first bytes between {@code from} and {@code to} that are no UTF-8. */
    private long lineOf(byte[] in, int from, int to) {
        long at = line;
        int begin = from;
        for (int end = from; end < to; end++) {
            if (in[end] == lineEnd) {
                if (!Utf8.isValid(in, begin, end)) {
                    return at;
                }
                begin = end + 1;
                at++;
            }
        }
        return at;
    }

    /**
     * Makes the line at {@code begin} a bad row; the next line is a row again.
     *
     * @return whether it was the last, and no line break ends it
     */
    private boolean leaveLine(int begin, String why) throws InterruptedException {
        long at = line;
        int next = begin;
        while (next < limit && buffer[next] != lineEnd) {
            next++;
        }
        boolean open = next == limit;
        position = open ? limit : next + 1;
        line++;
        badRows.bad(at, why);
        return open;
    }

    /** Leaves out a row that is too large to be held, byte by byte. */
    private void skipLargeRow() throws IOException, InterruptedException {
        long at = line;
        boolean quoted = false;
        boolean mayOpen = true; // a value begins, or a quote has just closed, which another undoes
        while (true) {
            if (position == limit && !refill()) {
                if (quoted) {
                    badRows.fatal(at, "has a quote that is never closed");
                }
                break;
            }
            byte octet = buffer[position++];
            if (octet == lineEnd) {
                line++;
            }
            if (quoted) {
                quoted = octet != quote;
                mayOpen = !quoted;
            } else if (octet == quote && mayOpen) {
                quoted = true;
            } else if (octet == lineEnd) {
                break;
            } else {
                mayOpen = octet == delimiter;
            }
        }
        badRows.bad(at, "has more than %d bytes".formatted(MAX_ROW_BYTES));
    }

    /** Brings more bytes behind those not used yet; false where there are no more. */
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
        if (limit > (buffer.length - PADDING) / 2) {
            int most = MAX_ROW_BYTES + (1 << 20) + PADDING;
            buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, most));
        }
        int room = buffer.length - PADDING - limit;
        int before = limit;
        while (room > 0) {
            int count = source.read(buffer, limit, room);
            if (count < 0) {
                atEnd = true;
                break;
            }
            limit += count;
            room -= count;
        }
        return limit > before;
    }
}

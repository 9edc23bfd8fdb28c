package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FilesOptions.Format;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the beginning of a CSV file tells.
 *
 * @param names the columns; unique, none empty. Empty for an empty file
 * @param offset where the first record begins, in decompressed UTF-8 bytes
 * @param line its line, from 1
 * @param doubts what else may part the values, where that was to be found out and is not clear
 */
record CsvLayout(
        CsvDialect dialect, List<String> names, long offset, long line, List<String> doubts) {
    private static final int HEAD_BYTES = 256 << 10;
    private static final int MAX_COLUMNS = 10_000;
    private static final int SNIFFED_ROWS = 200;
    private static final byte[] DELIMITERS = {',', ';', '\t', '|'};

    CsvLayout {
        names = List.copyOf(names);
        doubts = List.copyOf(doubts);
    }

    /** Looks at {@code file}. Throws {@link ConfigurationFailure} where it is no such file. */
    static CsvLayout of(InputFile file, Format.Csv format) throws InterruptedException {
        try (InputStream content = file.open(format.encoding(), 0)) {
            byte[] head = content.readNBytes(HEAD_BYTES);
            boolean whole = head.length < HEAD_BYTES;
            requireText(file, head);
            int quote = quote(format);
            byte lineEnd = lineEnd(head, quote);
            List<Byte> fitting =
                    format.delimiter().isPresent()
                            ? List.of(delimiter(format.delimiter().get()))
                            : sniff(head, quote, lineEnd, format.skipRows());
            byte delimiter = fitting.size() == 1 ? fitting.getFirst() : (byte) ',';
            var dialect = new CsvDialect(delimiter, quote, lineEnd);
            var rows =
                    new CsvTokenizer(new ByteArrayInputStream(head), dialect, 0, 1, false, IGNORED);
            for (int i = 0; i < format.skipRows(); i++) {
                if (!rows.skipLine()) {
                    break;
                }
            }
            long begin = rows.offset();
            long line = rows.line();
            int count = rows.next(MAX_COLUMNS);
            if (count > MAX_COLUMNS || (count >= 0 && !whole && rows.offset() == head.length)) {
                throw new ConfigurationFailure(
                        "The first line of %s is too long for a line of CSV with at most %d columns. Check the format."
                                .formatted(file.key(), MAX_COLUMNS));
            }
            if (count < 0) {
                return new CsvLayout(dialect, List.of(), begin, line, List.of());
            }
            List<String> names = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                names.add(format.header() ? ColumnParser.text(rows, i, quote) : "");
            }
            List<String> doubts =
                    doubts(fitting, count == 1 ? ColumnParser.text(rows, 0, quote) : "");
            return format.header()
                    ? new CsvLayout(dialect, unique(names), rows.offset(), rows.line(), doubts)
                    : new CsvLayout(dialect, unique(names), begin, line, doubts);
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    private static final CsvTokenizer.BadRows IGNORED =
            new CsvTokenizer.BadRows() {
                @Override
                public void bad(long line, String why) {
                    // told when the file is read
                }

                @Override
                public void fatal(long line, String why) {
                    // likewise
                }
            };

    /** Names for columns without one and for those whose name another has. */
    private static List<String> unique(List<String> given) {
        Set<String> taken = new HashSet<>(given);
        Set<String> used = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String base = given.get(i).isEmpty() ? "column_" + (i + 1) : given.get(i);
            String name = base;
            boolean first = !given.get(i).isEmpty();
            for (int n = 2; used.contains(name) || (!first && taken.contains(name)); n++) {
                first = false;
                name = base + "_" + n;
            }
            used.add(name);
            names.add(name);
        }
        return names;
    }

    private static void requireText(InputFile file, byte[] head) {
        if (head.length >= 4
                && head[0] == 'P'
                && head[1] == 'A'
                && head[2] == 'R'
                && head[3] == '1') {
            throw new ConfigurationFailure(
                    "%s is a Parquet file, and was to be read as CSV. Correct its format."
                            .formatted(file.key()));
        }
        int zeros = 0;
        int looked = Math.min(head.length, 1024);
        for (int i = 0; i < looked; i++) {
            zeros += head[i] == 0 ? 1 : 0;
        }
        if (zeros * 3 > looked) {
            throw new ConfigurationFailure(
                    "%s doesn't look like text in the encoding it was read with. Set the format's \"encoding\", such as utf-16le."
                            .formatted(file.key()));
        }
    }

    private static int quote(Format.Csv format) {
        if (format.quote().isEmpty()) {
            return CsvDialect.NO_QUOTE;
        }
        return oneAscii("quote", format.quote());
    }

    private static byte delimiter(String given) {
        return oneAscii("delimiter", given.equals("\\t") ? "\t" : given);
    }

    private static byte oneAscii(String option, String given) {
        char character = given.length() == 1 ? given.charAt(0) : 0;
        if (character == 0 || character > 126 || character == '\n' || character == '\r') {
            throw new ConfigurationFailure(
                    "The format's \"%s\" must be one ASCII character, and no line break."
                            .formatted(option));
        }
        return (byte) character;
    }

    /** The first line break outside of quotes tells how lines end. */
    private static byte lineEnd(byte[] head, int quote) {
        boolean quoted = false;
        for (int i = 0; i < head.length; i++) {
            byte octet = head[i];
            if (octet == quote) {
                quoted = !quoted;
            } else if (!quoted && octet == '\n') {
                return '\n';
            } else if (!quoted && octet == '\r') {
                boolean pair = i + 1 < head.length && head[i + 1] == '\n';
                return pair ? (byte) '\n' : (byte) '\r';
            }
        }
        return '\n';
    }

    /**
     * @param fitting what parts the first rows alike; a comma was taken if that isn't one
     * @param only the only value of the first row; empty where it has several
     */
    private static List<String> doubts(List<Byte> fitting, String only) {
        if (fitting.size() == 1) {
            return List.of();
        }
        List<String> doubts = new ArrayList<>();
        for (byte candidate : DELIMITERS) {
            if (candidate != ',' && (fitting.contains(candidate) || only.indexOf(candidate) >= 0)) {
                doubts.add(candidate == '\t' ? "\\t" : String.valueOf((char) candidate));
            }
        }
        return doubts;
    }

    /** The delimiters with which the first rows have the same number of values, more than one. */
    private static List<Byte> sniff(byte[] head, int quote, byte lineEnd, int skipRows)
            throws InterruptedException, IOException {
        List<Byte> fitting = new ArrayList<>();
        for (byte candidate : DELIMITERS) {
            if (fits(head, new CsvDialect(candidate, quote, lineEnd), skipRows)) {
                fitting.add(candidate);
            }
        }
        return fitting;
    }

    private static boolean fits(byte[] head, CsvDialect dialect, int skipRows)
            throws InterruptedException, IOException {
        var rows = new CsvTokenizer(new ByteArrayInputStream(head), dialect, 0, 1, false, IGNORED);
        for (int i = 0; i < skipRows; i++) {
            rows.skipLine();
        }
        int expected = rows.next(1);
        int alike = 0;
        int seen = 0;
        while (expected > 1 && seen < SNIFFED_ROWS) {
            int count = rows.next(1);
            if (count < 0 || (rows.offset() == head.length && head.length == HEAD_BYTES)) {
                break;
            }
            seen++;
            alike += count == expected && !rows.malformed() ? 1 : 0;
        }
        // Some ragged rows are no reason to take another.
        return expected > 1 && alike * 10 >= seen * 9 - 10;
    }

    /**
     * Where each of {@code columns} stands in a row; negative where the file has no such column.
     */
    int[] places(List<String> columns) {
        int[] places = new int[columns.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = names.indexOf(columns.get(i));
        }
        return places;
    }
}

package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.failure.SystemFailure;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.PushbackReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Files of CSV as the reference reads the results of jobs (reference: 10.1): compressed or not, all
 * values text, and null for what its table library takes for missing. Read while they arrive, so
 * that their size doesn't matter.
 */
public final class FileTable {
    private static final int BUFFER_BYTES = 64 << 10;

    /** What counts as missing, beside empty cells. */
    private static final Set<String> MISSING =
            Set.of(
                    "#N/A",
                    "#N/A N/A",
                    "#NA",
                    "-1.#IND",
                    "-1.#QNAN",
                    "-NaN",
                    "-nan",
                    "1.#IND",
                    "1.#QNAN",
                    "<NA>",
                    "N/A",
                    "NA",
                    "NULL",
                    "NaN",
                    "None",
                    "n/a",
                    "nan",
                    "null");

    private FileTable() {}

    /**
     * Gives each row to {@code sink} as a record, and returns how many it were.
     *
     * @param keepsWords whether only empty cells are null
     */
    public static long read(Answer answer, boolean keepsWords, RecordSink sink)
            throws InterruptedException {
        try (InputStream body = answer.stream()) {
            var decoder =
                    answer.charset()
                            .orElse(StandardCharsets.UTF_8)
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT);
            var text =
                    new PushbackReader(
                            new BufferedReader(new InputStreamReader(unpacked(body), decoder)), 1);
            int first = text.read();
            if (first >= 0 && first != '\uFEFF') {
                text.unread(first);
            }
            return read(new CsvRows(text, ','), keepsWords, sink);
        } catch (IOException error) {
            throw BodyDecoder.unreadable(answer, error);
        }
    }

    private static InputStream unpacked(InputStream body) throws IOException {
        var ahead = new PushbackInputStream(body, 2);
        byte[] start = ahead.readNBytes(2);
        ahead.unread(start);
        if (start.length == 2) {
            int magic = (start[0] & 0xFF) << 8 | (start[1] & 0xFF);
            if (magic == 0x1F8B) {
                return new GZIPInputStream(ahead, BUFFER_BYTES);
            }
            if ((start[0] & 0x0F) == 8 && (start[0] & 0xF0) <= 0x70 && magic % 31 == 0) {
                return new InflaterInputStream(ahead);
            }
        }
        return new WithoutNul(ahead);
    }

    private static long read(CsvRows rows, boolean keepsWords, RecordSink sink)
            throws IOException, InterruptedException {
        Optional<List<String>> header = rows.next();
        while (header.isPresent() && header.get().isEmpty()) {
            header = rows.next();
        }
        if (header.isEmpty()) {
            return 0;
        }
        List<String> names = names(header.get());
        long count = 0;
        for (Optional<List<String>> row = rows.next(); row.isPresent(); row = rows.next()) {
            List<String> cells = row.get();
            if (cells.isEmpty()) {
                continue;
            }
            count++;
            if (cells.size() > names.size()) {
                throw new SystemFailure(
                        "Row %d of a CSV has %d cells, but its first line names %d columns."
                                .formatted(count, cells.size(), names.size()));
            }
            sink.accept(SourceRecord.ofValue(record(names, cells, keepsWords)));
        }
        return count;
    }

    private static Map<String, Object> record(
            List<String> names, List<String> cells, boolean keepsWords) {
        Map<String, Object> record = LinkedHashMap.newLinkedHashMap(names.size());
        for (int i = 0; i < names.size(); i++) {
            String cell = i < cells.size() ? cells.get(i) : "";
            boolean isMissing = cell.isEmpty() || (!keepsWords && MISSING.contains(cell));
            put(record, names.get(i), isMissing ? Optional.empty() : Optional.of(cell));
        }
        return record;
    }

    @SuppressWarnings("NullAway") // null is None
    private static void put(Map<String, Object> record, String name, Optional<String> cell) {
        record.put(name, cell.orElse(null));
    }

    /** Names that are missing, or come again, get a number. */
    private static List<String> names(List<String> header) {
        List<String> names = new ArrayList<>(header.size());
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < header.size(); i++) {
            String plain = header.get(i).isEmpty() ? "Unnamed: " + i : header.get(i);
            String name = plain;
            for (int again = 1; !taken.add(name); again++) {
                name = plain + "." + again;
            }
            names.add(name);
        }
        return names;
    }

    /** Some databases fill cells up with NUL, which no destination could hold. */
    private static final class WithoutNul extends FilterInputStream {

        WithoutNul(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            while (next == 0) {
                next = super.read();
            }
            return next;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int kept = 0;
            while (kept == 0) {
                int count = super.read(into, offset, length);
                if (count <= 0) {
                    return count;
                }
                for (int i = offset; i < offset + count; i++) {
                    if (into[i] != 0) {
                        into[offset + kept++] = into[i];
                    }
                }
            }
            return kept;
        }
    }
}

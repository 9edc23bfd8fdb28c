package io.millrace.declarative.decoder;

import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CSV with a line of names, as Python's {@code csv.DictReader} reads it: every value is text, what
 * a short row lacks is null, what a long one has beyond is a list under the key null.
 *
 * @param nulls texts that stand for null
 * @param dropsMark whether a mark of the byte order isn't part of the first name
 */
record CsvParser(Charset encoding, boolean dropsMark, char delimiter, Set<String> nulls)
        implements BodyParser {

    static CsvParser compile(Definition definition) {
        String delimiter = definition.findText("delimiter").orElse(",");
        if (delimiter.startsWith("\\")) {
            delimiter = unescape(definition, delimiter);
        }
        if (delimiter.isEmpty()) {
            delimiter = ",";
        }
        if (delimiter.length() != 1) {
            throw definition.malformed("delimiter", "one character");
        }
        return new CsvParser(
                Encodings.of(definition, "encoding"),
                Encodings.dropsMark(definition, "encoding"),
                delimiter.charAt(0),
                Set.copyOf(definition.texts("set_values_to_none")));
    }

    private static String unescape(Definition definition, String delimiter) {
        return switch (delimiter) {
            case "\\t" -> "\t";
            case "\\n" -> "\n";
            case "\\r" -> "\r";
            case "\\f" -> "\f";
            case "\\v" -> "\u000B";
            case "\\\\" -> "\\";
            default -> {
                boolean hex =
                        delimiter.matches("\\\\x[0-9a-fA-F]{2}")
                                || delimiter.matches("\\\\u[0-9a-fA-F]{4}");
                if (!hex) {
                    throw definition.malformed("delimiter", "one character");
                }
                yield Character.toString(Integer.parseInt(delimiter, 2, delimiter.length(), 16));
            }
        };
    }

    @Override
    public void parse(InputStream body, RecordSink sink) throws IOException, InterruptedException {
        var decoder =
                encoding.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        var text = new PushbackReader(new BufferedReader(new InputStreamReader(body, decoder)), 1);
        if (dropsMark) {
            int first = text.read();
            if (first >= 0 && first != '\uFEFF') {
                text.unread(first);
            }
        }
        var rows = new CsvRows(text, delimiter);
        Optional<List<String>> names = rows.next();
        if (names.isEmpty()) {
            return;
        }
        for (Optional<List<String>> row = rows.next(); row.isPresent(); row = rows.next()) {
            if (!row.get().isEmpty()) {
                sink.accept(SourceRecord.ofValue(record(names.get(), row.get())));
            }
        }
    }

    private Map<Object, Object> record(List<String> names, List<String> row) {
        Map<Object, Object> record = LinkedHashMap.newLinkedHashMap(names.size());
        for (int i = 0; i < names.size(); i++) {
            put(record, names.get(i), i < row.size() ? value(row.get(i)) : null);
        }
        if (row.size() > names.size()) {
            put(record, null, new ArrayList<>(row.subList(names.size(), row.size())));
        }
        return record;
    }

    private @Nullable Object value(String cell) {
        return nulls.contains(cell) ? null : cell;
    }

    @SuppressWarnings("NullAway") // null is None, and also the key of what has no name
    private static void put(
            Map<Object, Object> record, @Nullable Object key, @Nullable Object value) {
        record.put(key, value);
    }

    @Override
    public boolean isBounded() {
        return true;
    }
}

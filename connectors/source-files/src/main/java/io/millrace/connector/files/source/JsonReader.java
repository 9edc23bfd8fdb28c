package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FilesOptions.Format;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads JSON: an object in each line, or one array of objects. */
final class JsonReader implements FileReader {
    private static final long SAMPLED_BYTES = 8 << 20;
    private static final long CHECKPOINT_BYTES = 64 << 20;
    private static final int HEAD_BYTES = 4096;

    private final Format.Jsonl format;

    JsonReader(Format.Jsonl format) {
        this.format = format;
    }

    @Override
    public boolean canGrow() {
        return true;
    }

    @Override
    public ColumnType join(ColumnType one, ColumnType other) {
        return JsonShape.join(one, other);
    }

    @Override
    public OptionalInt lineBreak(InputFile file, long offset) {
        try (InputStream text = file.open(format.encoding(), offset)) {
            for (int count = 1; ; count++) {
                switch (text.read()) {
                    case ' ', '\t', '\r' -> {
                        // belongs to no record
                    }
                    case '\n' -> {
                        return OptionalInt.of(count);
                    }
                    default -> {
                        return OptionalInt.empty();
                    }
                }
            }
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    /** Where the bracket of a file that is one array stands; empty for lines. */
    private Optional<Long> opening(InputFile file) {
        try (InputStream content = file.open(format.encoding(), 0)) {
            byte[] head = content.readNBytes(HEAD_BYTES);
            for (int i = 0; i < head.length; i++) {
                switch (head[i]) {
                    case ' ', '\t', '\r', '\n' -> {
                        // before the first record
                    }
                    case '[' -> {
                        return Optional.of((long) i);
                    }
                    case '{' -> {
                        return Optional.empty();
                    }
                    default -> throw noJson(file);
                }
            }
            return Optional.empty();
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    private static ConfigurationFailure noJson(InputFile file) {
        return new ConfigurationFailure(
                "%s holds no JSON objects, neither one in each line nor an array of them. Correct its format."
                        .formatted(file.key()));
    }

    @Override
    public List<FoundColumn> columns(InputFile file, boolean sampled) throws InterruptedException {
        Optional<Long> opening = opening(file);
        var shape = new JsonShape();
        if (sampled) {
            try (InputStream content = file.open(format.encoding(), 0)) {
                JsonRecords records = records(content, opening, 0, 1);
                while (records.offset() < SAMPLED_BYTES && records.next()) {
                    if (!records.tooLarge() && (!records.unended() || records.isClosed())) {
                        shape.see(records.buffer(), records.from(), records.to());
                    }
                }
            } catch (IOException failure) {
                throw file.failure(failure);
            }
        }
        List<FoundColumn> columns = new ArrayList<>();
        shape.types().forEach((name, type) -> columns.add(new FoundColumn(name, type)));
        return columns;
    }

    private static JsonRecords records(
            InputStream content, Optional<Long> opening, long offset, long line) {
        var records = new JsonRecords(content, opening.isPresent(), offset, line);
        opening.ifPresent(records::openingAt);
        return records;
    }

    @Override
    public void read(Part part, TypedOutput output) throws InterruptedException {
        InputFile file = part.file();
        Optional<Long> opening = opening(file);
        // An array that has grown has lost the bracket that its last reading ended with.
        Optional<FileProgress> from =
                part.from().filter(progress -> opening.isEmpty() || !progress.complete());
        long offset = from.map(FileProgress::offset).orElse(0L);
        long line = from.map(FileProgress::line).orElse(1L);
        try (InputStream content = part.open(format.encoding(), offset)) {
            JsonRecords records = records(content, opening, offset, line);
            var rows = new RowAppender(output);
            long covered = offset;
            while (records.next()) {
                boolean unfinished = records.unended() && !isWhole(records);
                if (unfinished && part.lastRow() != LastRow.TAKE) {
                    output.left(file, records.recordLine(), part);
                    output.progress(
                            file,
                            part.end(
                                    records.recordOffset(),
                                    records.recordLine(),
                                    new Ending.Left()));
                    return;
                }
                Optional<String> refused =
                        records.tooLarge()
                                ? Optional.of(
                                        "the record has more than %d bytes"
                                                .formatted(JsonRecords.MAX_RECORD_BYTES))
                                : rows.append(records);
                if (refused.isPresent()) {
                    output.badRow(file, records.recordLine(), ": " + refused.get());
                }
                if (records.unended()) {
                    output.progress(file, lastLine(part, records, unfinished));
                    return;
                }
                if (records.offset() - covered >= CHECKPOINT_BYTES) {
                    covered = records.offset();
                    output.progress(file, part.at(covered, records.line()));
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            if (opening.isPresent() && !records.closed() && part.textEnd() == Long.MAX_VALUE) {
                throw new ConfigurationFailure(
                        "The array in %s is not closed: the file was cut off. Write it again."
                                .formatted(file.key()));
            }
            output.progress(file, part.end(records.offset(), records.line(), new Ending.Closed()));
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    private static boolean isWhole(JsonRecords records) {
        return !records.tooLarge() && records.isClosed();
    }

    /** The end behind a last line that no line break ends, or before one that was rejected. */
    private static FileProgress lastLine(Part part, JsonRecords records, boolean unfinished) {
        return unfinished
                ? part.end(records.recordOffset(), records.recordLine(), new Ending.Told())
                : part.end(
                        records.offset(),
                        records.line(),
                        new Ending.Taken(records.recordOffset(), records.recordLine()));
    }

    /** Appends records to the stream's batches. */
    private static final class RowAppender {
        private final TypedOutput output;
        private final Map<String, ColumnType> types = new HashMap<>();
        private JsonRowWriter writer;

        RowAppender(TypedOutput output) {
            this.output = output;
            this.writer = bind();
        }

        private JsonRowWriter bind() {
            types.clear();
            for (Column column : output.schema().columns()) {
                types.put(column.name(), column.type());
            }
            return new JsonRowWriter(output.schema());
        }

        Optional<String> append(JsonRecords records) throws InterruptedException {
            byte[] in = records.buffer();
            Map<String, ColumnType> misfits =
                    JsonShape.misfits(in, records.from(), records.to(), types);
            if (!misfits.isEmpty()) {
                widen(misfits);
            }
            ColumnBatch batch = output.batch();
            Optional<String> refused = writer.write(batch, in, records.from(), records.to());
            if (batch.isFull(records.to() - records.from())) {
                output.flush();
            }
            return refused;
        }

        private void widen(Map<String, ColumnType> misfits) throws InterruptedException {
            Map<Integer, ColumnType> wider = new LinkedHashMap<>();
            List<Column> added = new ArrayList<>();
            misfits.forEach((name, type) -> {
                var place = output.schema().indexOf(name);
                if (place.isPresent()) {
                    wider.put(place.getAsInt(), type);
                } else {
                    added.add(Column.of(name, type));
                }
            });
            if (!wider.isEmpty()) {
                output.widen(wider);
            }
            output.add(added);
            writer = bind();
            // Columns that the user has not chosen are known from now on, and dropped.
            misfits.forEach((name, _) -> types.putIfAbsent(name, new ColumnType.Json()));
        }
    }
}

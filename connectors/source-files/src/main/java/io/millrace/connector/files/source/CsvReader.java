package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FilesOptions.Format;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads CSV: block by block, and within a block column by column. */
final class CsvReader implements FileReader {
    /** Looked at for types: all of most files, in a moment. */
    private static final long SAMPLED_BYTES = 8 << 20;

    /** Bytes between checkpoints within a file. */
    private static final long CHECKPOINT_BYTES = 64 << 20;

    private final Format.Csv format;
    private final long checkpointBytes;

    CsvReader(Format.Csv format) {
        this(format, CHECKPOINT_BYTES);
    }

    CsvReader(Format.Csv format, long checkpointBytes) {
        this.format = format;
        this.checkpointBytes = checkpointBytes;
    }

    @Override
    public boolean canGrow() {
        return true;
    }

    @Override
    public OptionalInt lineBreak(InputFile file, long offset) {
        try (InputStream text = file.open(format.encoding(), offset)) {
            return switch (text.read()) {
                case '\n' -> OptionalInt.of(1);
                case '\r' -> OptionalInt.of(text.read() == '\n' ? 2 : 1);
                default -> OptionalInt.empty();
            };
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    @Override
    public ColumnType join(ColumnType one, ColumnType other) {
        return TypeGuess.join(one, other);
    }

    @Override
    public List<FoundColumn> columns(InputFile file, boolean sampled) throws InterruptedException {
        CsvLayout layout = CsvLayout.of(file, format);
        int count = layout.names().size();
        var guesses = new TypeGuess[count];
        for (int i = 0; i < count; i++) {
            guesses[i] = new TypeGuess();
        }
        if (sampled && count > 0) {
            sample(file, layout, guesses);
        }
        List<FoundColumn> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            columns.add(new FoundColumn(layout.names().get(i), guesses[i].type()));
        }
        return columns;
    }

    private void sample(InputFile file, CsvLayout layout, TypeGuess[] guesses)
            throws InterruptedException {
        ColumnParser texts =
                ColumnParser.of(
                        new ColumnType.Text(), format.nullValues(), layout.dialect().quote());
        try (InputStream content = file.open(format.encoding(), layout.offset())) {
            var blocks = tokenizer(content, layout, layout.offset(), layout.line(), new Unheard());
            blocks.lastRow(() -> LastRow.IF_WHOLE);
            while (blocks.offset() - layout.offset() < SAMPLED_BYTES && blocks.nextBlock()) {
                for (int i = 0; i < guesses.length; i++) {
                    texts.show(blocks, i, guesses.length, guesses[i]);
                }
            }
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    private static CsvTokenizer tokenizer(
            InputStream content,
            CsvLayout layout,
            long offset,
            long line,
            CsvTokenizer.BadRows badRows) {
        var tokenizer = new CsvTokenizer(content, layout.dialect(), offset, line, true, badRows);
        tokenizer.columns(layout.names().size());
        return tokenizer;
    }

    /** A sample's bad rows are told when they are read. */
    private record Unheard() implements CsvTokenizer.BadRows {
        @Override
        public void bad(long line, String why) {
            // see above
        }

        @Override
        public void fatal(long line, String why) {
            // see above
        }
    }

    @Override
    public void read(Part part, TypedOutput output) throws InterruptedException {
        InputFile file = part.file();
        CsvLayout layout = CsvLayout.of(file, format);
        if (layout.names().isEmpty()) {
            output.progress(file, part.end(0, 1, new Ending.Closed()));
            return;
        }
        if (!layout.doubts().isEmpty()) {
            output.doubtful(file, layout.doubts());
        }
        addNewColumns(file, layout, output);
        Optional<FileProgress> from =
                part.from().filter(progress -> progress.offset() >= layout.offset());
        long offset = from.map(FileProgress::offset).orElse(layout.offset());
        long line = from.map(FileProgress::line).orElse(layout.line());
        try (InputStream content = part.open(format.encoding(), offset)) {
            var blocks = tokenizer(content, layout, offset, line, new Told(file, output));
            blocks.lastRow(part::lastRow);
            var rows = new RowAppender(layout, output);
            long covered = offset;
            while (blocks.nextBlock()) {
                rows.append(blocks);
                boolean between = blocks.ending() instanceof Ending.Closed;
                if (between && blocks.offset() - covered >= checkpointBytes) {
                    covered = blocks.offset();
                    output.progress(file, part.at(covered, blocks.line()));
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            Ending ending = blocks.ending();
            if (ending instanceof Ending.Left) {
                output.left(file, blocks.line(), part);
            }
            output.progress(file, part.end(blocks.offset(), blocks.line(), ending));
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    /** Tells bad rows to the output. */
    private record Told(InputFile file, TypedOutput output) implements CsvTokenizer.BadRows {
        @Override
        public void bad(long line, String why) throws InterruptedException {
            output.badRow(file, line, why);
        }

        @Override
        public void fatal(long line, String why) {
            throw new ConfigurationFailure(
                    "%s, line %d %s, and nothing behind it can be read. Correct the file."
                            .formatted(file.key(), line, why));
        }
    }

    private void addNewColumns(InputFile file, CsvLayout layout, TypedOutput output)
            throws InterruptedException {
        if (layout.names().stream().allMatch(name -> output.find(name).isPresent())) {
            return;
        }
        List<Column> columns = new ArrayList<>();
        for (FoundColumn found : columns(file, true)) {
            columns.add(found.column());
        }
        output.add(columns);
    }

    /** Appends blocks of one file to the stream's batches. */
    private final class RowAppender {
        private final CsvLayout layout;
        private final TypedOutput output;
        private final int columns;
        private int[] places = new int[0];
        private ColumnParser[] parsers = new ColumnParser[0];

        RowAppender(CsvLayout layout, TypedOutput output) {
            this.layout = layout;
            this.output = output;
            this.columns = layout.names().size();
            bind();
        }

        private void bind() {
            places = layout.places(output.schema().names());
            var before = parsers;
            parsers = new ColumnParser[places.length];
            for (int i = 0; i < parsers.length; i++) {
                ColumnType type = output.schema().column(i).type();
                // A parser remembers the form of its column's timestamps.
                parsers[i] =
                        i < before.length && before[i].type().equals(type)
                                ? before[i]
                                : ColumnParser.of(
                                        type, format.nullValues(), layout.dialect().quote());
            }
        }

        void append(CsvTokenizer block) throws InterruptedException {
            while (block.rows() > 0) {
                ColumnBatch batch = output.batch();
                int before = batch.rows();
                Map<Integer, ColumnType> wider = new LinkedHashMap<>();
                for (int i = 0; i < places.length; i++) {
                    if (places[i] < 0) {
                        for (int row = 0; row < block.rows(); row++) {
                            batch.vector(i).appendNull();
                        }
                    } else if (parsers[i].append(batch.vector(i), block, places[i], columns)
                            != ColumnParser.ALL) {
                        wider.put(i, wider(block, i));
                    }
                }
                if (wider.isEmpty()) {
                    batch.endRows(block.rows());
                    if (batch.rows() > ColumnBatch.MAX_ROWS - CsvTokenizer.BLOCK_ROWS
                            || batch.bytes() >= ColumnBatch.MAX_BYTES) {
                        output.flush();
                    }
                    return;
                }
                // The block is appended anew once the columns have types for all its values.
                batch.truncate(before);
                output.widen(wider);
                bind();
            }
        }

        private ColumnType wider(CsvTokenizer block, int column) {
            var guess = new TypeGuess();
            parsers[column].show(block, places[column], columns, guess);
            ColumnType type = output.schema().column(column).type();
            ColumnType joined = guess.type().map(seen -> TypeGuess.join(type, seen)).orElse(type);
            // A timestamp in another form is none of the column's.
            return joined.equals(type) ? new ColumnType.Text() : joined;
        }
    }
}

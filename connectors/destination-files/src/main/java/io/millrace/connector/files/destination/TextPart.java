package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.MetadataColumn;
import io.millrace.connector.duckdb.common.RowStamp;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.json.JsonRows;
import io.millrace.protocol.json.ValueFormatter;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A file of lines: JSON objects, or CSV with a header. */
final class TextPart implements PartWriter {
    /**
     * Linux takes pieces of this size into its cache at a tenth of the cost of larger ones, for
     * which it looks for connected memory (ext4, kernel 6.18: 320 MB in 0.08 s of CPU, and in 0.9 s
     * by pieces of 256 KiB).
     */
    private static final int BUFFER = 64 << 10;

    /**
     * After so many bytes the disk is asked to take them, beside the writing: else all of a large
     * file is waited for at its end.
     */
    private static final long BETWEEN_SYNCS = 32L << 20;

    private final Path file;
    private final FileChannel channel;
    private final OutputStream output;
    private final RowEncoder encoder;
    private long unsynced;
    private @Nullable FutureTask<Boolean> syncing;
    private final JsonBuffer buffer = new JsonBuffer(BUFFER + (BUFFER >> 2));

    /** Appends a row with the line break behind it. */
    interface RowEncoder {
        void encode(ColumnBatch batch, int row, JsonBuffer out);

        /**
         * What {@link #encode(JsonRows, int, byte[], JsonBuffer)} needs for each of {@code rows}.
         */
        default byte[] metadataOf(JsonRows rows) {
            return new byte[0];
        }

        default void encode(JsonRows rows, int row, byte[] metadata, JsonBuffer out) {
            throw new UnsupportedOperationException("this format is made of columns");
        }
    }

    /**
     * @param stamp makes the metadata columns; empty where there are none
     */
    private record JsonLines(JsonLineEncoder encoder, Optional<RowStamp> stamp, long generation)
            implements RowEncoder {
        @Override
        public void encode(ColumnBatch batch, int row, JsonBuffer out) {
            if (stamp.isPresent()) {
                encoder.encode(batch, row, stamp.orElseThrow().nextId(), generation, out);
            } else {
                encoder.encode(batch, row, out);
            }
            out.append('\n');
        }

        @Override
        public byte[] metadataOf(JsonRows rows) {
            return JsonLineEncoder.metadataOf(rows, generation);
        }

        @Override
        public void encode(JsonRows rows, int row, byte[] metadata, JsonBuffer out) {
            if (stamp.isPresent()) {
                JsonLineEncoder.encode(rows, row, stamp.orElseThrow().nextId(), metadata, out);
            } else {
                JsonLineEncoder.encode(rows, row, out);
            }
            out.append('\n');
        }
    }

    private TextPart(Path file, RowEncoder encoder) throws IOException {
        this.file = file;
        this.encoder = encoder;
        this.channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        this.output = Channels.newOutputStream(channel);
    }

    /**
     * @param stamp makes the metadata columns; empty where there are none
     */
    static TextPart jsonLines(
            Path file, StreamSchema schema, Optional<RowStamp> stamp, long generation)
            throws IOException {
        return new TextPart(file, new JsonLines(new JsonLineEncoder(schema), stamp, generation));
    }

    static TextPart csv(Path file, StreamSchema schema, Optional<RowStamp> stamp, long generation)
            throws IOException {
        List<ValueFormatter> formatters =
                schema.columns().stream().map(Column::type).map(ValueFormatter::of).toList();
        var scratch = new JsonBuffer(1024);
        var part =
                new TextPart(
                        file,
                        (batch, row, out) -> {
                            boolean first = true;
                            if (stamp.isPresent()) {
                                metadata(batch, row, stamp.orElseThrow(), generation, scratch, out);
                                first = false;
                            }
                            for (int column = 0; column < formatters.size(); column++) {
                                if (!first) {
                                    out.append(',');
                                }
                                first = false;
                                Vector vector = batch.vector(column);
                                if (!vector.isNull(row)) {
                                    scratch.clear();
                                    value(formatters.get(column), vector, row, scratch);
                                    Csv.append(scratch, out);
                                }
                            }
                            out.append('\n');
                        });
        part.header(schema, stamp.isPresent());
        return part;
    }

    private static void value(
            ValueFormatter formatter, Vector vector, int row, JsonBuffer scratch) {
        if (vector.type() instanceof ColumnType.ListOf) {
            formatter.appendJson(vector, row, scratch);
        } else {
            formatter.appendText(vector, row, scratch);
        }
    }

    private static void metadata(
            ColumnBatch batch,
            int row,
            RowStamp stamp,
            long generation,
            JsonBuffer scratch,
            JsonBuffer out) {
        out.append(stamp.nextId().toString());
        out.append(',');
        long micros = batch.extractedAt(row);
        out.append(
                Instant.ofEpochSecond(
                                Math.floorDiv(micros, 1_000_000L),
                                Math.floorMod(micros, 1_000_000L) * 1000L)
                        .toString());
        out.append(',');
        scratch.clear();
        scratch.append("{\"changes\":");
        JsonLineEncoder.appendChanges(batch.changes(row), scratch);
        scratch.append('}');
        Csv.append(scratch, out);
        out.append(',');
        out.appendLong(generation);
    }

    private void header(StreamSchema schema, boolean metadata) {
        var name = new JsonBuffer(64);
        boolean first = true;
        if (metadata) {
            for (String column : MetadataColumn.names()) {
                if (!first) {
                    buffer.append(',');
                }
                first = false;
                buffer.append(column);
            }
        }
        for (Column column : schema.columns()) {
            if (!first) {
                buffer.append(',');
            }
            first = false;
            name.clear();
            name.append(column.name());
            Csv.append(name, buffer);
        }
        buffer.append('\n');
    }

    @Override
    public void write(ColumnBatch batch) throws IOException {
        try (batch) {
            for (int row = 0; row < batch.rows(); row++) {
                encoder.encode(batch, row, buffer);
                if (buffer.size() >= BUFFER) {
                    drain();
                }
            }
        }
    }

    @Override
    public void write(JsonRows rows, int from, int to) throws IOException {
        byte[] metadata = encoder.metadataOf(rows);
        for (int row = from; row < to; row++) {
            encoder.encode(rows, row, metadata, buffer);
            if (buffer.size() >= BUFFER) {
                drain();
            }
        }
    }

    private void drain() throws IOException {
        buffer.writeTo(output);
        unsynced += buffer.size();
        buffer.clear();
        if (unsynced >= BETWEEN_SYNCS && (syncing == null || syncing.isDone())) {
            unsynced = 0;
            awaitSync();
            syncing = new FutureTask<>(this::sync);
            Thread.ofPlatform().daemon().name("sync " + file.getFileName()).start(syncing);
        }
    }

    private boolean sync() throws IOException {
        channel.force(false);
        return true;
    }

    /** The disk tells of a write that failed but once: that must not be missed. */
    private void awaitSync() throws IOException {
        if (syncing == null) {
            return;
        }
        try {
            boolean _ = syncing.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException cause ? cause : new IOException(failed);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    @Override
    public void finish() throws IOException {
        try (output) {
            drain();
            awaitSync();
        }
        Folder.sync(file);
    }

    @Override
    public void abort() {
        try {
            output.close();
        } catch (IOException _) {
            // What it holds is not wanted.
        }
    }
}

package io.millrace.connector.files.source;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The output of one stream, with the batch that is being filled, and columns that grow wider when a
 * value needs it. One thread.
 */
final class TypedOutput implements AutoCloseable {
    private final StreamOutput output;
    private final StreamState state;
    private final boolean selected;
    private final boolean checkpoints;
    private final FilesOptions.OnBadRow onBadRow;
    private final SourceOutput log;
    private StreamSchema schema;
    private @Nullable ColumnBatch batch;
    private int expectedRows = 1024;
    private final Duration betweenCheckpoints;
    private long lastCheckpoint;
    private boolean unsettled;
    private boolean toldDoubt;

    TypedOutput(
            StreamRequest request,
            StreamOutput output,
            StreamState state,
            FilesOptions.OnBadRow onBadRow,
            Duration betweenCheckpoints,
            SourceOutput log) {
        this.output = output;
        this.betweenCheckpoints = betweenCheckpoints;
        this.lastCheckpoint = System.nanoTime() - betweenCheckpoints.toNanos();
        this.log = log;
        this.state = state;
        this.onBadRow = onBadRow;
        boolean sync = request.purpose() == StreamRequest.Purpose.SYNC;
        // What is compared or shown is compared or shown with the columns that were asked for.
        this.selected = !sync || request.schema().size() < request.stream().schema().size();
        this.checkpoints = sync;
        this.schema = withTypes(request.schema(), state.widened());
    }

    private static StreamSchema withTypes(StreamSchema schema, Map<String, ColumnType> types) {
        return new StreamSchema(
                schema.columns().stream()
                        .map(column -> {
                            ColumnType type = types.getOrDefault(column.name(), column.type());
                            return column.type().equals(type)
                                    ? column
                                    : column.withType(TypeGuess.join(column.type(), type));
                        })
                        .toList());
    }

    StreamSchema schema() {
        return schema;
    }

    /** The batch that is being filled. */
    ColumnBatch batch() throws InterruptedException {
        ColumnBatch open = batch;
        if (open == null) {
            open = output.newBatch(schema, expectedRows);
            batch = open;
        }
        return open;
    }

    /** A batch of its own, for a reader that fills whole ones. */
    ColumnBatch newBatch() throws InterruptedException {
        return output.newBatch(schema, 2048);
    }

    /** Passes on a batch of its own. */
    void emit(ColumnBatch own) throws InterruptedException {
        output.emit(own);
    }

    /** Passes on what the batch has. */
    void flush() throws InterruptedException {
        ColumnBatch full = batch;
        if (full != null) {
            batch = null;
            expectedRows = Math.max(1024, full.rows());
            output.emit(full);
        }
    }

    /** Gives the columns at these places wider types; the batch's rows go out before. */
    void widen(Map<Integer, ColumnType> types) throws InterruptedException {
        flush();
        List<Column> columns = new ArrayList<>(schema.columns());
        types.forEach((place, type) -> {
            Column column = columns.get(place);
            columns.set(place, column.withType(type));
            state.widen(column.name(), type);
        });
        schema = new StreamSchema(columns);
    }

    /** Adds the columns that aren't there, unless the user has chosen columns. */
    void add(List<Column> found) throws InterruptedException {
        List<Column> columns = new ArrayList<>(schema.columns());
        for (Column column : found) {
            if (!selected && schema.indexOf(column.name()).isEmpty()) {
                columns.add(column);
            }
        }
        if (columns.size() > schema.size()) {
            flush();
            schema = new StreamSchema(columns);
        }
    }

    /**
     * Says how far {@code file} was read: everything up to there was appended. That becomes a
     * checkpoint about once a second, since one names all files that were ever read, and
     * destinations write the better the more rows it covers.
     */
    void progress(InputFile file, FileProgress progress) throws InterruptedException {
        state.put(file, progress);
        unsettled = true;
        if (System.nanoTime() - lastCheckpoint >= betweenCheckpoints.toNanos()) {
            settle();
        }
    }

    /** Makes a checkpoint of the progress that has none. */
    void settle() throws InterruptedException {
        if (unsettled) {
            flush();
            checkpoint();
        }
    }

    /** Gives the state as it is. */
    void checkpoint() throws InterruptedException {
        if (checkpoints) {
            output.checkpoint(state.toJson()); // invariant 2: what it covers was emitted
        }
        unsettled = false;
        lastCheckpoint = System.nanoTime();
    }

    /** A row can't be read (invariant 3). */
    void badRow(InputFile file, long line, String why) throws InterruptedException {
        String reason = "%s, line %d %s".formatted(file.key(), line, why);
        switch (onBadRow) {
            case REJECT -> output.reject(reason);
            case FAIL ->
                    throw new ConfigurationFailure(
                            "A row can't be read: %s. Correct the file, or set on_bad_row: reject."
                                    .formatted(reason));
        }
    }

    /**
     * The last row of the file is not finished, and waits for the next run. Of a file that is known
     * to grow that is no news.
     */
    void left(InputFile file, long line, Part part) {
        log.log(
                part.lastRow() == LastRow.LEAVE ? LogLevel.INFO : LogLevel.WARN,
                "The last line of %s, line %d, is not finished. It will be read when it is, or as it stands if the next sync finds the file unchanged."
                        .formatted(file.key(), line));
    }

    /** Tells, once, that a comma may not be what parts the values of a file. */
    void doubtful(InputFile file, List<String> delimiters) {
        if (toldDoubt) {
            return;
        }
        toldDoubt = true;
        log.log(
                LogLevel.WARN,
                "%s is read with commas between its values; it may as well have %s. Say which: format: {filetype: csv, delimiter: \"%s\"}"
                        .formatted(
                                file.key(),
                                delimiters.stream()
                                        .map("\"%s\""::formatted)
                                        .collect(Collectors.joining(" or ")),
                                delimiters.getFirst()));
    }

    Optional<Column> find(String name) {
        var place = schema.indexOf(name);
        return place.isPresent() ? Optional.of(schema.column(place.getAsInt())) : Optional.empty();
    }

    /** Drops what was not passed on. */
    @Override
    public void close() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
    }
}

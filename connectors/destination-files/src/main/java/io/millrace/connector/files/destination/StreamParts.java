package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.BatchTable;
import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.RowStamp;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.JsonRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one stream: batches that wait in memory, those that a checkpoint covers first, the
 * part that is being written, and those that are complete and not committed yet.
 */
final class StreamParts implements AutoCloseable {
    private static final String HIDDEN = ".";

    private final FileFormat format;
    private final long rowsPerFile;
    private final Optional<DuckDbConnection> connection;
    private final Optional<RowStamp> stamp;
    private final Path folder;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<String> finished = new ArrayList<>();
    private Landing landing;
    private @Nullable BatchTable batches;
    private @Nullable PartWriter part;
    private String partName = "";
    private long partRows;
    private long nextPart;
    private boolean uncoveredInParts;
    private int covered;
    private long waitingBytes;
    private long coveredRows;
    private long uncoveredRows;

    /** Rows that wait for their part. */
    private sealed interface Waiting {
        long heldBytes();

        void close();

        record Columns(ColumnBatch batch) implements Waiting {
            @Override
            public long heldBytes() {
                return batch.heldBytes();
            }

            @Override
            public void close() {
                batch.close();
            }
        }

        record Json(JsonRows rows) implements Waiting {
            @Override
            public long heldBytes() {
                return rows.heldBytes();
            }

            @Override
            public void close() {
                rows.close();
            }
        }
    }

    /**
     * @param folder where parts are written
     * @param connection DuckDB, for Parquet
     * @param stamp makes the metadata columns, where there are any
     */
    StreamParts(
            Landing landing,
            Path folder,
            FileFormat format,
            long rowsPerFile,
            long nextPart,
            Optional<DuckDbConnection> connection,
            Optional<RowStamp> stamp) {
        this.landing = landing;
        this.folder = folder;
        this.format = format;
        this.rowsPerFile = rowsPerFile;
        this.nextPart = nextPart;
        this.connection = connection;
        this.stamp = stamp;
    }

    StreamName stream() {
        return landing.target().source();
    }

    Landing landing() {
        return landing;
    }

    Path folder() {
        return folder;
    }

    /** The number that the next part gets: all below are finished. */
    long nextPart() {
        return nextPart;
    }

    void add(ColumnBatch batch) {
        uncoveredRows += batch.rows();
        if (batch.rows() == 0) {
            batch.close();
            return;
        }
        waiting.add(new Waiting.Columns(batch));
        waitingBytes += batch.heldBytes();
    }

    /** Whether {@link #add(JsonRows)} is possible. */
    boolean takesJson() {
        return format == FileFormat.JSONL;
    }

    void add(JsonRows rows) {
        uncoveredRows += rows.rows();
        waiting.add(new Waiting.Json(rows));
        waitingBytes += rows.heldBytes();
    }

    /** Bytes of the sync's memory that wait. */
    long waitingBytes() {
        return waitingBytes;
    }

    void cover() {
        covered = waiting.size();
        uncoveredInParts = false;
        coveredRows += uncoveredRows;
        uncoveredRows = 0;
    }

    long takeCoveredRows() {
        long rows = coveredRows;
        coveredRows = 0;
        return rows;
    }

    boolean hasUncovered() {
        return waiting.size() > covered;
    }

    /** Whether parts that aren't committed hold rows that no checkpoint covers. */
    boolean hasUncoveredInParts() {
        return uncoveredInParts;
    }

    /** Writes the waiting batches that are covered. */
    void writeCovered() throws IOException, InterruptedException {
        write(covered);
    }

    void writeAll() throws IOException, InterruptedException {
        uncoveredInParts |= hasUncovered();
        write(waiting.size());
    }

    private void write(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Waiting next = waiting.removeFirst();
            covered = Math.max(0, covered - 1);
            waitingBytes -= next.heldBytes();
            switch (next) {
                case Waiting.Columns(ColumnBatch batch) -> writeSplit(batch);
                case Waiting.Json(JsonRows rows) -> writeSplit(rows);
            }
        }
        if (waiting.isEmpty()) {
            waitingBytes = 0;
        }
    }

    /** Writes a batch, cut where a file is full. */
    private void writeSplit(ColumnBatch whole) throws IOException, InterruptedException {
        ColumnBatch batch = whole;
        while (partRows + batch.rows() > rowsPerFile) {
            int head = (int) (rowsPerFile - partRows);
            if (head > 0) {
                ColumnBatch rest = tail(batch, head);
                batch.truncate(head);
                writePart(batch);
                batch = rest;
            }
            finishPart();
        }
        writePart(batch);
    }

    private void writeSplit(JsonRows whole) throws IOException, InterruptedException {
        try (JsonRows rows = whole) {
            int from = 0;
            while (from < rows.rows()) {
                if (partRows >= rowsPerFile) {
                    finishPart();
                }
                int to = (int) Math.min(rows.rows(), from + rowsPerFile - partRows);
                PartWriter open = openPart();
                partRows += to - from;
                open.write(rows, from, to);
                from = to;
            }
        }
    }

    /** A copy of the rows from {@code from} on. */
    private static ColumnBatch tail(ColumnBatch batch, int from) {
        var copy =
                new ColumnBatch(
                        batch.memory(),
                        batch.stream(),
                        batch.schema(),
                        batch.extractedAt(0),
                        batch.rows() - from);
        int count = batch.rows() - from;
        for (int column = 0; column < batch.schema().size(); column++) {
            copy.vector(column).appendFrom(batch.vector(column), from, count);
        }
        batch.changes()
                .forEach((row, changes) -> {
                    if (row >= from) {
                        changes.forEach(change -> copy.change(row - from, change));
                    }
                });
        if (batch.hasExtractedAtOfRows()) {
            for (int row = from; row < batch.rows(); row++) {
                copy.extractedAtOfOpenRow(batch.extractedAt(row));
                copy.endRow();
            }
        } else {
            copy.endRows(count);
        }
        return copy;
    }

    private void writePart(ColumnBatch batch) throws IOException, InterruptedException {
        PartWriter open;
        boolean opened = false;
        try {
            open = openPart();
            opened = true;
        } finally {
            if (!opened) {
                batch.close();
            }
        }
        partRows += batch.rows();
        open.write(batch);
    }

    /** The part that is being written, or a new one. */
    private PartWriter openPart() throws IOException {
        PartWriter open = part;
        if (open == null) {
            partName =
                    "part-%05d-%06d.%s"
                            .formatted(landing.target().generation(), nextPart, format.ending());
            open = open(folder.resolve(HIDDEN + partName));
            part = open;
        }
        return open;
    }

    private PartWriter open(Path file) throws IOException {
        var schema = landing.plan().landed();
        long generation = landing.target().generation();
        return switch (format) {
            case JSONL -> TextPart.jsonLines(file, schema, stamp, generation);
            case CSV -> TextPart.csv(file, schema, stamp, generation);
            case PARQUET -> {
                DuckDbConnection own = connection.orElseThrow();
                BatchTable table = batches;
                if (table == null) {
                    table = own.database().batchTable(ParquetPart.arriving(schema, stamp));
                    batches = table;
                }
                yield new ParquetPart(file, own, table, schema, stamp, generation);
            }
        };
    }

    /** Completes the part that is being written; it stays hidden. */
    void finishPart() throws IOException, InterruptedException {
        PartWriter open = part;
        if (open != null) {
            open.finish();
            part = null;
            partRows = 0;
            nextPart++;
            finished.add(partName);
        }
    }

    /** Gives the finished parts their names, after they were committed. */
    void reveal() throws IOException {
        for (String name : finished) {
            Files.move(
                    folder.resolve(HIDDEN + name),
                    folder.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE);
        }
        if (!finished.isEmpty()) {
            finished.clear();
            Folder.syncNames(folder);
        }
    }

    /** Goes on with another schema; nothing waits. */
    void evolve(Landing newLanding) throws IOException, InterruptedException {
        finishPart();
        landing = newLanding;
        closeBatches();
    }

    private void closeBatches() {
        BatchTable table = batches;
        if (table != null) {
            batches = null;
            table.close();
        }
    }

    @Override
    public void close() {
        PartWriter open = part;
        if (open != null) {
            part = null;
            open.abort();
        }
        waiting.forEach(Waiting::close);
        waiting.clear();
        closeBatches();
        connection.ifPresent(DuckDbConnection::close);
    }

    /**
     * Brings a folder to what is committed, after a crash: parts below {@code parts} get their
     * names, others go.
     */
    static void recover(Path folder, long parts) throws IOException {
        for (Path file : Folder.list(folder)) {
            String name = file.getFileName().toString();
            boolean hidden = name.startsWith(HIDDEN);
            Optional<Long> number = number(hidden ? name.substring(1) : name);
            if (number.isEmpty()) {
                continue;
            }
            if (number.orElseThrow() >= parts) {
                Files.delete(file);
            } else if (hidden) {
                Files.move(
                        file,
                        file.resolveSibling(name.substring(1)),
                        StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** The number in a part's name; empty for other files. */
    static Optional<Long> number(String name) {
        var matcher = java.util.regex.Pattern.compile("part-\\d+-(\\d+)\\.\\w+").matcher(name);
        return matcher.matches() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
    }
}

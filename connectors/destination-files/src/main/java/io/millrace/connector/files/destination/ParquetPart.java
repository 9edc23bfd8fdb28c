package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.BatchTable;
import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.DuckDbFailures;
import io.millrace.connector.duckdb.common.MetadataColumn;
import io.millrace.connector.duckdb.common.RowStamp;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A Parquet file, written by DuckDB: one COPY statement that runs beside, and waits for the batches
 * it is given.
 */
final class ParquetPart implements PartWriter {
    private final Path file;
    private final BatchTable batches;
    private final Optional<RowStamp> stamp;
    private final StreamSchema arriving;
    private final CompletableFuture<Boolean> copying = new CompletableFuture<>();

    /**
     * @param batches of {@link #arriving}; no other part may use it meanwhile
     */
    ParquetPart(
            Path file,
            DuckDbConnection connection,
            BatchTable batches,
            StreamSchema schema,
            Optional<RowStamp> stamp,
            long generation) {
        this.file = file;
        this.batches = batches;
        this.stamp = stamp;
        this.arriving = arriving(schema, stamp);
        String sql = copyStatement(file, batches, schema, stamp, generation);
        batches.beginFeed();
        Thread.ofPlatform()
                .daemon()
                .name("parquet " + file.getFileName())
                .start(() -> {
                    try {
                        connection.execute(sql);
                        copying.complete(true);
                    } catch (DuckDbException | InterruptedException e) {
                        copying.completeExceptionally(e);
                    }
                });
    }

    /** The columns of batches as DuckDB gets them. */
    static StreamSchema arriving(StreamSchema schema, Optional<RowStamp> stamp) {
        return stamp.isPresent() ? RowStamp.stamped(schema) : schema;
    }

    private static String copyStatement(
            Path file,
            BatchTable batches,
            StreamSchema schema,
            Optional<RowStamp> stamp,
            long generation) {
        List<String> values = new ArrayList<>();
        for (Column column : schema.columns()) {
            String name = Sql.name(column.name());
            values.add(
                    switch (column.type()) {
                        // Parquet has no offset beside a time.
                        case ColumnType.TimeTz _ ->
                                "CAST(%s AS VARCHAR) AS %s".formatted(name, name);
                        case ColumnType.ListOf(ColumnType.TimeTz _) ->
                                "CAST(%s AS VARCHAR[]) AS %s".formatted(name, name);
                        default -> name;
                    });
        }
        stamp.ifPresent(made -> {
            values.add(MetadataColumn.RAW_ID.columnName());
            values.add(MetadataColumn.EXTRACTED_AT.columnName());
            String meta = MetadataColumn.META.columnName();
            values.add(
                    "coalesce(%s, %s::JSON) AS %s"
                            .formatted(meta, Sql.text(made.constant()), meta));
            values.add(
                    "%d::BIGINT AS %s"
                            .formatted(generation, MetadataColumn.GENERATION_ID.columnName()));
        });
        return "COPY (SELECT %s FROM %s) TO %s (FORMAT parquet, COMPRESSION snappy)"
                .formatted(String.join(", ", values), batches.name(), Sql.text(file.toString()));
    }

    @Override
    public void write(ColumnBatch batch) throws InterruptedException {
        batches.offer(
                stamp.isPresent() ? stamp.orElseThrow().stamp(batch, arriving) : batch,
                () -> !copying.isDone());
        if (copying.isDone()) {
            await(); // it can only have failed
        }
    }

    @Override
    public void finish() throws IOException, InterruptedException {
        batches.endFeed();
        await();
        Folder.sync(file);
    }

    @Override
    public void abort() {
        batches.abandonFeed();
        boolean interrupted = Thread.interrupted();
        copying.exceptionally(_ -> false).join();
        batches.dropOffered();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() throws InterruptedException {
        try {
            copying.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DuckDbException refused) {
                throw DuckDbFailures.of(refused, file);
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}

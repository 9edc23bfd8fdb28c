package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.DuckDbFailures;
import io.millrace.connector.duckdb.common.DuckDbLimits;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A directory to write to. */
final class FilesDestination implements Destination {
    /** Files can't be changed row by row. */
    static final Set<SyncMode> MODES =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            SyncMode.FULL_REFRESH_OVERWRITE,
                            SyncMode.FULL_REFRESH_APPEND,
                            SyncMode.INCREMENTAL_APPEND));

    private final Path root;
    private final FileFormat format;
    private final long rowsPerFile;
    private final boolean metadata;
    private final Clock clock;
    private final Path cache;

    FilesDestination(
            Path root,
            FileFormat format,
            long rowsPerFile,
            boolean metadata,
            Clock clock,
            Path cache) {
        this.root = root;
        this.format = format;
        this.rowsPerFile = rowsPerFile;
        this.metadata = metadata;
        this.clock = clock;
        this.cache = cache;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return MODES;
    }

    @Override
    public void fit(ColumnBatch landed) {
        if (format == FileFormat.PARQUET) {
            DuckDbLimits.fitParquet(landed);
        } else {
            DuckDbLimits.fitJson(landed);
        }
    }

    @Override
    public void check() {
        try {
            boolean existed = Files.exists(root);
            Files.createDirectories(root);
            Path probe = Files.createTempFile(root, ".millrace-check-", ".tmp");
            try {
                Folder.replace(probe, new byte[] {1});
            } finally {
                Files.deleteIfExists(probe);
                Files.deleteIfExists(probe.resolveSibling(probe.getFileName() + ".new"));
            }
            if (!existed) {
                Files.delete(root);
            }
        } catch (IOException e) {
            throw Folder.failure(e, root);
        }
    }

    @Override
    public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) {
        try {
            return planner(pipeline).plan(targets).stream().map(Landing::plan).toList();
        } catch (IOException e) {
            throw Folder.failure(e, root);
        }
    }

    private LandingPlanner planner(String pipeline) throws IOException {
        var store = new StateStore(root);
        return new LandingPlanner(
                root, format, metadata, store.load(pipeline), store.foldersOfOthers(pipeline));
    }

    @Override
    public DestinationSession open(String pipeline) throws InterruptedException {
        try {
            return new FilesSession(pipeline, root, format, rowsPerFile, metadata, clock, cache);
        } catch (IOException e) {
            throw Folder.failure(e, root);
        }
    }

    @Override
    public void readBack(
            String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink)
            throws InterruptedException {
        try {
            Path folder = root.resolve(planner(pipeline).plan(List.of(target)).getFirst().folder());
            new PartReader(target.source(), request, cache, root).read(folder, sink);
        } catch (IOException e) {
            throw Folder.failure(e, root);
        } catch (DuckDbException e) {
            throw DuckDbFailures.of(e, root);
        }
    }
}

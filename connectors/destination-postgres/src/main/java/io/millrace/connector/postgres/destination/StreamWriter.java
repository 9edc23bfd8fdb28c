package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.BinaryCopyEncoder;
import io.millrace.connector.postgres.common.Identifiers;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.connector.StreamTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes one stream in a lane. Rows go straight into the table where they can; those that the
 * server has to cast, or to compare with what is there, go into a staging table of the connection
 * and from there into the table, in the same transaction. One thread uses it.
 */
final class StreamWriter {
    private final StreamTarget target;
    private final Landing landing;
    private final TableName table;
    private final boolean replaces;
    private final String stagingName;
    private final BinaryCopyEncoder encoder;
    private final CopyStream direct;
    private final BinaryCopyEncoder changedEncoder;
    private final CopyStream changed;
    private final int[] keyColumns;
    private @Nullable KeySet keys;
    private @Nullable Staging staging;
    private boolean empty;
    private long rows;
    private long coveredRows;

    /** Where rows wait for the server to put them into the table. */
    private final class Staging {
        private final BinaryCopyEncoder stagingEncoder =
                new BinaryCopyEncoder(fields(), suffix(landing.metadata(), true));
        private final CopyStream stream;
        private boolean created;
        private long stagedRows;

        Staging() {
            List<String> columns = new ArrayList<>();
            landing.columns().forEach(column -> columns.add(column.sql()));
            landing.metadata().forEach(column -> columns.add(column.sql()));
            columns.add(Deduplication.ARRIVAL);
            stream =
                    new CopyStream(
                            "COPY %s (%s) FROM STDIN (FORMAT binary)"
                                    .formatted(stagingSql(), String.join(", ", columns)));
        }
    }

    /**
     * @param table where rows go: the landing's table, or a generation beside it
     * @param replaces whether {@code table} takes the landing's place at the end
     * @param empty whether the table is known to hold nothing
     * @param stagingName a name that no other writer of the connection uses
     */
    StreamWriter(
            StreamTarget target,
            Landing landing,
            TableName table,
            boolean replaces,
            boolean empty,
            String stagingName) {
        this.target = target;
        this.landing = landing;
        this.table = table;
        this.replaces = replaces;
        this.empty = empty;
        this.stagingName = stagingName;
        List<MetadataColumn> sent =
                landing.metadata().stream()
                        .filter(column -> column != MetadataColumn.META || !landing.metaDefaulted())
                        .toList();
        this.encoder = new BinaryCopyEncoder(fields(), suffix(sent, false));
        this.direct = new CopyStream(copyStatement(sent));
        this.changedEncoder = new BinaryCopyEncoder(fields(), suffix(landing.metadata(), false));
        this.changed = new CopyStream(copyStatement(landing.metadata()));
        List<SqlType> keyTypes = landing.key().stream().map(LandedColumn::type).toList();
        this.keyColumns =
                landing.key().stream().mapToInt(key -> landing.columns().indexOf(key)).toArray();
        boolean straight =
                !landing.casts()
                        && (landing.key().isEmpty() || (empty && KeySet.decides(keyTypes)));
        if (straight) {
            this.keys = landing.key().isEmpty() ? null : new KeySet();
        } else {
            this.staging = new Staging();
        }
    }

    private List<BinaryCopyEncoder.Field> fields() {
        return landing.columns().stream()
                .map(column ->
                        new BinaryCopyEncoder.Field(
                                column.type().columnType(), column.type().elementOid()))
                .toList();
    }

    private MetadataSuffix suffix(List<MetadataColumn> metadata, boolean arrival) {
        return new MetadataSuffix(metadata, arrival, target.generation());
    }

    private String copyStatement(List<MetadataColumn> metadata) {
        List<String> columns = new ArrayList<>();
        landing.columns().forEach(column -> columns.add(column.sql()));
        metadata.forEach(column -> columns.add(column.sql()));
        return columns.isEmpty()
                ? "COPY %s FROM STDIN (FORMAT binary)".formatted(table.sql())
                : "COPY %s (%s) FROM STDIN (FORMAT binary)"
                        .formatted(table.sql(), String.join(", ", columns));
    }

    private String stagingSql() {
        return "pg_temp." + Identifiers.quote(stagingName);
    }

    StreamTarget target() {
        return target;
    }

    Landing landing() {
        return landing;
    }

    /** Where rows go. */
    TableName table() {
        return table;
    }

    boolean replaces() {
        return replaces;
    }

    /** The streams in the order in which they are to be sent. */
    List<CopyStream> streams() {
        Staging now = staging;
        return now == null ? List.of(direct, changed) : List.of(direct, changed, now.stream);
    }

    /** Where encoded rows are to go that have grown beyond a slice; sends some. */
    @FunctionalInterface
    interface Outlet {
        void offer() throws InterruptedException;
    }

    /** Encodes the rows of {@code batch}, and offers them as they become many. */
    void write(ColumnBatch batch, Outlet outlet) throws InterruptedException {
        int split = straightRows(batch);
        // Rows with changes are rare: a batch that has any is sent with the column that tells them.
        if (batch.changes().isEmpty()) {
            encode(batch, 0, split, direct, encoder, outlet);
        } else {
            encode(batch, 0, split, changed, changedEncoder, outlet);
        }
        if (split < batch.rows()) {
            Staging now = staging;
            if (now == null) {
                now = new Staging();
                staging = now;
                keys = null;
            }
            now.stagedRows += batch.rows() - split;
            encode(batch, split, batch.rows(), now.stream, now.stagingEncoder, outlet);
        }
        rows += batch.rows();
    }

    private static void encode(
            ColumnBatch batch,
            int from,
            int to,
            CopyStream stream,
            BinaryCopyEncoder encoder,
            Outlet outlet)
            throws InterruptedException {
        int row = from;
        while (row < to) {
            int limit = stream.waiting() + CopyStream.slice();
            row = encoder.encode(batch, row, to, limit, stream.buffer());
            if (stream.full()) {
                outlet.offer();
            }
        }
    }

    /** How many of the batch's first rows can go straight into the table. */
    private int straightRows(ColumnBatch batch) {
        if (staging != null) {
            return 0;
        }
        KeySet seen = keys;
        if (seen == null) {
            return batch.rows();
        }
        Optional<io.millrace.protocol.batch.Vector> deletions =
                landing.deletedAt().map(column -> batch.vector(landing.columns().indexOf(column)));
        long[] hashes = RowHasher.hash(batch, keyColumns);
        for (int row = 0; row < hashes.length; row++) {
            boolean deletion = deletions.isPresent() && !deletions.get().isNull(row);
            if (deletion || !seen.add(hashes[row])) {
                return row;
            }
        }
        return hashes.length;
    }

    /** A checkpoint was taken: it covers all that was written. */
    void cover() {
        streams().forEach(CopyStream::cover);
        coveredRows = rows;
    }

    /** Rows that the checkpoints since the last call cover. */
    long takeCovered() {
        long taken = coveredRows;
        rows -= taken;
        coveredRows = 0;
        return taken;
    }

    /** Makes the staging table where it is needed now and not there yet. */
    void prepareStaging(Backend backend) {
        Staging now = staging;
        if (now == null || now.created) {
            return;
        }
        List<String> columns = new ArrayList<>();
        landing.columns().forEach(column -> columns.add(column.stagingDefinition()));
        landing.metadata().forEach(column -> columns.add(column.definition()));
        columns.add(Deduplication.ARRIVAL + " int8");
        backend.execute(
                "making a staging table for " + landing.table(),
                "CREATE TEMP TABLE %s (%s)"
                        .formatted(Identifiers.quote(stagingName), String.join(", ", columns)));
        now.created = true;
    }

    /** Rows that were sent to the staging table, or wait to be. */
    long staged() {
        Staging now = staging;
        return now == null ? 0 : now.stagedRows;
    }

    /** Puts what was sent to the staging table into the table. */
    void apply(Backend backend) {
        Staging now = staging;
        if (now == null || !now.created || now.stagedRows == 0) {
            return;
        }
        if (landing.key().isEmpty()) {
            List<String> columns = new ArrayList<>();
            List<String> values = new ArrayList<>();
            for (LandedColumn column : landing.columns()) {
                columns.add(column.sql());
                values.add(column.fromStaging());
            }
            landing.metadata().forEach(column -> columns.add(column.sql()));
            landing.metadata().forEach(column -> values.add(column.sql()));
            backend.execute(
                    "casting rows for " + landing.table(),
                    "INSERT INTO %s (%s) SELECT %s FROM %s ORDER BY %s; TRUNCATE %s"
                            .formatted(
                                    table.sql(),
                                    String.join(", ", columns),
                                    String.join(", ", values),
                                    stagingSql(),
                                    Deduplication.ARRIVAL,
                                    stagingSql()));
        } else {
            var deduplication = new Deduplication(landing, table, stagingSql());
            if (empty) {
                deduplication.fill(backend);
            } else {
                deduplication.merge(backend);
            }
        }
        empty = false;
        // What waits here still is counted again when it is written into the next transaction.
        now.stagedRows = now.stream.waiting() > 0 ? 1 : 0;
    }

    /** Something of {@code stream} was sent. */
    void sent(CopyStream stream) {
        // What went straight into the table: it is not empty any more.
        if (stream == direct || stream == changed) {
            empty = false;
        }
    }

    /** Whether {@code stream} leads into the staging table. */
    boolean stages(CopyStream stream) {
        return stream != direct && stream != changed;
    }

    /** The stream was read to its end. */
    void complete(Backend backend) {
        if (!landing.key().isEmpty()) {
            new Deduplication(landing, table, "").ensureIndex(backend);
        }
    }

    /** Drops the staging table; another writer goes on. */
    void dropStaging(Backend backend) {
        Staging now = staging;
        if (now != null && now.created) {
            backend.execute("dropping a staging table", "DROP TABLE " + stagingSql());
        }
    }

    /** Whether anything was written that no checkpoint covers. */
    boolean uncovered() {
        return rows > coveredRows;
    }

    /** Rows that were written and not yet committed. */
    long pendingRows() {
        return rows;
    }

    /** Carries the count of rows over from {@code before}, whose table was altered. */
    void continues(StreamWriter before) {
        rows = before.rows;
        coveredRows = before.coveredRows;
        // The keys that came before are not known here.
        if (keys != null && !before.empty) {
            keys = null;
            staging = new Staging();
        }
    }

    /** Whether the table is known to hold nothing. */
    boolean empty() {
        return empty;
    }
}

package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.Identifiers;
import io.millrace.connector.postgres.common.PostgresConnections;
import io.millrace.connector.postgres.source.Relation.RelationColumn;
import io.millrace.connector.postgres.source.SyncState.Phase;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowFilter;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads one stream, once. The rules:
 *
 * <ul>
 *   <li>A table is read by ranges of pages in one snapshot S. A run that goes on after a crash sees
 *       another snapshot. A full refresh then goes on only if the pages that were read still hold
 *       the same rows: as many, none written by a transaction that S doesn't see, in the same file.
 *       A row that moved into them is new there, and one that moved out is missing. Otherwise it
 *       starts over, in a fresh generation. An incremental sync reads, of the remaining pages, the
 *       rows that S sees, and afterwards, everywhere, all that S doesn't see.
 *   <li>By cursor: rows beyond the last value; rows at the last value that the last snapshot
 *       doesn't see; and, if other transactions were open at that snapshot, rows below it that the
 *       snapshot doesn't see. Each row comes once, as transactions tell exactly what was read.
 *   <li>By xmin: the rows that the last snapshot doesn't see.
 *   <li>Views and foreign tables tell no transactions: they are read in one piece, and hashes of
 *       the rows at the cursor's last value tell which of them were read.
 * </ul>
 */
final class StreamReader {
    /** PostgreSQL 14 finds ranges of pages without a scan of the table (TID Range Scan). */
    private static final int VERSION_WITH_RANGES = 140_000;

    private static final int SNAPSHOT_ATTEMPTS = 50;
    private static final int LOCK_ATTEMPT_SECONDS = 10;
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Rows of a large delta between two checkpoints. */
    private static final long ROWS_OF_SLICE = 1_000_000;

    /** A state that is this many transactions old is renewed though no row came. */
    private static final long TRANSACTIONS_UNTIL_RENEWAL = 100_000_000;

    private static final int PREVIEW_ROWS = 100;

    private final StreamRequest request;
    private final StreamOutput output;
    private final SourceOutput log;
    private final ReaderPool pool;

    StreamReader(StreamRequest request, SourceOutput output, ReaderPool pool) {
        this.request = request;
        this.output = output.stream(request.name());
        this.log = output;
        this.pool = pool;
    }

    /** Reads on {@code session}; on failure the session may have a transaction open. */
    void read(Session session) throws SQLException, InterruptedException {
        output.started();
        Optional<SyncState> state = request.state().map(SyncState::parse);
        Opened opened = open(session);
        switch (request.purpose()) {
            case SYNC -> sync(session, opened, state);
            case COMPARE -> {
                String condition = state.map(known -> covered(opened, known)).orElse("");
                readWhole(session, opened, condition, ColumnBatch.MAX_ROWS);
            }
            case PREVIEW -> readWhole(session, opened, "", PREVIEW_ROWS);
        }
        session.end();
        output.complete();
    }

    // Opening

    private Opened open(Session session) throws SQLException, InterruptedException {
        long waited = 0;
        for (int attempt = 1; ; ) {
            Optional<Opened> opened = Optional.empty();
            session.begin(LOCK_ATTEMPT_SECONDS);
            try {
                opened = tryOpen(session);
            } catch (SQLException failure) {
                if (!LOCK_NOT_AVAILABLE.equals(failure.getSQLState())) {
                    throw failure;
                }
                waited += LOCK_ATTEMPT_SECONDS;
                log.log(
                        LogLevel.WARN,
                        "%s has been waiting for a lock on its table for %d s; see pg_locks"
                                .formatted(request.name(), waited));
                attempt--;
            }
            if (opened.isPresent()) {
                return opened.get();
            }
            session.end();
            attempt++;
            if (attempt > SNAPSHOT_ATTEMPTS) {
                throw new TransientFailure(
                        "%s is being altered again and again. Try again when that is over."
                                .formatted(request.name()));
            }
        }
    }

    private Optional<Opened> tryOpen(Session session) throws SQLException {
        TransactionSnapshot.Taken taken = TransactionSnapshot.take(session.statement());
        if (!taken.certain()) {
            return Optional.empty();
        }
        Relation relation =
                Catalog.find(session.connection(), request.name())
                        .orElseThrow(() ->
                                new ConfigurationFailure(
                                        ("There is no table %s any more, or it may not be"
                                                        + " read. Restore it, grant SELECT, or"
                                                        + " leave the stream out.")
                                                .formatted(request.name())));
        checkColumns(relation);
        List<Leaf> leaves = Catalog.leaves(session.connection(), relation);
        boolean whole =
                leaves.isEmpty()
                        || !leaves.stream().allMatch(Leaf::paged)
                        // The parts may have other policies than the whole.
                        || (relation.filtered() && (relation.kind() == 'p' || leaves.size() > 1))
                        || PostgresConnections.serverVersion(session.connection())
                                < VERSION_WITH_RANGES;
        if (!lock(session, relation, whole ? List.of() : leaves)) {
            return Optional.empty();
        }
        boolean transactions =
                relation.hasTransactions() && leaves.stream().allMatch(leaf -> leaf.kind() == 'r');
        return Optional.of(
                new Opened(
                        relation, leaves, taken.snapshot(), taken.others(), !whole, transactions));
    }

    /**
     * Locks the tables against changes of their form until the transaction ends. False if one was
     * written anew after the snapshot was taken: to that, it would look empty.
     */
    private boolean lock(Session session, Relation relation, List<Leaf> leaves)
            throws SQLException {
        String selectList = Opened.selectList(relation, request);
        if (leaves.isEmpty()) {
            session.execute("SELECT %s FROM %s LIMIT 0".formatted(selectList, relation.quoted()));
        }
        for (Leaf leaf : leaves) {
            session.execute("SELECT %s FROM ONLY %s LIMIT 0".formatted(selectList, leaf.quoted()));
        }
        session.execute("SET LOCAL lock_timeout = 0");
        if (leaves.isEmpty()) {
            return true;
        }
        Map<Long, Long> files = new HashMap<>();
        try (ResultSet rows =
                session.statement()
                        .executeQuery(
                                "SELECT o, pg_catalog.pg_relation_filenode(o::pg_catalog.oid)::int8"
                                        + " FROM pg_catalog.unnest('{%s}'::int8[]) o"
                                                .formatted(
                                                        leaves.stream()
                                                                .map(leaf ->
                                                                        String.valueOf(leaf.oid()))
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ","))))) {
            while (rows.next()) {
                files.put(rows.getLong(1), rows.getLong(2));
            }
        }
        return leaves.stream().allMatch(leaf -> files.getOrDefault(leaf.oid(), -1L) == leaf.file());
    }

    private void checkColumns(Relation relation) {
        for (Column column : request.schema().columns()) {
            Optional<RelationColumn> own = relation.column(column.name());
            if (own.isEmpty()) {
                throw new ConfigurationFailure(
                        ("The column %s of %s is gone, or may not be read. Discover the source"
                                        + " anew.")
                                .formatted(column.name(), request.name()));
            }
            if (!own.get().type().columnType().equals(column.type())) {
                throw new TransientFailure(
                        ("The type of column %s of %s has changed since it was discovered. Run the"
                                        + " sync again.")
                                .formatted(column.name(), request.name()));
            }
        }
    }

    // Reading as a whole

    private String select(Opened opened, String condition) {
        return "SELECT %s FROM %s%s"
                .formatted(
                        Opened.selectList(opened.relation(), request),
                        opened.relation().quoted(),
                        condition.isEmpty() ? "" : " WHERE " + condition);
    }

    private long readWhole(Session session, Opened opened, String condition, int maxRows)
            throws SQLException, InterruptedException {
        return copy(session, opened, condition, maxRows, output::emit);
    }

    private long copy(Session session, Opened opened, String condition, int maxRows, BatchSink sink)
            throws SQLException, InterruptedException {
        try (var reader = new CopyReader(output, request.schema(), maxRows)) {
            return reader.read(
                    session, select(opened, condition), 0, request.name().toString(), sink);
        }
    }

    /** The rows that {@code state} covers. */
    private String covered(Opened opened, SyncState state) {
        if (!request.syncMode().incremental() || state.phase() != Phase.CHANGES) {
            return "";
        }
        if (state.cursor().isPresent()) {
            String cursor = Identifiers.quote(state.cursor().get());
            return state.last()
                    .map(last ->
                            "(%s <= %s OR %s IS NULL)"
                                    .formatted(
                                            cursor,
                                            literal(opened, state.cursor().get(), last),
                                            cursor))
                    .orElse(cursor + " IS NULL");
        }
        return state.snapshot()
                .filter(snapshot -> snapshot.comparableAt(opened.snapshot()))
                .map(snapshot -> "NOT " + snapshot.notVisible(opened.snapshot()))
                .orElse("");
    }

    // Syncing

    private void sync(Session session, Opened opened, Optional<SyncState> given)
            throws SQLException, InterruptedException {
        Optional<String> cursor = cursor(opened);
        Optional<SyncState> state = given;
        if (state.isPresent()) {
            Optional<String> obstacle = obstacle(session, opened, cursor, state.get());
            if (obstacle.isPresent()) {
                log.log(
                        LogLevel.WARN,
                        "%s is read from the beginning: %s"
                                .formatted(request.name(), obstacle.get()));
                output.restart(obstacle.get());
                state = Optional.empty();
            }
        }
        if (state.isEmpty()) {
            snapshot(session, opened, first(session, opened, cursor), "");
            return;
        }
        SyncState known = state.get();
        switch (known.phase()) {
            case SNAPSHOT -> resume(session, opened, known);
            case CHANGES -> changes(session, opened, known);
            case COMPLETE -> {
                if (request.syncMode().incremental()) {
                    changes(session, opened, adopted(known, cursor));
                }
            }
        }
    }

    /** A full refresh that incremental syncs go on from: everything that it doesn't see is new. */
    private static SyncState adopted(SyncState known, Optional<String> cursor) {
        return new SyncState(
                Phase.CHANGES,
                known.snapshot(),
                known.others(),
                cursor,
                Optional.empty(),
                true,
                List.of(),
                List.of());
    }

    /** The cursor's column; empty where transactions tell what is new, or nothing has to. */
    private Optional<String> cursor(Opened opened) {
        if (!request.syncMode().incremental() || pool.settings().xmin()) {
            if (request.syncMode().incremental() && !opened.transactions()) {
                throw new ConfigurationFailure(
                        ("%s is no plain table, so its rows don't tell their transactions. Use a"
                             + " full refresh for it, or replication_method Standard with a"
                             + " cursor.")
                                .formatted(request.name()));
            }
            return Optional.empty();
        }
        if (request.cursor().size() != 1) {
            throw new ConfigurationFailure(
                    "%s needs a cursor_field to be synced incrementally: one of its columns."
                            .formatted(request.name()));
        }
        String name = request.cursor().getFirst();
        RelationColumn column =
                opened.relation()
                        .column(name)
                        .orElseThrow(() ->
                                new ConfigurationFailure(
                                        "%s has no column %s to be its cursor."
                                                .formatted(request.name(), name)));
        if (!column.type().comparable()) {
            throw new ConfigurationFailure(
                    "The column %s of %s can't be a cursor: values of type %s have no order."
                            .formatted(name, request.name(), column.type().text()));
        }
        return Optional.of(name);
    }

    /** Why reading can't go on from {@code state}; empty if it can. */
    private Optional<String> obstacle(
            Session session, Opened opened, Optional<String> cursor, SyncState state)
            throws SQLException {
        boolean incremental = request.syncMode().incremental();
        if (state.phase() == Phase.CHANGES && !incremental) {
            return Optional.of("it was synced incrementally before");
        }
        if (state.phase() == Phase.COMPLETE) {
            if (!incremental) {
                return Optional.empty();
            }
            if (!opened.transactions()) {
                return Optional.of("it was synced as a whole before");
            }
        } else if (!state.cursor().equals(cursor)) {
            return Optional.of(
                    "its cursor was %s and is %s now"
                            .formatted(state.cursor().orElse("none"), cursor.orElse("none")));
        }
        boolean hashed = state.phase() == Phase.CHANGES && !opened.transactions();
        if (hashed) {
            return Optional.empty();
        }
        Optional<TransactionSnapshot> before = state.snapshot();
        if (before.isEmpty() || !before.get().comparableAt(opened.snapshot())) {
            return Optional.of(
                    "its state is of another server, or too many transactions ran since");
        }
        if (state.phase() != Phase.SNAPSHOT) {
            return Optional.empty();
        }
        if (!opened.paged() || !sameFiles(opened.leaves(), state.tables())) {
            return Optional.of("its table was written anew since its snapshot began");
        }
        if (!incremental || !opened.transactions()) {
            return changedSince(session, opened, state);
        }
        return Optional.empty();
    }

    private static boolean sameFiles(List<Leaf> leaves, List<TableProgress> tables) {
        Set<List<Long>> now = new HashSet<>();
        leaves.forEach(leaf -> now.add(List.of(leaf.oid(), leaf.file())));
        Set<List<Long>> before = new HashSet<>();
        tables.forEach(table -> before.add(List.of(table.oid(), table.file())));
        return now.equals(before);
    }

    /** Whether pages that were read hold other rows now; asked of the server, row by row. */
    private static Optional<String> changedSince(Session session, Opened opened, SyncState state)
            throws SQLException {
        TransactionSnapshot before = state.snapshot().orElseThrow();
        Map<Long, Leaf> leaves = new HashMap<>();
        opened.leaves().forEach(leaf -> leaves.put(leaf.oid(), leaf));
        for (TableProgress table : state.tables()) {
            Leaf leaf = leaves.get(table.oid());
            if (table.done().isEmpty() || leaf == null) {
                continue;
            }
            // One scan per range: a disjunction of ranges would scan the whole table.
            String counts =
                    table.done().stream()
                            .map(range ->
                                    ("SELECT count(*) AS rows, count(*) FILTER (WHERE %s)"
                                                    + " AS new FROM ONLY %s WHERE ctid >="
                                                    + " '(%d,0)' AND ctid < '(%d,0)'")
                                            .formatted(
                                                    before.notVisible(opened.snapshot()),
                                                    leaf.quoted(),
                                                    range.first(),
                                                    range.end()))
                            .collect(Collectors.joining(" UNION ALL "));
            try (ResultSet rows =
                    session.statement()
                            .executeQuery(
                                    "SELECT sum(rows), sum(new) FROM (" + counts + ") counted")) {
                rows.next();
                if (rows.getLong(1) != table.rows() || rows.getLong(2) != 0) {
                    return Optional.of("rows that had been read were changed since");
                }
            }
        }
        return Optional.empty();
    }

    private SyncState first(Session session, Opened opened, Optional<String> cursor)
            throws SQLException {
        Optional<String> last =
                cursor.isPresent()
                        ? greatest(session, opened, cursor.get(), Optional.empty())
                        : Optional.empty();
        return new SyncState(
                Phase.SNAPSHOT,
                Optional.of(opened.snapshot()),
                opened.others(),
                cursor,
                last,
                false,
                List.of(),
                opened.leaves().stream()
                        .map(leaf -> new TableProgress(leaf.oid(), leaf.file(), List.of()))
                        .toList());
    }

    /** Reads everything that isn't done, and gives the state that follows. */
    private SyncState snapshot(Session session, Opened opened, SyncState state, String condition)
            throws SQLException, InterruptedException {
        Phase next = request.syncMode().incremental() ? Phase.CHANGES : Phase.COMPLETE;
        SyncState finalState = state.withPhase(next);
        if (opened.paged() && (opened.transactions() || !request.syncMode().incremental())) {
            estimate(opened);
            new PagedReader(
                            request,
                            output,
                            pool,
                            Opened.selectList(opened.relation(), request),
                            condition,
                            opened.leaves(),
                            state,
                            finalState)
                    .read(session);
            return finalState;
        }
        readWhole(session, opened, "", ColumnBatch.MAX_ROWS);
        SyncState hashed =
                opened.transactions() ? finalState : withHashes(session, opened, finalState);
        output.checkpoint(hashed.toJson());
        return hashed;
    }

    private void estimate(Opened opened) {
        double rows = opened.leaves().stream().mapToDouble(leaf -> Math.max(-1, leaf.rows())).sum();
        boolean known = opened.leaves().stream().allMatch(leaf -> leaf.rows() >= 0);
        output.estimate(
                known ? (long) rows : -1, opened.leaves().stream().mapToLong(Leaf::bytes).sum());
    }

    private void resume(Session session, Opened opened, SyncState state)
            throws SQLException, InterruptedException {
        if (!request.syncMode().incremental()) {
            // What was read is unchanged, so this transaction sees it as the first one did.
            var continued =
                    new SyncState(
                            Phase.SNAPSHOT,
                            Optional.of(opened.snapshot()),
                            opened.others(),
                            Optional.empty(),
                            Optional.empty(),
                            false,
                            List.of(),
                            state.tables());
            snapshot(session, opened, continued, "");
            return;
        }
        TransactionSnapshot before = state.snapshot().orElseThrow();
        var continued =
                new SyncState(
                        Phase.SNAPSHOT,
                        state.snapshot(),
                        state.others(),
                        state.cursor(),
                        state.last(),
                        true,
                        List.of(),
                        state.tables());
        SyncState read =
                snapshot(
                        session,
                        opened,
                        continued,
                        " AND NOT " + before.notVisible(opened.snapshot()));
        changes(session, opened, read);
    }

    // Changes

    private void changes(Session session, Opened opened, SyncState state)
            throws SQLException, InterruptedException {
        if (!opened.transactions()) {
            changesByHash(session, opened, state);
            return;
        }
        TransactionSnapshot before = state.snapshot().orElseThrow();
        String unseen = before.notVisible(opened.snapshot());
        if (state.cursor().isEmpty() || state.resumed()) {
            long rows = readWhole(session, opened, unseen, ColumnBatch.MAX_ROWS);
            finishChanges(session, opened, state, rows);
            return;
        }
        String name = state.cursor().get();
        String cursor = Identifiers.quote(name);
        boolean again = request.syncMode().deduplicated();
        if (state.last().isEmpty()) {
            String condition = again ? "" : cursor + " IS NOT NULL";
            long rows = readWhole(session, opened, condition, ColumnBatch.MAX_ROWS);
            finishChanges(session, opened, state, rows);
            return;
        }
        String last = literal(opened, name, state.last().get());
        List<String> late = new ArrayList<>();
        late.add("(%s = %s AND %s)".formatted(cursor, last, unseen));
        if (state.others()) {
            // They may have committed rows that were given their cursor before ours was taken.
            late.add("(%s < %s AND %s)".formatted(cursor, last, unseen));
        } else {
            Optional<String> from = lookback(opened, name, last);
            if (from.isPresent()) {
                late.add(
                        "(%s < %s AND %s >= %s AND %s)"
                                .formatted(cursor, last, cursor, from.get(), unseen));
            }
        }
        if (again) {
            late.add(cursor + " IS NULL");
        }
        Optional<String> reached = state.last();
        String others = " OR " + String.join(" OR ", late);
        for (Optional<String> bound = boundary(session, opened, name, last);
                bound.isPresent();
                bound = boundary(session, opened, name, last)) {
            String end = literal(opened, name, bound.get());
            readWhole(
                    session,
                    opened,
                    "(%s > %s AND %s <= %s)%s".formatted(cursor, last, cursor, end, others),
                    ColumnBatch.MAX_ROWS);
            reached = bound;
            last = end;
            others = "";
            output.checkpoint(changesState(opened, state, reached).toJson());
        }
        SyncState sliced =
                new SyncState(
                        state.phase(),
                        state.snapshot(),
                        state.others(),
                        state.cursor(),
                        reached,
                        false,
                        List.of(),
                        List.of());
        long rows =
                readWhole(
                        session,
                        opened,
                        "%s > %s%s".formatted(cursor, last, others),
                        ColumnBatch.MAX_ROWS);
        finishChanges(session, opened, sliced, rows);
    }

    private void finishChanges(Session session, Opened opened, SyncState state, long rows)
            throws SQLException, InterruptedException {
        boolean old =
                opened.snapshot().next() - state.snapshot().orElseThrow().oldest()
                        > TRANSACTIONS_UNTIL_RENEWAL;
        if (rows == 0 && !state.others() && !state.resumed() && !old && state.last().isPresent()) {
            // The state that we were given still tells all. It is given again: whoever keeps states
            // may take a run without one for a run that has none.
            output.checkpoint(state.toJson());
            return;
        }
        Optional<String> last = state.last();
        if (state.cursor().isPresent() && (rows > 0 || last.isEmpty())) {
            last = greatest(session, opened, state.cursor().get(), state.last()).or(state::last);
        }
        output.checkpoint(changesState(opened, state, last).toJson());
    }

    private static SyncState changesState(Opened opened, SyncState state, Optional<String> last) {
        return new SyncState(
                Phase.CHANGES,
                Optional.of(opened.snapshot()),
                opened.others(),
                state.cursor(),
                last,
                false,
                List.of(),
                List.of());
    }

    /**
     * The cursor's value that so many rows lie below that a checkpoint is worth while; empty if
     * fewer are left, or finding it would cost a scan.
     */
    private Optional<String> boundary(Session session, Opened opened, String cursor, String last)
            throws SQLException {
        RelationColumn column = opened.relation().column(cursor).orElseThrow();
        double rows = opened.leaves().stream().mapToDouble(Leaf::rows).sum();
        if (rows < ROWS_OF_SLICE
                || !Catalog.indexed(session.connection(), opened.relation(), column)) {
            return Optional.empty();
        }
        String name = Identifiers.quote(cursor);
        return session.queryText(
                "SELECT %s FROM %s r WHERE %s > %s ORDER BY r.%s OFFSET %d LIMIT 1"
                        .formatted(
                                column.type().select(name) + "::pg_catalog.text",
                                opened.relation().quoted(),
                                name,
                                last,
                                name,
                                ROWS_OF_SLICE));
    }

    /** Views and the like: rows at the last value are told apart by their hashes. */
    private void changesByHash(Session session, Opened opened, SyncState state)
            throws SQLException, InterruptedException {
        String name = state.cursor().orElseThrow();
        String cursor = Identifiers.quote(name);
        String nulls = request.syncMode().deduplicated() ? " OR %s IS NULL".formatted(cursor) : "";
        if (state.last().isEmpty()) {
            readWhole(
                    session,
                    opened,
                    "%s IS NOT NULL%s".formatted(cursor, nulls),
                    ColumnBatch.MAX_ROWS);
        } else {
            String last = literal(opened, name, state.last().get());
            Map<Long, Integer> known = new HashMap<>();
            state.hashes().forEach(hash -> known.merge(hash, 1, Integer::sum));
            copy(
                    session,
                    opened,
                    "%s = %s".formatted(cursor, last),
                    ColumnBatch.MAX_ROWS,
                    batch -> output.emit(withoutKnown(batch, known)));
            readWhole(
                    session,
                    opened,
                    "%s > %s%s".formatted(cursor, last, nulls),
                    ColumnBatch.MAX_ROWS);
        }
        Optional<String> reached = greatest(session, opened, name, state.last()).or(state::last);
        SyncState next = changesState(opened, state, reached);
        output.checkpoint(withHashes(session, opened, next).toJson());
    }

    private static ColumnBatch withoutKnown(ColumnBatch batch, Map<Long, Integer> known) {
        long[] hashes = RowHasher.hash(batch);
        var kept = new BitSet();
        for (int row = 0; row < hashes.length; row++) {
            Integer left = known.get(hashes[row]);
            if (left == null || left == 0) {
                kept.set(row);
            } else {
                known.put(hashes[row], left - 1);
            }
        }
        return RowFilter.keep(batch, kept);
    }

    private SyncState withHashes(Session session, Opened opened, SyncState state)
            throws SQLException, InterruptedException {
        if (state.cursor().isEmpty() || state.last().isEmpty()) {
            return state;
        }
        String name = state.cursor().get();
        List<Long> hashes = new ArrayList<>();
        copy(
                session,
                opened,
                "%s = %s"
                        .formatted(
                                Identifiers.quote(name), literal(opened, name, state.last().get())),
                ColumnBatch.MAX_ROWS,
                batch -> {
                    try (batch) {
                        for (long hash : RowHasher.hash(batch)) {
                            hashes.add(hash);
                        }
                    }
                });
        return new SyncState(
                state.phase(),
                state.snapshot(),
                state.others(),
                state.cursor(),
                state.last(),
                false,
                hashes,
                List.of());
    }

    // Cursors

    /** The greatest value of the cursor, of those from {@code atLeast} on. */
    private static Optional<String> greatest(
            Session session, Opened opened, String cursor, Optional<String> atLeast)
            throws SQLException {
        RelationColumn column = opened.relation().column(cursor).orElseThrow();
        String name = Identifiers.quote(cursor);
        String condition =
                atLeast.map(last -> name + " > " + literal(opened, cursor, last))
                        .orElse(name + " IS NOT NULL");
        return session.queryText(
                // Unqualified, ORDER BY would take the text of the select list.
                "SELECT %s FROM %s r WHERE %s ORDER BY r.%s DESC LIMIT 1"
                        .formatted(
                                column.type().select(name) + "::pg_catalog.text",
                                opened.relation().quoted(),
                                condition,
                                name));
    }

    /** {@code text}, a value of the cursor, as SQL. */
    private static String literal(Opened opened, String cursor, String text) {
        RelationColumn column =
                opened.relation()
                        .column(cursor)
                        .orElseThrow(() ->
                                new ConfigurationFailure(
                                        "The cursor's column %s is gone.".formatted(cursor)));
        return Identifiers.literal(text) + "::" + column.type().text();
    }

    private Optional<String> lookback(Opened opened, String cursor, String last) {
        if (pool.settings().lookback().isEmpty()) {
            return Optional.empty();
        }
        ColumnType type = opened.relation().column(cursor).orElseThrow().type().columnType();
        boolean hasTime =
                type instanceof ColumnType.Date
                        || type instanceof ColumnType.Timestamp
                        || type instanceof ColumnType.TimestampTz;
        if (!hasTime) {
            log.log(
                    LogLevel.WARN,
                    "lookback has no effect on %s: its cursor %s holds no dates or times"
                            .formatted(request.name(), cursor));
            return Optional.empty();
        }
        long micros = pool.settings().lookback().get().toNanos() / 1000;
        return Optional.of("(%s - interval '%d microseconds')".formatted(last, micros));
    }
}

package io.millrace.replication.verify;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.replication.sync.PreparedStream;
import io.millrace.replication.sync.RowJson;
import io.millrace.replication.sync.StreamConfiguration;
import io.millrace.replication.sync.SyncProgress;
import io.millrace.replication.sync.SyncRequest;
import io.millrace.replication.verify.HashSpill.Entry;
import io.millrace.replication.verify.VerifyReport.Difference;
import io.millrace.replication.verify.VerifyReport.Kind;
import io.millrace.replication.verify.VerifyReport.StreamReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares source and destination of some streams. Neither side is held in memory: a first pass
 * over both gives counts and checksums; only where these differ, and for modes that keep several
 * versions of a row, hashes go to disk, and a last pass finds the keys of the rows that differ.
 */
public final class Verification {
    private final SyncRequest request;
    private final boolean ignoreGone;
    private final int limit;
    private final SyncProgress progress;

    /**
     * @param ignoreGone leaves rows out of the verdict that the source has dropped from
     *     deduplicated streams
     * @param limit how many differences of a stream are named
     */
    public Verification(SyncRequest request, boolean ignoreGone, int limit, SyncProgress progress) {
        this.request = request;
        this.ignoreGone = ignoreGone;
        this.limit = limit;
        this.progress = progress;
    }

    public VerifyReport run() throws InterruptedException {
        List<StreamReport> reports = new ArrayList<>();
        for (PreparedStream stream : PreparedStream.prepare(request)) {
            reports.add(new StreamComparison(stream.asLanded()).run());
        }
        return new VerifyReport(reports);
    }

    /** Takes each row's hashes. */
    private interface RowHashes {
        void row(ColumnBatch batch, int row, long key, long hash) throws InterruptedException;
    }

    /** The counts of one side. */
    private static final class Side {
        private long count;
        private long checksum;

        private void add(long hash) {
            count++;
            checksum += hash;
        }

        private void addAll(Side other) {
            count += other.count;
            checksum += other.checksum;
        }
    }

    private final class StreamComparison {
        private final PreparedStream stream;
        private final LandingPlan landing;
        private final SyncMode mode;
        private final int[] keyColumns;
        private final boolean keyed;
        private final Optional<CursorRank> rank;
        private final BatchMemory memory = new BatchMemory(request.settings().memoryBytes());

        StreamComparison(PreparedStream stream) throws InterruptedException {
            this.stream = stream;
            this.mode = stream.configuration().mode();
            this.landing =
                    request.destination()
                            .plan(request.pipeline(), List.of(stream.target()))
                            .getFirst();
            List<Integer> columns = new ArrayList<>();
            for (String name : stream.keyColumns()) {
                stream.target().schema().indexOf(name).ifPresent(columns::add);
            }
            this.keyed = !columns.isEmpty() && columns.size() == stream.keyColumns().size();
            this.keyColumns = columns.stream().mapToInt(Integer::intValue).toArray();
            this.rank =
                    stream.target()
                            .cursor()
                            .map(stream.target().schema()::indexOf)
                            .filter(OptionalInt::isPresent)
                            .map(column -> new CursorRank(column.getAsInt()));
        }

        StreamReport run() throws InterruptedException {
            try {
                return keepsVersions() ? compareVersions() : compareWhole();
            } finally {
                memory.trim();
            }
        }

        private boolean keepsVersions() {
            return !mode.overwrite() && !mode.deduplicated();
        }

        /** Every row of the one side against every row of the other. */
        private StreamReport compareWhole() throws InterruptedException {
            Side source = new Side();
            readSource((_, _, _, hash) -> source.add(hash));
            Side destination = new Side();
            readDestination((_, _, _, hash) -> destination.add(hash));
            if (source.count == destination.count && source.checksum == destination.checksum) {
                return report(true, source, destination, new Findings());
            }
            progress.log(
                    io.millrace.protocol.connector.SourceOutput.LogLevel.INFO,
                    "%s differs; looking for the rows.".formatted(stream.configuration().name()));
            try (HashSpill sourceRows = new HashSpill();
                    HashSpill destinationRows = new HashSpill()) {
                Side all = new Side();
                readSource((batch, row, key, hash) -> {
                    all.add(hash);
                    sourceRows.add(key, hash, rank(batch, row));
                });
                Side destinationAgain = new Side();
                readDestination((batch, row, key, hash) -> {
                    destinationAgain.add(hash);
                    destinationRows.add(key, hash, batch.extractedAt(row));
                });
                Findings findings = new Findings();
                Side newest = new Side();
                Side sourceAgain = all;
                for (int part = 0; part < HashSpill.PARTS; part++) {
                    List<Entry> landed = destinationRows.read(part);
                    List<Entry> expected = sourceRows.read(part);
                    if (mode.deduplicated() && keyed) {
                        expected = newestOfKeys(expected, landed);
                        expected.forEach(entry -> newest.add(entry.row()));
                    }
                    compareParts(expected, landed, findings);
                }
                if (mode.deduplicated() && keyed) {
                    sourceAgain = newest;
                }
                name(findings);
                boolean equal = findings.counts(ignoreGone) == 0;
                return report(equal, sourceAgain, destinationAgain, findings);
            }
        }

        /**
         * Of the source's rows the newest of each key by the cursor, since a key that the user
         * chose needn't be unique there. Of rows that are equally new the destination may hold any.
         */
        private List<Entry> newestOfKeys(List<Entry> source, List<Entry> destination) {
            Set<Entry> landed = new HashSet<>();
            destination.forEach(entry -> landed.add(entry.at(0)));
            Map<Long, Entry> newest = new LinkedHashMap<>();
            for (Entry entry : source) {
                newest.merge(
                        entry.key(),
                        entry,
                        (one, other) ->
                                other.order() > one.order()
                                                || (other.order() == one.order()
                                                        && landed.contains(other.at(0)))
                                        ? other
                                        : one);
            }
            return new ArrayList<>(newest.values());
        }

        private long rank(ColumnBatch batch, int row) {
            return rank.isPresent() ? rank.orElseThrow().of(batch, row) : 0;
        }

        private void compareParts(List<Entry> source, List<Entry> destination, Findings findings) {
            Map<Long, Map<Long, Integer>> balance = new HashMap<>();
            for (Entry entry : source) {
                balance.computeIfAbsent(entry.key(), _ -> new TreeMap<>())
                        .merge(entry.row(), 1, Integer::sum);
            }
            for (Entry entry : destination) {
                balance.computeIfAbsent(entry.key(), _ -> new TreeMap<>())
                        .merge(entry.row(), -1, Integer::sum);
            }
            balance.forEach((key, rows) -> {
                int missing = 0;
                int extra = 0;
                for (int count : rows.values()) {
                    missing += Math.max(0, count);
                    extra += Math.max(0, -count);
                }
                int changed = keyed ? Math.min(missing, extra) : 0;
                findings.add(key, Kind.CHANGED, changed);
                findings.add(key, Kind.MISSING, missing - changed);
                boolean knownToSource = source.stream().anyMatch(entry -> entry.key() == key);
                findings.add(
                        key,
                        mode == SyncMode.INCREMENTAL_DEDUPED_HISTORY && !knownToSource
                                ? Kind.GONE
                                : Kind.EXTRA,
                        extra - changed);
            });
        }

        /**
         * Append modes: the newest version of each of the source's keys; without a key each of its
         * rows at least once. What else the destination holds is history, but for rows that it
         * holds more often than can be: those are doubled.
         */
        private StreamReport compareVersions() throws InterruptedException {
            try (HashSpill sourceRows = new HashSpill();
                    HashSpill destinationRows = new HashSpill()) {
                Side source = new Side();
                readSource((batch, row, key, hash) -> {
                    source.add(hash);
                    sourceRows.add(key, hash, batch.extractedAt(row));
                });
                readDestination((batch, row, key, hash) ->
                        destinationRows.add(key, hash, batch.extractedAt(row)));
                Side destination = new Side();
                Findings findings = new Findings();
                Findings doubled = new Findings();
                Side again = new Side();
                boolean vanished = false;
                for (int part = 0; part < HashSpill.PARTS; part++) {
                    List<Entry> expected = sourceRows.read(part);
                    List<Entry> landed = destinationRows.read(part);
                    compareVersionParts(expected, landed, destination, findings);
                    vanished |= findDoubled(expected, landed, again, doubled);
                }
                // Without a key, a row of which the source has dropped one of several looks
                // doubled.
                if (keyed || !vanished) {
                    findings.addAll(doubled);
                    destination.addAll(again);
                }
                name(findings);
                return report(findings.counts(false) == 0, source, destination, findings);
            }
        }

        private void compareVersionParts(
                List<Entry> source, List<Entry> destination, Side landed, Findings findings) {
            Map<Long, List<Entry>> newest = new HashMap<>();
            for (Entry entry : destination) {
                List<Entry> versions = newest.computeIfAbsent(entry.key(), _ -> new ArrayList<>(1));
                if (!versions.isEmpty() && versions.getFirst().order() < entry.order()) {
                    versions.clear();
                }
                if (versions.isEmpty() || versions.getFirst().order() == entry.order()) {
                    versions.add(entry); // several of one moment: any of them may be the newest
                }
            }
            for (Entry entry : source) {
                List<Entry> versions = newest.getOrDefault(entry.key(), List.of());
                if (versions.isEmpty()) {
                    findings.add(entry.key(), Kind.MISSING, 1);
                } else if (versions.stream().anyMatch(version -> version.row() == entry.row())) {
                    landed.add(entry.row());
                } else {
                    landed.add(versions.getLast().row());
                    findings.add(entry.key(), Kind.CHANGED, 1);
                }
            }
        }

        /**
         * How often a destination in append mode may hold a row that the source has once: once for
         * each refresh; once where incremental reads never repeat one, and rows tell their versions
         * apart. Otherwise nobody can tell.
         */
        private Optional<Long> mostCopies() {
            if (!mode.incremental()) {
                return Optional.of(
                        Math.max(1, stream.stored().map(StoredCheckpoint::generation).orElse(1L)));
            }
            StreamConfiguration configured = stream.configuration();
            StreamDescription read = configured.stream();
            boolean whole = configured.fields().isEmpty() && configured.mappers().isEmpty();
            boolean tellsVersions =
                    read.sourceDefinedCursor() || (keyed ? rank.isPresent() : whole);
            return read.rowsOnce() && tellsVersions ? Optional.of(1L) : Optional.empty();
        }

        /**
         * Finds rows that have landed more often than they may, and says whether others are there
         * that the source doesn't have.
         */
        private boolean findDoubled(
                List<Entry> source, List<Entry> destination, Side again, Findings findings) {
            Optional<Long> most = mostCopies();
            if (most.isEmpty()) {
                return false;
            }
            Map<Entry, Integer> copies = new HashMap<>();
            source.forEach(entry -> copies.merge(entry.at(0), 1, Integer::sum));
            Map<Entry, Integer> landed = new LinkedHashMap<>();
            destination.forEach(entry -> landed.merge(entry.at(0), 1, Integer::sum));
            boolean vanished = false;
            for (var row : landed.entrySet()) {
                int expected = copies.getOrDefault(row.getKey(), 0);
                vanished |= expected == 0;
                long surplus = expected == 0 ? 0 : row.getValue() - expected * most.get();
                for (long i = 0; i < surplus; i++) {
                    again.add(row.getKey().row());
                }
                findings.add(
                        row.getKey().key(), Kind.EXTRA, Math.clamp(surplus, 0, Integer.MAX_VALUE));
            }
            return vanished;
        }

        private StreamReport report(
                boolean equal, Side source, Side destination, Findings findings) {
            return new StreamReport(
                    stream.configuration().name(),
                    equal,
                    source.count,
                    destination.count,
                    source.checksum,
                    destination.checksum,
                    findings.named,
                    findings.counts(false));
        }

        /** A last pass over each side, for the keys of the rows that were found to differ. */
        private void name(Findings findings) throws InterruptedException {
            Set<Long> wanted = findings.first(limit);
            Map<Long, Map<String, JsonNode>> keys = new HashMap<>();
            RowHashes collector =
                    (batch, row, key, _) -> {
                        if (wanted.contains(key) && !keys.containsKey(key)) {
                            keys.put(key, keyOf(batch, row));
                        }
                    };
            if (!wanted.isEmpty()) {
                readSource(collector);
                readDestination(collector);
            }
            findings.name(keys, limit);
        }

        private Map<String, JsonNode> keyOf(ColumnBatch batch, int row) {
            ObjectNode values = new RowJson(landing.landed()).row(batch, row);
            Map<String, JsonNode> key = new LinkedHashMap<>();
            for (int column = 0; column < batch.schema().size(); column++) {
                int at = column;
                if (!keyed || Arrays.stream(keyColumns).anyMatch(one -> one == at)) {
                    String name = landing.landed().column(column).name();
                    key.put(name, values.path(name));
                }
            }
            return key;
        }

        private void readSource(RowHashes hashes) throws InterruptedException {
            var landed = new AtomicReference<>(stream.pipeline().landing(landing));
            BatchSink sink =
                    batch -> {
                        // A source finds wider types in the midst of its values, as in a sync.
                        var reading =
                                landed.updateAndGet(last -> last.reading(batch.schema(), landing));
                        try (ColumnBatch rows = reading.apply(batch)) {
                            request.destination().fit(rows);
                            hash(rows, hashes);
                        }
                    };
            StreamRequest read = stream.request(StreamRequest.Purpose.COMPARE);
            var output =
                    new CollectingOutput(
                            stream.configuration().name(),
                            memory,
                            request.settings().clock(),
                            sink);
            request.source().read(new ReadPlan(List.of(read), Optional.empty(), memory), output);
            output.requireComplete();
        }

        private void readDestination(RowHashes hashes) throws InterruptedException {
            request.destination()
                    .readBack(
                            request.pipeline(),
                            stream.target(),
                            new ReadBackRequest(landing.landed(), memory),
                            batch -> {
                                try (batch) {
                                    hash(batch, hashes);
                                }
                            });
        }

        private void hash(ColumnBatch batch, RowHashes hashes) throws InterruptedException {
            long[] rows = RowHasher.hash(batch);
            long[] keys = keyed ? RowHasher.hash(batch, keyColumns) : rows;
            for (int row = 0; row < batch.rows(); row++) {
                hashes.row(batch, row, keys[row], rows[row]);
            }
        }
    }

    /** What differs, by the hash of the key; the hashes of only so many are kept. */
    private final class Findings {
        private final Map<Long, List<Kind>> byKey = new LinkedHashMap<>();
        private final Map<Kind, Long> totals = new HashMap<>();
        private List<Difference> named = List.of();

        void add(long key, Kind kind, int count) {
            if (count <= 0) {
                return;
            }
            totals.merge(kind, (long) count, Long::sum);
            if (byKey.size() < limit || byKey.containsKey(key)) {
                List<Kind> kinds = byKey.computeIfAbsent(key, _ -> new ArrayList<>(1));
                for (int i = 0; i < count && kinds.size() < limit; i++) {
                    kinds.add(kind);
                }
            }
        }

        void addAll(Findings other) {
            other.totals.forEach((kind, count) -> totals.merge(kind, count, Long::sum));
            other.byKey.forEach((key, kinds) -> {
                if (byKey.size() < limit || byKey.containsKey(key)) {
                    byKey.computeIfAbsent(key, _ -> new ArrayList<>(1)).addAll(kinds);
                }
            });
        }

        long counts(boolean withoutGone) {
            long sum = 0;
            for (var total : totals.entrySet()) {
                if (!withoutGone || total.getKey() != Kind.GONE) {
                    sum += total.getValue();
                }
            }
            return sum;
        }

        Set<Long> first(int count) {
            return count == 0 ? Set.of() : Set.copyOf(byKey.keySet());
        }

        void name(Map<Long, Map<String, JsonNode>> keys, int count) {
            List<Difference> all = new ArrayList<>();
            byKey.forEach((key, kinds) -> {
                for (Kind kind : kinds) {
                    if (all.size() < count) {
                        all.add(new Difference(keys.getOrDefault(key, Map.of()), kind));
                    }
                }
            });
            named = List.copyOf(all);
        }
    }
}

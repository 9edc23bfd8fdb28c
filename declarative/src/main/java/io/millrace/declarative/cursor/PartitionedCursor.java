package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.partition.PartitionRun;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.record.SourceRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One read of a stream by partition and time.
 *
 * <p>The generating thread adds partitions, and the threads that read slices close them; {@code
 * lock} keeps them apart. A second lock is held while a state is handed over, so that states come
 * in order without that observing waits for the output.
 *
 * <p>However many partitions there are, no more than {@link #MOST_PARTITIONS} are remembered; with
 * more than {@link #MOST_WITH_STATES} of them, the state has one value for all.
 */
final class PartitionedCursor implements StreamCursor {
    /** With more partitions than this, their states are no longer part of the state. */
    static final int MOST_WITH_STATES = 10_000;

    /** The most partitions that are remembered. */
    static final int MOST_PARTITIONS = 25_000;

    /** States hold all partitions, so they come seldom. */
    private static final Duration BETWEEN_STATES = Duration.ofSeconds(5);

    /** Making states, and asking parents for theirs, may take this part of the time. */
    private static final int STATE_SHARE = 20;

    private static final Duration QUICK = Duration.ofMillis(1);

    private final DatetimePlan plan;
    private final PartitionRun run;
    private final CursorWarnings warnings;
    private final LongSupplier nanoTime;

    private final Object emission = new Object();
    private final Object lock = new Object();

    /**
     * By identity, in the order in which they became known: guarded by lock, as all that follows.
     */
    private final Map<String, Partition> partitions = new LinkedHashMap<>();

    /** Those of this read that aren't complete. */
    private final Map<String, Partition> running = new HashMap<>();

    private final TreeSet<Long> runningNumbers = new TreeSet<>();
    private final Deque<ParentMark> parentMarks = new ArrayDeque<>();
    private final HighestText highest;
    private long known;
    private long generated;
    private boolean isGlobal;
    private boolean hasAllPartitions;
    private boolean hasSeenRecords;
    private Optional<String> globalValue = Optional.empty();
    private long lookbackSeconds;
    private Optional<Map<String, Object>> parentState = Optional.empty();
    private @Nullable Long lastState;
    private long stateCost;

    /** Made when the first partition needs it, so that its failure is the stream's. */
    private @Nullable DatetimeRange range;

    // The generating thread's own:
    private long startedAt;
    private @Nullable Map<String, Object> lastParentState;
    private long parentStateAt;
    private long parentStateCost;

    /** The parents' state once all partitions up to {@code number} are complete. */
    private record ParentMark(Map<String, Object> state, long number) {}

    private static final class Partition {
        private static final long NOT_YET = -1;

        private final String key;
        private final DatetimeProgress progress;

        /** Counts the partitions of this read. */
        private long number = NOT_YET;

        private boolean isGenerated;
        private int openSlices;

        private Partition(String key, DatetimeProgress progress) {
            this.key = key;
            this.progress = progress;
        }
    }

    /**
     * @param nanoTime passes steadily, as {@link System#nanoTime} does
     */
    PartitionedCursor(
            PartitionedSync sync,
            PartitionRun run,
            Map<String, Object> state,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.plan = sync.plan();
        this.run = run;
        this.warnings = plan.warnings();
        this.highest = new HighestText(plan.formats());
        this.isGlobal = sync.isGlobal();
        load(state);
    }

    // ---------------------------------------------------------------- states that come in

    private void load(Map<String, Object> state) {
        if (state.isEmpty()) {
            return;
        }
        if (!state.containsKey("states") && !state.containsKey("state")) {
            loadGlobal(state);
        } else {
            isGlobal = Python.isTrue(state.get("use_global_cursor"));
            lookbackSeconds =
                    state.containsKey("lookback_window")
                            ? ((Number) Python.toInteger(state.get("lookback_window"))).longValue()
                            : 0;
            if (state.get("states") instanceof List<?> states) {
                states.forEach(this::loadPartition);
            }
            if (state.get("state") instanceof Map<?, ?> global) {
                loadGlobal(PartitionedSync.keyed(global));
            }
        }
        if (state.get("parent_state") instanceof Map<?, ?> parents && !parents.isEmpty()) {
            parentState = Optional.of(PartitionedSync.keyed(parents));
        }
    }

    private void loadPartition(@Nullable Object state) {
        if (state instanceof Map<?, ?> one
                && one.get("partition") instanceof Map<?, ?> partition
                && one.get("cursor") instanceof Map<?, ?> cursor) {
            known++;
            String key = key(partition);
            partitions.put(
                    key,
                    new Partition(
                            key, DatetimeProgress.load(range(), PartitionedSync.keyed(cursor))));
        }
    }

    private void loadGlobal(Map<String, Object> state) {
        Object value = state.get(plan.cursorField());
        if (state.containsKey(plan.cursorField())) {
            String text = plan.formats().print(range().parseState(value));
            globalValue = Optional.of(text);
            highest.add(text);
        }
    }

    private DatetimeRange range() {
        synchronized (lock) {
            if (range == null) {
                range = plan.resolve();
            }
            return range;
        }
    }

    /** A partition as JSON: what tells it from others, types of values included. */
    private static String key(Map<?, ?> partition) {
        return Json.dumps(partition, true, -1);
    }

    // ---------------------------------------------------------------- slices

    @Override
    public boolean generate(SliceSink sink) throws InterruptedException {
        startedAt = nanoTime.getAsLong();
        // One partition late, as the reference, which reads parents a little ahead of children.
        var ahead =
                new SliceSink() {
                    private @Nullable StreamSlice held;
                    private Optional<Map<String, Object>> heldState = Optional.empty();

                    @Override
                    public boolean accept(StreamSlice slice) throws InterruptedException {
                        StreamSlice before = held;
                        Optional<Map<String, Object>> state = heldState;
                        held = slice;
                        heldState = nextParentState();
                        return before == null || generate(before, state, sink);
                    }
                };
        boolean complete =
                run.generate(ahead)
                        && (ahead.held == null || generate(ahead.held, ahead.heldState, sink));
        synchronized (lock) {
            hasAllPartitions = complete;
        }
        return complete;
    }

    /**
     * The parents' state, if it moved. A large one is asked for less often: it may lag behind, but
     * never tell more than was read.
     */
    private Optional<Map<String, Object>> nextParentState() {
        long now = nanoTime.getAsLong();
        if (parentStateCost > QUICK.toNanos()
                && now - parentStateAt < parentStateCost * STATE_SHARE) {
            return Optional.empty();
        }
        Optional<Map<String, Object>> state = run.parentState();
        parentStateAt = nanoTime.getAsLong();
        parentStateCost = parentStateAt - now;
        if (state.isEmpty() || isSame(state.get(), lastParentState)) {
            return Optional.empty();
        }
        lastParentState = state.get();
        return state;
    }

    @SuppressWarnings("ReferenceEquality") // unchanged states are the same object
    private static boolean isSame(Map<String, Object> state, @Nullable Map<String, Object> before) {
        return state == before;
    }

    private boolean generate(
            StreamSlice slice, Optional<Map<String, Object>> parents, SliceSink sink)
            throws InterruptedException {
        DatetimeRange slices = range();
        Partition partition;
        List<Interval<Moment>> read;
        synchronized (lock) {
            limit();
            partition = add(slice);
            boolean isDuplicate = partition.number != Partition.NOT_YET;
            long number = isDuplicate ? generated - 1 : generated;
            parents.ifPresent(state -> parentMarks.add(new ParentMark(state, number)));
            if (isDuplicate) {
                warnings.duplicate();
                moveParentState();
                return true;
            }
            partition.number = generated++;
            running.put(partition.key, partition);
            runningNumbers.add(partition.number);
            read = partition.progress.read();
        }
        var ahead =
                new DatetimeRange.Sink() {
                    private @Nullable Map<String, Object> held;

                    @Override
                    public boolean accept(Map<String, Object> cursor) throws InterruptedException {
                        Map<String, Object> before = held;
                        held = cursor;
                        return before == null || emit(before, false);
                    }

                    private boolean emit(Map<String, Object> cursor, boolean isLast)
                            throws InterruptedException {
                        synchronized (lock) {
                            partition.openSlices++;
                            partition.isGenerated = isLast;
                        }
                        return sink.accept(
                                new StreamSlice(slice.partition(), cursor, slice.extraFields()));
                    }
                };
        if (!slices.generate(read, ahead)) {
            return false;
        }
        if (ahead.held != null) {
            return ahead.emit(ahead.held, true);
        }
        synchronized (lock) {
            partition.isGenerated = true; // there is nothing to read in it
            complete(partition);
        }
        return true;
    }

    /** The partition of a slice: one that has been known, or a new one. Holds the lock. */
    private Partition add(StreamSlice slice) {
        String key = key(slice.partition());
        Partition partition = partitions.get(key);
        if (partition == null) {
            partition = new Partition(key, fromGlobal());
            known++;
            partitions.put(key, partition);
        }
        return partition;
    }

    /** Where a partition starts that has no state of its own. Holds the lock. */
    private DatetimeProgress fromGlobal() {
        DatetimeRange from = range();
        if (globalValue.isEmpty()) {
            return DatetimeProgress.load(from, Map.of());
        }
        String value = globalValue.get();
        if (lookbackSeconds != 0) {
            value =
                    from.formats()
                            .print(
                                    from.formats()
                                            .parse(value)
                                            .minus(
                                                    new Span.Fixed(
                                                            lookbackSeconds
                                                                    * Moment.MICROS_PER_SECOND)));
        }
        return DatetimeProgress.load(from, Map.of(plan.cursorField(), value));
    }

    /** Keeps the number of partitions within its bounds before one more is added. */
    private void limit() {
        if (!isGlobal && known > MOST_WITH_STATES) {
            plan.inform(
                    "Stream %s has more than %d partitions: from now on its state has one value"
                                    .formatted(plan.streamName(), MOST_WITH_STATES)
                            + " for all of them.");
            isGlobal = true;
        }
        while (partitions.size() >= MOST_PARTITIONS) {
            Iterator<Partition> oldest = partitions.values().iterator();
            Partition victim = null;
            while (victim == null && oldest.hasNext()) {
                Partition candidate = oldest.next();
                victim = running.containsKey(candidate.key) ? null : candidate;
            }
            partitions.remove(victim == null ? partitions.keySet().iterator().next() : victim.key);
        }
    }

    // ---------------------------------------------------------------- reading

    @Override
    public SliceProgress open(StreamSlice slice) {
        synchronized (lock) {
            Partition partition = running.get(key(slice.partition()));
            if (partition == null) {
                throw new IllegalStateException("This slice isn't one of this cursor's");
            }
            Moment lowest = (isGlobal ? fromGlobal() : partition.progress).lowest();
            return new OpenSlice(slice, partition, new Observation(range(), lowest, warnings));
        }
    }

    private final class OpenSlice implements SliceProgress {
        private final StreamSlice slice;
        private final Partition partition;
        private final Observation observation;
        private final HighestText seen = new HighestText(plan.formats());

        private OpenSlice(StreamSlice slice, Partition partition, Observation observation) {
            this.slice = slice;
            this.partition = partition;
            this.observation = observation;
        }

        @Override
        public boolean includes(SourceRecord record) {
            return observation.includes(record);
        }

        @Override
        public void observe(SourceRecord record) {
            Moment value = observation.observe(record);
            if (value != null) {
                seen.add(value);
            }
        }

        @Override
        public Standing standing() {
            return observation.standing();
        }

        @Override
        public Optional<String> boundary() {
            synchronized (lock) {
                return isGlobal
                        ? Optional.empty()
                        : observation.boundary(partition.progress.reached());
            }
        }

        @Override
        public StreamSlice rest(StreamSlice before) {
            return observation.rest(before);
        }

        @Override
        public void close(StateSink sink) throws InterruptedException {
            boolean isDue;
            synchronized (lock) {
                hasSeenRecords |= observation.mostRecent() != null;
                highest.add(seen.text());
                if (!isGlobal) {
                    partition.progress.close(slice, observation.mostRecent());
                }
                partition.openSlices--;
                if (partition.isGenerated && partition.openSlices == 0) {
                    if (!isGlobal) {
                        highest.add(partition.progress.reached());
                    }
                    complete(partition);
                }
                isDue = isDue();
            }
            if (isDue) {
                emit(sink);
            }
        }
    }

    /** Forgets what was only needed to read a partition. Holds the lock. */
    private void complete(Partition partition) {
        running.remove(partition.key);
        runningNumbers.remove(partition.number);
        moveParentState();
    }

    /** Takes the parents' state as of the last partition before which all are complete. */
    private void moveParentState() {
        long complete = (runningNumbers.isEmpty() ? generated : runningNumbers.first()) - 1;
        while (!parentMarks.isEmpty() && parentMarks.getFirst().number <= complete) {
            parentState = Optional.of(parentMarks.removeFirst().state);
        }
    }

    // ---------------------------------------------------------------- states that go out

    /** Whether it is time for a state. Holds the lock. */
    private boolean isDue() {
        long now = nanoTime.getAsLong();
        if (lastState != null
                && now - lastState <= Math.max(BETWEEN_STATES.toNanos(), stateCost * STATE_SHARE)) {
            return false;
        }
        lastState = now;
        // One value for all moves at the very end only, so that nothing but the parents' has.
        return !isGlobal || parentState.filter(state -> !state.isEmpty()).isPresent();
    }

    private void emit(StateSink sink) throws InterruptedException {
        synchronized (emission) {
            long began = nanoTime.getAsLong();
            sink.accept(state());
            synchronized (lock) {
                stateCost = nanoTime.getAsLong() - began;
            }
        }
    }

    @Override
    public Map<String, Object> state() {
        synchronized (lock) {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("use_global_cursor", isGlobal);
            if (!isGlobal) {
                List<Object> states = new ArrayList<>(partitions.size());
                for (Partition partition : partitions.values()) {
                    Map<String, Object> one = LinkedHashMap.newLinkedHashMap(2);
                    one.put("partition", parsed(partition.key));
                    one.put("cursor", partition.progress.state());
                    states.add(one);
                }
                state.put("states", states);
            }
            globalValue.ifPresent(value -> {
                Map<String, Object> global = new LinkedHashMap<>();
                global.put(plan.cursorField(), value);
                state.put("state", global);
            });
            state.put("lookback_window", lookbackSeconds);
            parentState.ifPresent(parents -> state.put("parent_state", parents));
            return state;
        }
    }

    private static Object parsed(String key) {
        Object partition = Json.parse(key);
        return partition == null ? Map.of() : partition;
    }

    /**
     * Only a read of all partitions may move what new partitions start from, and the parents as far
     * as they were read (invariant 5). The reference moves both even where it failed to learn of
     * some partitions, and so never reads what those had before.
     */
    @Override
    public void finish(StateSink sink) throws InterruptedException {
        synchronized (lock) {
            if (running.values().stream().allMatch(partition -> partition.openSlices == 0)) {
                Optional<Map<String, Object>> parents = run.parentState();
                if (hasAllPartitions) {
                    moveGlobalValue();
                    parentState = parents;
                } else if (parents.filter(Map::isEmpty).isPresent()) {
                    parentState = parents; // there are none to tell of
                }
            }
        }
        emit(sink);
    }

    private void moveGlobalValue() {
        String reached = highest.text();
        if (hasSeenRecords && reached != null) {
            globalValue = Optional.of(reached);
            lookbackSeconds =
                    Duration.ofNanos(nanoTime.getAsLong() - startedAt)
                            .plusSeconds(1)
                            .minusNanos(1)
                            .toSeconds();
        }
    }
}

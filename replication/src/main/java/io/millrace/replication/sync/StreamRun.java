package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Json;
import io.millrace.replication.sync.Receipt.StreamReceipt;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a run knows of one stream, over all its attempts: counts, the newest durable state, the
 * outcome. Safe for all threads.
 */
final class StreamRun {
    private static final int MAX_REASONS = 20;

    private final StreamConfiguration configuration;
    private final SyncProgress progress;
    private final Map<String, Long> rejections = new LinkedHashMap<>();
    private final Set<String> columnChanges = new LinkedHashSet<>();
    private final ArrayDeque<Handed> handed = new ArrayDeque<>();

    private SyncProgress.State state = SyncProgress.State.WAITING;
    private long generation;
    private long recordsRead;
    private long gathered; // read, and in no batch that was emitted
    private long recordsCommitted;
    private long recordsRejected;
    private long valuesChanged;
    private long bytesRead;
    private long checksum;
    private @Nullable JsonNode durableState;
    private @Nullable SyncFailure failure;
    private boolean complete;
    private boolean finishing;
    private int failedAttempts;
    private long committedBeforeAttempt;

    StreamRun(StreamConfiguration configuration, SyncProgress progress) {
        this.configuration = configuration;
        this.progress = progress;
    }

    /**
     * A checkpoint that was given to the destination and is not acknowledged, with what it covers
     * of this stream.
     */
    private record Handed(Checkpoint checkpoint, long records, long checksum, long valuesChanged) {}

    StreamConfiguration configuration() {
        return configuration;
    }

    StreamName name() {
        return configuration.name();
    }

    /**
     * An attempt begins, from {@code stored}. A checkpoint whose acknowledgement got lost with a
     * connection is counted now, if it proves to be durable.
     */
    synchronized void begin(Optional<StoredCheckpoint> stored, long newGeneration) {
        settle(stored);
        handed.clear();
        generation = newGeneration;
        committedBeforeAttempt = recordsCommitted;
        finishing = false;
        failure = null;
        state = SyncProgress.State.WAITING;
    }

    /**
     * Whether the attempt before had finished the stream after all, and only its acknowledgement
     * was lost.
     */
    synchronized boolean finishedUnheard(Optional<StoredCheckpoint> stored) {
        boolean finished =
                finishing
                        && stored.filter(durable ->
                                        durable.generationComplete()
                                                && durable.generation() == generation
                                                && sameState(lastHandedState(), durable.state()))
                                .isPresent();
        if (finished) {
            acknowledgeAll();
            completed();
        }
        return finished;
    }

    private static boolean sameState(Optional<JsonNode> left, Optional<JsonNode> right) {
        return left.isPresent() == right.isPresent()
                && (left.isEmpty() || Json.equalByValue(left.get(), right.get()));
    }

    private Optional<JsonNode> lastHandedState() {
        return Optional.ofNullable(handed.peekLast())
                .map(item -> item.checkpoint.state())
                .filter(json -> !json.isNull());
    }

    private void settle(Optional<StoredCheckpoint> stored) {
        stored.flatMap(StoredCheckpoint::state)
                .ifPresent(durable -> {
                    for (Handed item : handed) {
                        if (Json.equalByValue(item.checkpoint.state(), durable)) {
                            acknowledge(item.checkpoint);
                            break;
                        }
                    }
                });
    }

    synchronized void generation(long newGeneration) {
        generation = newGeneration;
    }

    synchronized void reading() {
        state = SyncProgress.State.READING;
        tell();
    }

    synchronized void finishing() {
        finishing = true;
        state = SyncProgress.State.FINISHING;
        tell();
    }

    /** So many rows wait in a batch that is being filled. */
    synchronized void gathered(long rows) {
        gathered = rows;
        tell();
    }

    synchronized void read(long records, long bytes) {
        gathered = 0;
        recordsRead += records;
        bytesRead += bytes;
        tell();
    }

    synchronized void reject(String reason) {
        recordsRejected++;
        // Reasons name places ("line 17"): only so many are kept apart.
        if (rejections.size() < MAX_REASONS || rejections.containsKey(reason)) {
            rejections.merge(reason, 1L, Long::sum);
        } else {
            rejections.merge("further rows", 1L, Long::sum);
        }
    }

    /** {@code checkpoint} goes to the destination; it covers so much of this stream. */
    synchronized void hand(Checkpoint checkpoint, long records, long rowHashes, long changes) {
        handed.addLast(new Handed(checkpoint, records, rowHashes, changes));
    }

    /** Invariant 1: counts move when the destination has acknowledged, and not before. */
    synchronized void acknowledge(Checkpoint checkpoint) {
        if (handed.stream().noneMatch(item -> item.checkpoint.equals(checkpoint))) {
            return; // counted with a newer one
        }
        while (true) {
            Handed item = handed.removeFirst();
            recordsCommitted += item.records;
            checksum += item.checksum;
            valuesChanged += item.valuesChanged;
            durableState = item.checkpoint.state();
            if (item.checkpoint.equals(checkpoint)) {
                break;
            }
        }
        tell();
    }

    /** Everything that was handed over is durable. */
    synchronized void acknowledgeAll() {
        if (!handed.isEmpty()) {
            acknowledge(handed.peekLast().checkpoint);
        }
    }

    synchronized void completed() {
        complete = true;
        failure = null;
        state = SyncProgress.State.COMPLETE;
        tell();
    }

    /** The attempt failed; the first failure counts, since later ones mostly follow from it. */
    synchronized void failed(SyncFailure newFailure) {
        if (failure == null && !complete) {
            failure = newFailure;
            state = SyncProgress.State.FAILED;
            failedAttempts = recordsCommitted > committedBeforeAttempt ? 1 : failedAttempts + 1;
            tell();
        }
    }

    /** The run as a whole failed: what the stream's last attempt met doesn't matter any more. */
    synchronized void forgetFailure() {
        failure = null;
    }

    synchronized boolean complete() {
        return complete;
    }

    synchronized Optional<SyncFailure> failure() {
        return Optional.ofNullable(failure);
    }

    /** Failed attempts in a row without progress. */
    synchronized int failedAttempts() {
        return failedAttempts;
    }

    synchronized long recordsCommitted() {
        return recordsCommitted;
    }

    /** Its table is altered: a phrase each for a person. */
    synchronized void altered(List<String> changes) {
        for (String change : changes) {
            if (columnChanges.add(change)) {
                progress.log(LogLevel.INFO, "%s: %s".formatted(name(), change));
            }
        }
    }

    synchronized StreamReceipt receipt() {
        return new StreamReceipt(
                name(),
                configuration.mode(),
                complete,
                generation,
                recordsRead,
                recordsCommitted,
                recordsRejected,
                valuesChanged,
                bytesRead,
                checksum,
                Optional.ofNullable(durableState).filter(json -> !json.isNull()),
                Collections.unmodifiableMap(new LinkedHashMap<>(rejections)),
                List.copyOf(columnChanges));
    }

    private void tell() {
        progress.stream(name(), state, recordsRead + gathered, recordsCommitted, bytesRead);
    }
}

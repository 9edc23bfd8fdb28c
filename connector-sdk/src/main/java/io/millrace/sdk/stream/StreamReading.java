package io.millrace.sdk.stream;

import static io.millrace.protocol.connector.StreamRequest.Purpose.COMPARE;
import static io.millrace.protocol.connector.StreamRequest.Purpose.SYNC;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonRowWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One reading of a stream: it says where to go on, and takes what comes. Of a record it takes the
 * columns that were asked for, and of a value that doesn't fit its column it says so on the row
 * (invariant 6). One thread.
 *
 * <p>Its states are {@code {"cursor": …}}, {@code {"read_until": …}} for slices of time and {@code
 * {"parents": {…}}} for parents; a stream uses one of the three, or states of its own.
 */
public final class StreamReading implements AutoCloseable {
    private static final String CURSOR = "cursor";
    private static final String READ_UNTIL = "read_until";
    private static final String PARENTS = "parents";

    /** The states of parents grow with their number, so not each of them has one written. */
    private static final int RECORDS_BETWEEN_STATES_OF_PARENTS = 1_000;

    private final StreamRequest request;
    private final StreamOutput output;
    private final JsonRowWriter writer;
    private final Optional<String> cursorField;
    private @Nullable ColumnBatch batch;
    private @Nullable JsonNode highest;
    private Optional<JsonNode> compareUntil;
    private long records;

    StreamReading(StreamRequest request, StreamOutput output) {
        this.request = request;
        this.output = output;
        this.writer =
                new JsonRowWriter(
                        request.schema(),
                        JsonRowWriter.MAX_ROW_BYTES,
                        FieldChange.Reason.SOURCE_SERIALIZATION_ERROR);
        List<String> path =
                request.cursor().isEmpty() ? request.stream().defaultCursor() : request.cursor();
        this.cursorField = path.size() == 1 ? Optional.of(path.getFirst()) : Optional.empty();
        this.highest = state().map(state -> state.get(CURSOR)).orElse(null);
        this.compareUntil = compared(CURSOR);
    }

    /** What was asked for: the columns, the mode, the purpose. */
    public StreamRequest request() {
        return request;
    }

    /** The state to go on from; empty for the beginning, and for whatever isn't incremental. */
    public Optional<JsonNode> state() {
        return request.purpose() == SYNC && request.syncMode().incremental()
                ? request.state()
                : Optional.empty();
    }

    /** The highest cursor that was read before, as text; empty for the beginning. */
    public Optional<String> cursor() {
        return state().flatMap(state -> state.path(CURSOR).asStringOpt());
    }

    private Optional<JsonNode> compared(String field) {
        return request.purpose() == COMPARE && request.syncMode().incremental()
                ? request.state().map(state -> state.get(field))
                : Optional.empty();
    }

    /** Takes a record: a tree, or a Java record, whose components become fields in snake case. */
    public void record(Object record) throws InterruptedException {
        JsonNode tree = record instanceof JsonNode node ? node : RecordSchema.tree(record);
        JsonNode value = cursorField.map(tree::get).filter(each -> !each.isNull()).orElse(null);
        if (value != null) {
            if (compareUntil.isPresent() && compare(value, compareUntil.get()) > 0) {
                return; // newer than what the destination should hold
            }
            if (highest == null || compare(value, highest) > 0) {
                highest = value;
            }
        }
        ColumnBatch open = batch;
        if (open == null) {
            open = output.newBatch(request.schema());
            batch = open;
        }
        byte[] bytes = Json.mapper().writeValueAsBytes(tree);
        Optional<String> rejected = writer.write(open, bytes, 0, bytes.length);
        if (rejected.isPresent()) {
            // Invariant 3: it doesn't just disappear.
            output.reject(rejected.get());
            return;
        }
        records++;
        if (open.isFull(bytes.length)) {
            flush();
        }
    }

    /** Takes records, see {@link #record}. */
    public void records(Iterable<?> all) throws InterruptedException {
        for (Object record : all) {
            record(record);
        }
    }

    private static int compare(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue())
                : one.asString("").compareTo(other.asString(""));
    }

    /**
     * Says that everything up to the highest cursor has been given: that is where the next run goes
     * on. For records that come in the order of their cursor, or at the end of all of them.
     */
    public void checkpoint() throws InterruptedException {
        ObjectNode state = Json.object();
        if (highest != null) {
            state.set(CURSOR, highest);
        }
        checkpoint(state);
    }

    /** Says that a run that is given {@code state} has to read only what comes after this point. */
    public void checkpoint(JsonNode state) throws InterruptedException {
        // Invariant 2: what the state covers goes first.
        flush();
        if (request.purpose() == SYNC && request.syncMode().incremental()) {
            output.checkpoint(state);
        }
    }

    /** Reads one slice of time. */
    @FunctionalInterface
    public interface SliceReader {
        void read(TimeSlice slice) throws InterruptedException;
    }

    /**
     * Reads slice after slice, oldest first, each with a checkpoint behind it, from where the run
     * before had come.
     *
     * @param from where the first run begins
     * @param until where this one ends; mostly the present time, before which the API is complete
     * @param length of a slice; the last one may be shorter
     */
    public void eachSlice(Instant from, Instant until, Duration length, SliceReader reader)
            throws InterruptedException {
        if (!length.isPositive()) {
            throw new IllegalArgumentException("slices of " + length);
        }
        Instant start = state().map(state -> instant(state.path(READ_UNTIL))).orElse(from);
        Instant end = compared(READ_UNTIL).map(StreamReading::instant).orElse(until);
        while (start.isBefore(end)) {
            Instant next = start.plus(length);
            var slice = new TimeSlice(start, next.isBefore(end) ? next : end);
            reader.read(slice);
            checkpoint(Json.object().put(READ_UNTIL, slice.end().toString()));
            start = slice.end();
        }
    }

    private static Instant instant(JsonNode text) {
        try {
            return Instant.parse(text.asString(""));
        } catch (DateTimeException failure) {
            throw new SystemFailure(
                    "The stream's state has no instant in \"%s\". Reset the stream."
                            .formatted(READ_UNTIL),
                    "",
                    failure);
        }
    }

    /** Reads what belongs to one parent. */
    @FunctionalInterface
    public interface ParentReader {
        /**
         * @param cursor the highest that was read of this parent before; empty for the beginning
         */
        void read(String parent, Optional<String> cursor) throws InterruptedException;
    }

    /**
     * Reads what belongs to each of some parents, such as the comments of each ticket, with a
     * cursor for each of them. Parents that aren't there any more leave the state.
     *
     * @param parents their keys; the same parent each time under the same key
     */
    public void eachParent(Iterable<String> parents, ParentReader reader)
            throws InterruptedException {
        JsonNode before = state().map(state -> state.path(PARENTS)).orElseGet(Json::object);
        Optional<JsonNode> comparing = compared(PARENTS);
        // Those that are yet to come keep what they had, so that a run that dies loses none.
        ObjectNode seen = Json.object();
        long recordsAtState = records;
        for (String parent : parents) {
            if (comparing.isPresent()) {
                compareUntil = Optional.ofNullable(comparing.get().get(parent));
                if (compareUntil.isEmpty()) {
                    continue; // the destination has nothing of it yet
                }
            }
            highest = before.get(parent);
            reader.read(parent, Optional.ofNullable(highest).flatMap(JsonNode::asStringOpt));
            if (highest != null) {
                seen.set(parent, highest);
            }
            if (records - recordsAtState >= RECORDS_BETWEEN_STATES_OF_PARENTS) {
                checkpoint(Json.object().set(PARENTS, merged(before, seen)));
                recordsAtState = records;
            }
        }
        checkpoint(Json.object().set(PARENTS, seen));
    }

    private static ObjectNode merged(JsonNode before, ObjectNode seen) {
        ObjectNode all = Json.object();
        before.properties().forEach(each -> all.set(each.getKey(), each.getValue()));
        return all.setAll(seen);
    }

    /** Passes on what was taken. */
    void flush() throws InterruptedException {
        ColumnBatch open = batch;
        if (open != null) {
            batch = null;
            output.emit(open);
        }
    }

    /** Drops what was taken and not passed on. */
    @Override
    public void close() {
        ColumnBatch open = batch;
        if (open != null) {
            batch = null;
            open.close();
        }
    }
}

package io.millrace.connector.faker;

import io.millrace.connector.faker.FakeStream.Making;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.StreamSchema;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Makes rows. A row depends on the seed and its number alone, but for {@code updated_at} in
 * incremental modes with {@code always_updated}: there it is when the round began, as kept in the
 * state. A round is one sync, and those that resume it.
 */
final class FakerSource implements Source {
    private static final int ROWS_PER_BATCH = 16_384;

    private final FakerOptions options;
    private final Clock clock;
    private final long seed;

    FakerSource(FakerOptions options, Clock clock, long seed) {
        this.options = options;
        this.clock = clock;
        this.seed = seed;
    }

    @Override
    public void check() {
        // The options were validated, and there is nothing else to reach.
    }

    @Override
    public List<StreamDescription> discover() {
        return Arrays.stream(FakeStream.values())
                .map(stream ->
                        StreamDescription.of(StreamName.of(stream.streamName()), stream.schema())
                                .withPrimaryKey(List.of(List.of("id")))
                                .withCursor(List.of("updated_at"), true)
                                .withResumable(true))
                .toList();
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        var turns = new Semaphore(options.parallelism());
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var readings = new ArrayList<Future<?>>();
            for (StreamRequest request : plan.streams()) {
                readings.add(
                        executor.submit(() -> {
                            turns.acquire();
                            try {
                                readOrGiveUp(request, output.stream(request.name()));
                            } finally {
                                turns.release();
                            }
                            return null;
                        }));
            }
            try {
                for (Future<?> reading : readings) {
                    reading.get();
                }
            } catch (ExecutionException failure) {
                throw failure(failure.getCause());
            } finally {
                readings.forEach(reading -> reading.cancel(true));
            }
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) throws InterruptedException {
        return switch (cause) {
            case InterruptedException interrupt -> throw interrupt;
            case RuntimeException failure -> failure;
            case null, default ->
                    new SystemFailure("Records could not be made.", String.valueOf(cause), cause);
        };
    }

    private void readOrGiveUp(StreamRequest request, StreamOutput output)
            throws InterruptedException {
        try {
            read(request, output);
        } catch (SyncFailure failure) {
            output.incomplete(failure);
        }
    }

    private void read(StreamRequest request, StreamOutput output) throws InterruptedException {
        FakeStream stream =
                Arrays.stream(FakeStream.values())
                        .filter(candidate ->
                                StreamName.of(candidate.streamName()).equals(request.name()))
                        .findFirst()
                        .orElseThrow(() ->
                                new ConfigurationFailure(
                                        "The faker has no stream %s. It has users, products and purchases."
                                                .formatted(request.name())));
        long rows = stream.rows(options.count());
        Optional<Progress> last = request.state().map(FakerSource::parse);
        boolean renewed = options.alwaysUpdated() && request.syncMode().incremental();
        output.started();
        if (request.purpose() == StreamRequest.Purpose.COMPARE) {
            compare(stream, request.schema(), last, rows, output);
            output.complete();
            return;
        }
        Progress from = last.orElse(Progress.start());
        if (renewed && (last.isEmpty() || from.complete() || from.round().rows() >= rows)) {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            from =
                    last.isEmpty()
                            ? new Progress(
                                    new Progress.Round(0, Optional.of(now)),
                                    false,
                                    Optional.empty())
                            : from.nextRound(now);
        }
        make(stream, request.schema(), from, rows, output);
        output.complete();
    }

    /** Gives what has landed: the rows of the last round, and those of the one before it. */
    private void compare(
            FakeStream stream,
            StreamSchema schema,
            Optional<Progress> last,
            long rows,
            StreamOutput output)
            throws InterruptedException {
        if (last.isEmpty()) {
            emit(stream, schema, Optional.empty(), 0, rows, output);
            return;
        }
        Progress.Round round = last.get().round();
        emit(stream, schema, round.updatedAt(), 0, round.rows(), output);
        if (last.get().before().isPresent()) {
            Progress.Round before = last.get().before().get();
            emit(stream, schema, before.updatedAt(), round.rows(), before.rows(), output);
        }
    }

    private static Progress parse(JsonNode state) {
        try {
            return Progress.parse(state);
        } catch (DateTimeException failure) {
            throw new ConfigurationFailure(
                    "The state of a faker stream is none that the faker wrote. Reset the stream.",
                    failure.toString(),
                    failure);
        }
    }

    /** Goes on with a round, slice by slice. */
    private void make(
            FakeStream stream, StreamSchema schema, Progress from, long rows, StreamOutput output)
            throws InterruptedException {
        long slice = options.recordsPerSlice().orElse(8L * ROWS_PER_BATCH);
        long row = from.round().rows();
        output.estimate(Math.max(0, rows - row), -1);
        while (row < rows) {
            long end = slice >= rows - row ? rows : row + slice;
            emit(stream, schema, from.round().updatedAt(), row, end, output);
            row = end;
            if (row < rows) {
                output.checkpoint(from.at(row, false).toJson()); // invariant 2: after its rows
            }
        }
        output.checkpoint(from.at(row, true).toJson());
    }

    /** Gives the rows from {@code first} to {@code end - 1}. */
    private void emit(
            FakeStream stream,
            StreamSchema schema,
            Optional<Instant> updatedAt,
            long first,
            long end,
            StreamOutput output)
            throws InterruptedException {
        var making = new Making(new Randomness(seed, stream.streamName()), updates(updatedAt));
        var fillers = new FakeStream.Filler[schema.size()];
        for (int i = 0; i < fillers.length; i++) {
            fillers[i] = stream.filler(schema.column(i).name());
        }
        for (long row = first; row < end; row += ROWS_PER_BATCH) {
            int count = (int) Math.min(end - row, ROWS_PER_BATCH);
            ColumnBatch batch = output.newBatch(schema, count);
            boolean made = false;
            try {
                for (int i = 0; i < fillers.length; i++) {
                    fillers[i].fill(batch.vector(i), row, count, making);
                }
                batch.endRows(count);
                made = true;
            } finally {
                if (!made) {
                    batch.close();
                }
            }
            output.emit(batch);
        }
    }

    private static FakeStream.Updates updates(Optional<Instant> updatedAt) {
        if (updatedAt.isEmpty()) {
            return otherwise -> otherwise;
        }
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, updatedAt.get());
        return _ -> micros;
    }
}

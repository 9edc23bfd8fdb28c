package io.millrace.connector.devnull;

import io.millrace.connector.devnull.DevNullOptions.LoggedRecords;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the records of a run and does to them what the options ask for. For all lanes. */
final class RecordCounter {
    private static final System.Logger LOG = System.getLogger(RecordCounter.class.getPackageName());

    private final OptionalLong untilFailure;
    private final DevNullOptions.FailAs failAs;
    private final double nanosPerRecord;
    private final Optional<LoggedRecords> logged;
    private final AtomicLong all = new AtomicLong();
    private final Map<StreamName, StreamCount> streams = new ConcurrentHashMap<>();

    RecordCounter(DevNullOptions options) {
        this.untilFailure = options.recordsUntilFailure();
        this.failAs = options.failAs();
        this.nanosPerRecord = options.nanosPerRecord();
        this.logged = options.logged();
    }

    /** What is known of one stream; used by the thread of its lane. */
    private final class StreamCount {
        private final SplittableRandom random =
                logged.isPresent()
                                && logged.get()
                                        instanceof
                                        LoggedRecords.RandomSample(
                                                double _,
                                                Optional<Long> seed,
                                                long _)
                                && seed.isPresent()
                        ? new SplittableRandom(seed.get())
                        : new SplittableRandom();
        private long records;
        private long entries;

        private boolean isLogged(LoggedRecords which) {
            return switch (which) {
                case LoggedRecords.First(long most) -> entries < most;
                case LoggedRecords.EveryNth(long n, long most) ->
                        records % n == 0 && entries < most;
                case LoggedRecords.RandomSample(double ratio, Optional<Long> _, long most) ->
                        random.nextDouble() < ratio && entries < most;
            };
        }
    }

    /** Takes the rows of {@code batch}, which stays open; throws where a failure is due. */
    void take(ColumnBatch batch) throws InterruptedException {
        StreamCount count = streams.computeIfAbsent(batch.stream(), _ -> new StreamCount());
        long before = all.getAndAdd(batch.rows());
        long taken = batch.rows();
        if (untilFailure.isPresent()) {
            taken = Math.clamp(untilFailure.getAsLong() - before, 0, batch.rows());
        }
        if (nanosPerRecord > 0) {
            Thread.sleep(Duration.ofNanos((long) (taken * nanosPerRecord)));
        }
        if (logged.isPresent()) {
            log(batch, (int) taken, count, logged.get());
        } else {
            count.records += taken;
        }
        if (untilFailure.isPresent() && before + batch.rows() > untilFailure.getAsLong()) {
            throw failure(untilFailure.getAsLong());
        }
    }

    /** Tells how many records of {@code stream} were dropped. */
    void ended(StreamName stream) {
        StreamCount count = streams.get(stream);
        LOG.log(
                System.Logger.Level.DEBUG,
                "Dropped {0} records of {1}",
                count == null ? 0 : count.records,
                stream);
    }

    private static void log(ColumnBatch batch, int rows, StreamCount count, LoggedRecords which) {
        var encoder = new JsonLineEncoder(batch.schema());
        for (int row = 0; row < rows; row++) {
            count.records++;
            if (count.isLogged(which)) {
                count.entries++;
                var line = new JsonBuffer(256);
                encoder.encode(batch, row, line);
                LOG.log(
                        System.Logger.Level.INFO,
                        "{0} record {1}: {2}",
                        batch.stream(),
                        Long.toString(count.records),
                        new String(line.toBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    private SyncFailure failure(long records) {
        String message =
                "The destination was told to fail after %d records. Change fail_after, or test_destination, to go on."
                        .formatted(records);
        return switch (failAs) {
            case CONFIG_ERROR -> new ConfigurationFailure(message);
            case TRANSIENT_ERROR -> new TransientFailure(message);
            case SYSTEM_ERROR -> new SystemFailure(message);
        };
    }
}

package io.millrace.connector.postgres.destination;

import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.option.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Writes the numbers from 1 on, each with a key that comes again after 1000, and goes on from the
 * state that it finds; as a program it is killed.
 */
final class KilledWriter {
    static final int KEYS = 1000;
    private static final StreamSchema NUMBERS =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int32()),
                    Column.of("number", new ColumnType.Int64()),
                    Column.of("text", new ColumnType.Text()));

    private KilledWriter() {}

    static StreamTarget target(SyncMode mode) {
        return Harness.withCursor(Harness.target(mode.text(), mode, NUMBERS, 1), "number");
    }

    /** Arguments: host, port, database, user, password, mode, last number, seed. */
    public static void main(String[] arguments) throws Exception {
        var options =
                new PostgresDestinationOptions(
                        arguments[0],
                        Integer.parseInt(arguments[1]),
                        arguments[2],
                        "public",
                        arguments[3],
                        Optional.of(new Secret(arguments[4])),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false,
                        false,
                        Optional.empty(),
                        PostgresDestinationOptions.MetadataColumns.AIRBYTE);
        try (var harness = new Harness(options)) {
            write(
                    harness,
                    SyncMode.valueOf(arguments[5]),
                    Long.parseLong(arguments[6]),
                    new Random(Long.parseLong(arguments[7])));
        }
    }

    static void write(Harness harness, SyncMode mode, long last, Random random)
            throws InterruptedException {
        StreamTarget target = target(mode);
        try (DestinationSession session = harness.destination.open(Harness.PIPELINE)) {
            long number = state(session);
            try (DestinationLane lane = session.open(List.of(target), new Harness.Listener())) {
                while (number < last) {
                    List<Object[]> rows = new ArrayList<>();
                    int count = 1 + random.nextInt(3000);
                    for (int i = 0; i < count && number < last; i++) {
                        number++;
                        rows.add(Rows.row((int) (number % KEYS), number, "x".repeat(200)));
                    }
                    lane.write(Harness.landed(lane, target, number, rows));
                    switch (random.nextInt(4)) {
                        case 0, 1 ->
                                lane.commit(Harness.checkpoint(target, number), Harness.details());
                        case 2 -> lane.flush();
                        default -> {}
                    }
                }
                lane.finish(target.source(), Harness.checkpoint(target, number), Harness.details());
            }
        }
    }

    static long state(DestinationSession session) throws InterruptedException {
        return session.checkpoints().stream()
                .findFirst()
                .flatMap(StoredCheckpoint::state)
                .map(state -> state.path("at").asLong())
                .orElse(0L);
    }
}

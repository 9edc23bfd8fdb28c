package io.millrace.connector.duckdb.destination;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A process that writes rows with rising ids from the last checkpoint on, until it is killed. */
final class CrashWriter {
    private CrashWriter() {}

    static StreamTarget target(SyncMode mode) {
        return TestFile.target("orders", mode, 1, mode.overwrite());
    }

    public static void main(String[] arguments) throws InterruptedException {
        var file = new TestFile(Path.of(arguments[0]));
        StreamTarget target = target(SyncMode.valueOf(arguments[1]));
        long until = Long.parseLong(arguments[2]);
        var random = new Random();
        try (var destination = file.destination();
                var session = destination.open("shop")) {
            long next =
                    session.checkpoints().stream()
                            .findFirst()
                            .flatMap(StoredCheckpoint::state)
                            .map(state -> state.asLong())
                            .orElse(0L);
            try (var lane = session.open(List.of(target), new TestFile.Heard())) {
                System.out.println("writing");
                long uncovered = 0;
                while (next < until) {
                    int rows = (int) Math.min(1 + random.nextInt(3000), until - next);
                    ColumnBatch batch =
                            new ColumnBatch(
                                    file.memory, target.source(), TestFile.landed(lane), 0, rows);
                    for (int i = 0; i < rows; i++) {
                        batch.fixed(0).appendInt((int) (next + i));
                        batch.fixed(1).appendLong(next);
                        batch.endRow();
                    }
                    lane.write(batch);
                    next += rows;
                    uncovered += rows;
                    if (random.nextInt(3) == 0) {
                        lane.commit(
                                TestFile.checkpoint(
                                        target.source(), Long.toString(next), uncovered),
                                TestFile.details());
                        uncovered = 0;
                    }
                    if (random.nextInt(20) == 0) {
                        lane.flush();
                    }
                }
                lane.finish(
                        target.source(),
                        TestFile.checkpoint(target.source(), Long.toString(next), uncovered),
                        TestFile.details());
            }
        }
    }
}

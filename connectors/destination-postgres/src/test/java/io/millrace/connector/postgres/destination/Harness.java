package io.millrace.connector.postgres.destination;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.RowHasher;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.option.Secret;
import io.millrace.testkit.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Plays the sync loop to a destination in a database of a test. */
final class Harness implements AutoCloseable {
    static final String PIPELINE = "shop";

    final PostgresDestination destination;

    Harness(TestDatabase database) {
        this(
                options(
                        database,
                        "public",
                        false,
                        PostgresDestinationOptions.MetadataColumns.AIRBYTE));
    }

    Harness(PostgresDestinationOptions options) {
        destination = new PostgresDestination(options);
    }

    static PostgresDestinationOptions options(
            TestDatabase database,
            String schema,
            boolean dropCascade,
            PostgresDestinationOptions.MetadataColumns metadata) {
        return options(
                database, database.username(), database.password(), schema, dropCascade, metadata);
    }

    static PostgresDestinationOptions options(
            TestDatabase database,
            String username,
            String password,
            String schema,
            boolean dropCascade,
            PostgresDestinationOptions.MetadataColumns metadata) {
        return new PostgresDestinationOptions(
                database.host(),
                database.port(),
                database.name(),
                schema,
                username,
                Optional.of(new Secret(password)),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                dropCascade,
                false,
                Optional.empty(),
                metadata);
    }

    static StreamTarget target(String name, SyncMode mode, StreamSchema schema, long generation) {
        return new StreamTarget(
                StreamName.of("src", name),
                StreamName.of(name),
                schema,
                mode,
                mode.deduplicated() ? List.of("id") : List.of(),
                Optional.empty(),
                generation,
                mode.overwrite());
    }

    static StreamTarget withCursor(StreamTarget target, String cursor) {
        return new StreamTarget(
                target.source(),
                target.target(),
                target.schema(),
                target.syncMode(),
                target.primaryKey(),
                Optional.of(cursor),
                target.generation(),
                target.replace());
    }

    static StreamTarget withKey(StreamTarget target, String... key) {
        return new StreamTarget(
                target.source(),
                target.target(),
                target.schema(),
                target.syncMode(),
                List.of(key),
                target.cursor(),
                target.generation(),
                target.replace());
    }

    /** Collects what a lane tells. */
    static final class Listener implements LaneListener {
        final List<JsonNode> durable = new ArrayList<>();

        @Override
        public void durable(Checkpoint checkpoint) {
            durable.add(checkpoint.state());
        }

        @Override
        public void rejected(StreamName stream, String reason) {
            throw new AssertionError(stream + " rejected: " + reason);
        }
    }

    static JsonNode state(long number) {
        return JsonNodeFactory.instance.objectNode().put("at", number);
    }

    static JsonNode details() {
        return JsonNodeFactory.instance.objectNode().put("format", 1);
    }

    static Checkpoint checkpoint(StreamTarget target, long state) {
        return new Checkpoint(Optional.of(target.source()), state(state), 0, 0);
    }

    /** A batch with the landed names and types. */
    static ColumnBatch landed(
            DestinationLane lane, StreamTarget target, long extractedAt, List<Object[]> rows) {
        StreamSchema landed =
                lane.landings().stream()
                        .filter(plan -> plan.stream().equals(target.source()))
                        .findFirst()
                        .orElseThrow()
                        .landed();
        return Rows.batch(target.source(), landed, extractedAt, rows);
    }

    /** A whole run with one batch; the sum of the hashes of what was written. */
    long run(StreamTarget target, List<Object[]> rows) throws InterruptedException {
        return run(target, 1_700_000_000_000_000L, rows);
    }

    long run(StreamTarget target, long extractedAt, List<Object[]> rows)
            throws InterruptedException {
        try (DestinationSession session = destination.open(PIPELINE);
                DestinationLane lane = session.open(List.of(target), new Listener())) {
            ColumnBatch batch = landed(lane, target, extractedAt, rows);
            destination.fit(batch);
            long checksum = sum(RowHasher.hash(batch));
            lane.write(batch);
            lane.finish(target.source(), checkpoint(target, rows.size()), details());
            return checksum;
        }
    }

    /** The sum of the hashes of what has landed. */
    long readBack(StreamTarget target) throws InterruptedException {
        StreamSchema landed = destination.plan(PIPELINE, List.of(target)).getFirst().landed();
        long[] sum = {0};
        destination.readBack(
                PIPELINE,
                target,
                new ReadBackRequest(landed, new BatchMemory(64L << 20)),
                batch -> {
                    sum[0] += sum(RowHasher.hash(batch));
                    batch.close();
                });
        return sum[0];
    }

    static long sum(long[] hashes) {
        long sum = 0;
        for (long hash : hashes) {
            sum += hash;
        }
        return sum;
    }

    static StreamSchema schema(Column... columns) {
        return StreamSchema.of(columns);
    }

    @Override
    public void close() {
        destination.close();
    }
}

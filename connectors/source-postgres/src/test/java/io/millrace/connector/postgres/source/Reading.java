package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.SslMode;
import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.option.DataSize;
import io.millrace.sdk.option.Secret;
import io.millrace.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import tools.jackson.databind.JsonNode;

/** Reads streams of a test's database. */
record Reading(
        TestDatabase database,
        List<String> schemas,
        boolean xmin,
        int partitions,
        long chunkBytes,
        Duration checkpointInterval,
        Optional<Duration> lookback) {

    static Reading of(TestDatabase database) {
        return new Reading(
                database, List.of("public"), false, 2, 64 << 10, Duration.ZERO, Optional.empty());
    }

    Reading withXmin() {
        return new Reading(
                database, schemas, true, partitions, chunkBytes, checkpointInterval, lookback);
    }

    Reading withPartitions(int newPartitions) {
        return new Reading(
                database, schemas, xmin, newPartitions, chunkBytes, checkpointInterval, lookback);
    }

    Reading withChunkBytes(long newChunkBytes) {
        return new Reading(
                database, schemas, xmin, partitions, newChunkBytes, checkpointInterval, lookback);
    }

    Reading withCheckpointInterval(Duration newInterval) {
        return new Reading(database, schemas, xmin, partitions, chunkBytes, newInterval, lookback);
    }

    Reading withSchemas(String... newSchemas) {
        return new Reading(
                database,
                List.of(newSchemas),
                xmin,
                partitions,
                chunkBytes,
                checkpointInterval,
                lookback);
    }

    Reading withLookback(Duration newLookback) {
        return new Reading(
                database,
                schemas,
                xmin,
                partitions,
                chunkBytes,
                checkpointInterval,
                Optional.of(newLookback));
    }

    Source source() {
        return source(database.username(), database.password());
    }

    Source source(String user, String password) {
        return source(options(user, password, Optional.empty()));
    }

    static Source source(PostgresSourceOptions options) {
        return new PostgresSourceDefinition()
                .create(
                        options,
                        new ConnectorContext(Clock.systemUTC(), Path.of("."), Path.of(".")));
    }

    PostgresSourceOptions options(String user, String password, Optional<SslMode> ssl) {
        return new PostgresSourceOptions(
                database.host(),
                database.port(),
                database.name(),
                schemas,
                user,
                Optional.of(new Secret(password)),
                Optional.empty(),
                ssl,
                Optional.of(xmin ? new ReplicationMethod.Xmin() : new ReplicationMethod.Standard()),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(partitions),
                new DataSize(chunkBytes),
                checkpointInterval,
                lookback);
    }

    List<StreamDescription> discover() throws Exception {
        try (Source source = source()) {
            return source.discover();
        }
    }

    StreamDescription stream(String name) throws Exception {
        return discover().stream()
                .filter(stream -> stream.name().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    StreamRequest request(String name, SyncMode mode, String cursor, Optional<JsonNode> state)
            throws Exception {
        StreamDescription stream = stream(name);
        return new StreamRequest(
                stream,
                stream.schema(),
                mode,
                cursor.isEmpty() ? List.of() : List.of(cursor),
                stream.primaryKey(),
                state,
                StreamRequest.Purpose.SYNC);
    }

    CollectingOutput.Collected read(StreamRequest request) throws Exception {
        return read(request, _ -> false);
    }

    CollectingOutput.Collected read(StreamRequest request, IntPredicate crashAtCheckpoint)
            throws Exception {
        var memory = new BatchMemory(512L << 20);
        var output = new CollectingOutput(memory, crashAtCheckpoint);
        try (Source source = source()) {
            source.read(new ReadPlan(List.of(request), Optional.empty(), memory), output);
        }
        if (memory.used() != 0) {
            throw new AssertionError(memory.used() + " bytes of batches were not given back");
        }
        return output.stream(request.name());
    }

    static StreamName name(String stream) {
        return StreamName.of("public", stream);
    }
}

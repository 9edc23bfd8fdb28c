package io.millrace.replication.sync;

import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.checkpoint.CheckpointDetails;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A stream as the next sync would read and land it, for commands that look at it and change
 * nothing.
 *
 * @param stored what is durable
 * @param target as a sync would have it; with the generation that readers see
 */
public record PreparedStream(
        StreamConfiguration configuration,
        Optional<StoredCheckpoint> stored,
        StreamPlanner.Assignment assignment,
        StreamPipeline pipeline,
        StreamTarget target) {

    /** The streams of {@code request}, planned from what is durable now. */
    public static List<PreparedStream> prepare(SyncRequest request) throws InterruptedException {
        Map<io.millrace.protocol.catalog.StreamName, StoredCheckpoint> stored;
        try (DestinationSession session = request.destination().open(request.pipeline())) {
            List<StoredCheckpoint> all =
                    session.keepsCheckpoints() ? session.checkpoints() : request.local().list();
            stored =
                    all.stream()
                            .collect(
                                    Collectors.toMap(
                                            StoredCheckpoint::stream,
                                            Function.identity(),
                                            (_, b) -> b,
                                            LinkedHashMap::new));
        }
        var planner = new StreamPlanner(request.schemaChanges(), request.fullRefresh(), true);
        List<PreparedStream> prepared = new ArrayList<>();
        for (StreamConfiguration stream : request.streams()) {
            Optional<StoredCheckpoint> checkpoint = Optional.ofNullable(stored.get(stream.name()));
            StreamPlanner.Assignment assignment = planner.assign(stream, checkpoint, true);
            var pipeline =
                    new StreamPipeline(
                            stream.name(),
                            stream.mappers(),
                            assignment.readSchema(),
                            assignment.targetSchema());
            prepared.add(
                    new PreparedStream(
                            stream,
                            checkpoint,
                            assignment,
                            pipeline,
                            TargetNames.target(stream, request.naming(), pipeline, assignment)));
        }
        return prepared;
    }

    /**
     * The same with the columns as they have landed: without those that came since, and with the
     * types of the last checkpoint. The source may have other types now, or have found wider ones
     * in the midst of its values than it discovers.
     */
    public PreparedStream asLanded() {
        Optional<StreamSchema> known =
                stored.flatMap(checkpoint -> CheckpointDetails.parse(checkpoint.details()))
                        .map(CheckpointDetails::schema);
        if (known.isEmpty()) {
            return this;
        }
        StreamPlanner.Schemas schemas =
                StreamPlanner.ignoring(assignment.readSchema(), known.get());
        if (schemas.target().columns().isEmpty()) {
            return this;
        }
        var landed =
                new StreamPlanner.Assignment(
                        assignment.generation(),
                        assignment.replace(),
                        assignment.state(),
                        assignment.globalState(),
                        schemas.read(),
                        schemas.target());
        var asKnown =
                new StreamPipeline(
                        configuration.name(),
                        configuration.mappers(),
                        schemas.read(),
                        schemas.target());
        return new PreparedStream(
                configuration, stored, landed, asKnown, target.withSchema(asKnown.mappedSchema()));
    }

    /**
     * The key's columns as mapped; empty where there is none, or a mapper takes part of it away.
     */
    public List<String> keyColumns() {
        List<String> columns = new ArrayList<>();
        for (List<String> path : configuration.primaryKey()) {
            Optional<String> name =
                    path.size() == 1 ? pipeline.mappedName(path.getFirst()) : Optional.empty();
            if (name.isEmpty()) {
                return List.of();
            }
            columns.add(name.get());
        }
        return columns;
    }

    /** Whether the next sync goes on from a state. */
    public boolean goesOn() {
        return assignment.state().isPresent() || assignment.globalState().isPresent();
    }

    /** A request that doesn't look at what was synced before. */
    public StreamRequest fromTheBeginning(StreamRequest.Purpose purpose) {
        return request(purpose, Optional.empty());
    }

    public StreamRequest request(StreamRequest.Purpose purpose) {
        return request(purpose, assignment.state());
    }

    private StreamRequest request(StreamRequest.Purpose purpose, Optional<JsonNode> state) {
        return new StreamRequest(
                configuration.stream(),
                assignment.readSchema(),
                configuration.mode(),
                configuration.cursor(),
                configuration.primaryKey(),
                state,
                purpose);
    }
}

package io.millrace.replication.sync;

import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
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
     * The same with the columns as they have landed, where the source has found wider types in the
     * midst of its values than it discovers.
     */
    public PreparedStream asLanded() {
        Optional<StreamSchema> known =
                stored.flatMap(checkpoint -> CheckpointDetails.parse(checkpoint.details()))
                        .map(CheckpointDetails::schema);
        if (known.isEmpty()) {
            return this;
        }
        List<Column> columns = new ArrayList<>();
        for (Column column : assignment.targetSchema().columns()) {
            var place = known.get().indexOf(column.name());
            Column landed = place.isPresent() ? known.get().column(place.getAsInt()) : column;
            columns.add(isWide(landed.type()) ? column.withType(landed.type()) : column);
        }
        var schema = new StreamSchema(columns);
        List<ColumnType> before =
                assignment.targetSchema().columns().stream().map(Column::type).toList();
        if (schema.columns().stream().map(Column::type).toList().equals(before)) {
            return this;
        }
        var wider =
                new StreamPipeline(
                        configuration.name(),
                        configuration.mappers(),
                        assignment.readSchema(),
                        schema);
        return new PreparedStream(
                configuration, stored, assignment, wider, target.withSchema(wider.mappedSchema()));
    }

    private static boolean isWide(ColumnType type) {
        return type instanceof ColumnType.Text
                || type instanceof ColumnType.BigDecimalText
                || type instanceof ColumnType.Decimal;
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

package io.millrace.sdk.program;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.DestinationDefinition;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A source and a destination that do what their options say. */
final class SampleConnectors {
    private SampleConnectors() {}

    record Options(
            @Option("Key") Secret apiKey,
            @Option(value = "What to do", defaultValue = "\"work\"") String behaviour) {}

    static final class SampleSource implements SourceDefinition<Options> {
        @Override
        public String name() {
            return "sample";
        }

        @Override
        public String title() {
            return "Sample";
        }

        @Override
        public String description() {
            return "Gives samples.";
        }

        @Override
        public Class<Options> optionsType() {
            return Options.class;
        }

        @Override
        public Source create(Options options, ConnectorContext context) {
            return new Reading(options);
        }
    }

    private record Reading(Options options) implements Source {
        private static final StreamSchema SCHEMA =
                StreamSchema.of(
                        Column.of("id", new ColumnType.Int64()),
                        Column.of("price", new ColumnType.Float64()));

        @Override
        public void check() {
            if (options.behaviour().equals("refuse")) {
                throw new ConfigurationFailure(
                        "The key %s is refused.".formatted(options.apiKey().reveal()));
            }
        }

        @Override
        public List<StreamDescription> discover() {
            return List.of(
                    StreamDescription.of(StreamName.of("users"), SCHEMA)
                            .withPrimaryKey(List.of(List.of("id"))),
                    StreamDescription.of(StreamName.of("app", "events"), SCHEMA)
                            .withCursor(List.of("id"), true));
        }

        @Override
        public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
            for (StreamRequest request : plan.streams()) {
                var stream = output.stream(request.name());
                stream.started();
                stream.estimate(3, -1);
                int from = request.state().map(state -> state.path("id").asInt()).orElse(0);
                for (int id = from + 1; id <= 3; id++) {
                    ColumnBatch batch = stream.newBatch(request.schema());
                    for (Column column : request.schema().columns()) {
                        var vector =
                                batch.fixed(request.schema().indexOf(column.name()).getAsInt());
                        if (column.name().equals("id")) {
                            vector.appendLong(id);
                        } else {
                            vector.appendDouble(id == 2 ? Double.NaN : id + 0.5);
                        }
                    }
                    batch.endRow();
                    stream.emit(batch);
                    if (request.syncMode().incremental()) {
                        stream.checkpoint(Json.object().put("id", id));
                    }
                }
                if (options.behaviour().equals("break")) {
                    stream.incomplete(
                            new TransientFailure(
                                    "Lost it with " + options.apiKey().reveal(), "detail"));
                } else {
                    stream.complete();
                }
            }
        }
    }

    /** Keeps what is committed in a list of lines. */
    static final class SampleDestination implements DestinationDefinition<Options> {
        final List<String> landed = new ArrayList<>();

        @Override
        public String name() {
            return "sample";
        }

        @Override
        public String title() {
            return "Sample";
        }

        @Override
        public String description() {
            return "Takes samples.";
        }

        @Override
        public Class<Options> optionsType() {
            return Options.class;
        }

        @Override
        public Set<SyncMode> supportedModes() {
            return EnumSet.allOf(SyncMode.class);
        }

        @Override
        public Destination create(Options options, ConnectorContext context) {
            return new Writing(landed);
        }
    }

    private record Writing(List<String> landed) implements Destination, DestinationSession {
        @Override
        public void check() {}

        @Override
        public Set<SyncMode> supportedModes() {
            return EnumSet.allOf(SyncMode.class);
        }

        @Override
        public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) {
            return targets.stream().map(Writing::landing).toList();
        }

        private static LandingPlan landing(StreamTarget target) {
            return new LandingPlan(
                    target.source(),
                    target.target().toString(),
                    LandingPlan.Action.APPEND,
                    List.of(),
                    target.schema(),
                    target.schema().names());
        }

        @Override
        public DestinationSession open(String pipeline) {
            return this;
        }

        @Override
        public void readBack(
                String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink) {}

        @Override
        public List<StoredCheckpoint> checkpoints() {
            return List.of();
        }

        @Override
        public boolean keepsCheckpoints() {
            return true;
        }

        @Override
        public DestinationLane open(List<StreamTarget> targets, LaneListener listener) {
            return new Lane(targets.getFirst(), listener, landed);
        }

        @Override
        public void reset(Collection<StreamName> streams, boolean data) {}

        @Override
        public void saveReceipt(JsonNode receipt) {}

        @Override
        public Optional<JsonNode> loadReceipt() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    private static final class Lane implements DestinationLane {
        private final StreamTarget target;
        private final LaneListener listener;
        private final List<String> landed;
        private final List<String> written = new ArrayList<>();
        private final List<Checkpoint> taken = new ArrayList<>();

        Lane(StreamTarget target, LaneListener listener, List<String> landed) {
            this.target = target;
            this.listener = listener;
            this.landed = landed;
        }

        @Override
        public List<LandingPlan> landings() {
            return List.of(Writing.landing(target));
        }

        @Override
        public void write(ColumnBatch batch) {
            try (batch) {
                for (int row = 0; row < batch.rows(); row++) {
                    var line = new JsonBuffer(64);
                    new JsonLineEncoder(batch.schema()).encode(batch, row, line);
                    written.add(target.target() + " " + line.text());
                }
            }
        }

        @Override
        public void commit(Checkpoint checkpoint, JsonNode details) {
            taken.add(checkpoint);
        }

        @Override
        public void flush() {
            landed.addAll(written);
            written.clear();
            taken.forEach(listener::durable);
            taken.clear();
        }

        @Override
        public LandingPlan evolve(StreamTarget wider) {
            return Writing.landing(wider);
        }

        @Override
        public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details) {
            flush();
            landed.add(
                    "finished %s gen %d%s"
                            .formatted(
                                    stream,
                                    target.generation(),
                                    target.replace() ? " replacing" : ""));
        }

        @Override
        public void close() {}
    }
}

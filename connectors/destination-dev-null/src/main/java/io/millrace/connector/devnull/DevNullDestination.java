package io.millrace.connector.devnull;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnTypes;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Takes everything and keeps nothing, neither records nor checkpoints. For any thread. */
final class DevNullDestination implements Destination {
    private final DevNullOptions options;

    DevNullDestination(DevNullOptions options) {
        this.options = options;
    }

    @Override
    public void check() {
        // There is nothing that could not be reached.
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return EnumSet.allOf(SyncMode.class);
    }

    @Override
    public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) {
        return targets.stream().map(DevNullDestination::landing).toList();
    }

    static LandingPlan landing(StreamTarget target) {
        return new LandingPlan(
                target.source(),
                "nowhere (%s)".formatted(target.target()),
                target.replace() ? LandingPlan.Action.REPLACE : LandingPlan.Action.APPEND,
                List.of(),
                target.schema(),
                target.schema().columns().stream()
                        .map(Column::type)
                        .map(ColumnTypes::text)
                        .toList());
    }

    @Override
    public DestinationSession open(String pipeline) {
        return new Session(new RecordCounter(options));
    }

    @Override
    public void readBack(
            String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink) {
        throw new ConfigurationFailure(
                "The destination dev-null keeps nothing, so there is nothing to compare %s with. Use another destination to verify."
                        .formatted(target.source()));
    }

    private record Session(RecordCounter counter) implements DestinationSession {

        @Override
        public List<StoredCheckpoint> checkpoints() {
            return List.of();
        }

        @Override
        public boolean keepsCheckpoints() {
            return false;
        }

        @Override
        public DestinationLane open(List<StreamTarget> targets, LaneListener listener) {
            return new DevNullLane(targets, counter, listener);
        }

        @Override
        public void reset(Collection<StreamName> streams, boolean data) {
            // Nothing was kept that could be forgotten.
        }

        @Override
        public void saveReceipt(JsonNode receipt) {
            // Kept beside the destination, as the checkpoints are.
        }

        @Override
        public Optional<JsonNode> loadReceipt() {
            return Optional.empty();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}

package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Additional;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * A checkpoint: what was emitted before it on the same channel, in its scope, is covered
 * (reference: protocol 2.1). State is opaque and goes back as the same JSON value.
 */
public sealed interface StateMessage extends Message {

    /** What all kinds of state have beside the state itself. */
    Context context();

    StateMessage withContext(Context context);

    @Override
    default Additional envelope() {
        return context().envelope();
    }

    default StateMessage withDestinationStats(Stats stats) {
        return withContext(context().withDestinationStats(stats));
    }

    default StateMessage withSourceStats(Stats stats) {
        return withContext(context().withSourceStats(stats));
    }

    /** The state of one stream. */
    record Stream(StreamState state, Context context) implements StateMessage {
        @Override
        public Stream withContext(Context newContext) {
            return new Stream(state, newContext);
        }
    }

    /**
     * The state of all streams together.
     *
     * @param additional unknown properties inside {@code global}
     */
    record Global(
            Optional<JsonNode> sharedState,
            List<StreamState> streamStates,
            Additional additional,
            Context context)
            implements StateMessage {
        public Global {
            streamStates = List.copyOf(streamStates);
        }

        @Override
        public Global withContext(Context newContext) {
            return new Global(sharedState, streamStates, additional, newContext);
        }
    }

    /** One blob for the whole source, as old sources give it. */
    record Legacy(Optional<JsonNode> data, Context context) implements StateMessage {
        @Override
        public Legacy withContext(Context newContext) {
            return new Legacy(data, newContext);
        }
    }

    /**
     * @param state empty: the stream begins anew
     * @param descriptorAdditional unknown properties of the stream's descriptor
     */
    record StreamState(
            StreamName stream,
            Optional<JsonNode> state,
            Additional descriptorAdditional,
            Additional additional) {
        public static StreamState of(StreamName stream, JsonNode state) {
            return new StreamState(stream, Optional.of(state), Additional.NONE, Additional.NONE);
        }
    }

    /**
     * @param typed whether the kind stands on the wire; old peers leave it out, and what they sent
     *     goes back as it came
     * @param additional unknown properties of the state object, among them the platform's {@code
     *     id}
     */
    record Context(
            boolean typed,
            Optional<Stats> sourceStats,
            Optional<Stats> destinationStats,
            Additional additional,
            Additional envelope) {
        public static final Context NONE =
                new Context(
                        true, Optional.empty(), Optional.empty(), Additional.NONE, Additional.NONE);

        public Context withSourceStats(Stats stats) {
            return new Context(typed, Optional.of(stats), destinationStats, additional, envelope);
        }

        public Context withDestinationStats(Stats stats) {
            return new Context(typed, sourceStats, Optional.of(stats), additional, envelope);
        }
    }

    /**
     * Counts of records since the state before it of the same scope. On the wire they have a
     * decimal point (reference: protocol 1.3.2).
     */
    record Stats(
            OptionalLong recordCount, OptionalLong rejectedRecordCount, Additional additional) {
        public static Stats of(long recordCount) {
            return new Stats(OptionalLong.of(recordCount), OptionalLong.empty(), Additional.NONE);
        }

        public static Stats of(long recordCount, long rejectedRecordCount) {
            return new Stats(
                    OptionalLong.of(recordCount),
                    OptionalLong.of(rejectedRecordCount),
                    Additional.NONE);
        }
    }
}

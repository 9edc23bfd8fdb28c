package io.millrace.connector.faker;

import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a stream was made: the state, with the keys of Airbyte's faker and some of ours.
 *
 * @param round the one that goes on, or was the last
 * @param complete whether it gave all its rows
 * @param before the round before it; empty in the first
 */
record Progress(Round round, boolean complete, Optional<Round> before) {

    /**
     * @param rows rows from the beginning that were given
     * @param updatedAt when the round began, which is when its rows were updated; empty where rows
     *     keep the instant that their seed gives them
     */
    record Round(long rows, Optional<Instant> updatedAt) {}

    static Progress start() {
        return new Progress(new Round(0, Optional.empty()), false, Optional.empty());
    }

    /** Throws {@link java.time.DateTimeException} where it is none of ours. */
    static Progress parse(JsonNode state) {
        var round =
                new Round(state.path("loop_offset").asLong(0), instant(state.path("updated_at")));
        Optional<Round> before =
                state.path("previous").isObject()
                        ? Optional.of(parse(state.path("previous")).round())
                        : Optional.empty();
        return new Progress(round, state.path("complete").asBoolean(false), before);
    }

    private static Optional<Instant> instant(JsonNode node) {
        return node.isString() ? Optional.of(Instant.parse(node.stringValue())) : Optional.empty();
    }

    /** The same round when {@code rows} rows were given. */
    Progress at(long rows, boolean nowComplete) {
        return new Progress(new Round(rows, round.updatedAt()), nowComplete, before);
    }

    /** The beginning of the next round. */
    Progress nextRound(Instant updatedAt) {
        return new Progress(new Round(0, Optional.of(updatedAt)), false, Optional.of(round));
    }

    JsonNode toJson() {
        ObjectNode state = toJson(round);
        state.put("complete", complete);
        before.ifPresent(last -> state.set("previous", toJson(last)));
        return state;
    }

    private static ObjectNode toJson(Round round) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        round.updatedAt().ifPresent(instant -> state.put("updated_at", instant.toString()));
        state.put("loop_offset", round.rows());
        return state;
    }
}

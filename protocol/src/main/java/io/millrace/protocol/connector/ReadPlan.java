package io.millrace.protocol.connector;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What one run of a source reads.
 *
 * @param streams in the order in which they are best begun
 * @param globalState the state of all streams together, for sources that checkpoint globally; empty
 *     otherwise
 * @param memory where batches are made, with the run's budget
 */
public record ReadPlan(
        List<StreamRequest> streams,
        Optional<JsonNode> globalState,
        io.millrace.protocol.batch.BatchMemory memory) {
    public ReadPlan {
        streams = List.copyOf(streams);
    }
}

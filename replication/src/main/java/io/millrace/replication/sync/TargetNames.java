package io.millrace.replication.sync;

import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.replication.sync.StreamPlanner.Assignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a destination's view of a stream. */
public final class TargetNames {
    private TargetNames() {}

    static StreamTarget target(
            StreamConfiguration stream,
            Naming naming,
            StreamPipeline pipeline,
            Assignment assignment) {
        List<String> key = new ArrayList<>();
        if (stream.mode().deduplicated()) {
            for (List<String> path : stream.primaryKey()) {
                if (path.size() != 1) {
                    throw new ConfigurationFailure(
                            "The primary key of %s leads into a field (%s); a deduplicated mode needs columns. Name them with primary_key."
                                    .formatted(stream.name(), String.join(".", path)));
                }
                key.add(
                        pipeline.mappedName(path.getFirst())
                                .orElseThrow(() ->
                                        new ConfigurationFailure(
                                                "A mapper takes the column \"%s\" of %s away, which belongs to its primary key."
                                                        .formatted(
                                                                path.getFirst(), stream.name()))));
            }
        }
        Optional<String> cursor =
                stream.cursor().size() == 1
                        ? pipeline.orderedName(stream.cursor().getFirst())
                        : Optional.empty();
        return new StreamTarget(
                stream.name(),
                naming.target(stream.name()),
                pipeline.mappedSchema(),
                stream.mode(),
                key,
                cursor,
                assignment.generation(),
                assignment.replace());
    }
}

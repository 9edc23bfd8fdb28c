package io.millrace.connector.files.destination;

import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StreamTarget;
import java.util.Map;

/**
 * How a stream lands.
 *
 * @param folder below the root, with {@code /} between namespace and stream
 * @param columnNames landed name by the source's name, for all columns that ever were
 */
record Landing(
        StreamTarget target, String folder, LandingPlan plan, Map<String, String> columnNames) {
    Landing {
        columnNames = Map.copyOf(columnNames);
    }
}

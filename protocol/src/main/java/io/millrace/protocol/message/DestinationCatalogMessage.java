package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What a destination can do with the objects it knows: its answer to {@code discover}. */
public record DestinationCatalogMessage(
        List<Operation> operations, Additional additional, Additional envelope) implements Message {
    public DestinationCatalogMessage {
        operations = List.copyOf(operations);
    }

    /**
     * One thing that can be done with one object.
     *
     * @param matchingKeys paths by which a row finds its counterpart
     */
    public record Operation(
            String objectName,
            OpenValue<DestinationSyncMode> syncMode,
            ObjectNode jsonSchema,
            Optional<List<List<String>>> matchingKeys,
            Additional additional) {
        public Operation {
            matchingKeys = matchingKeys.map(Catalog::copyOfPaths);
        }
    }
}

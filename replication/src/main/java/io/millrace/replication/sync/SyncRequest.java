package io.millrace.replication.sync;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.replication.checkpoint.LocalCheckpoints;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/**
 * What one run is to do.
 *
 * @param pipeline the pipeline's name: its identity, checkpoints hang on it
 * @param streams what to sync, in the order in which to begin
 * @param unreadable streams that the user wants and that the source can't give, with the reason:
 *     each fails, the others run
 * @param fullRefresh reads everything into a new generation, which replaces the old one
 * @param acceptSchemaChanges lets streams go on that {@link SchemaChangePolicy#PAUSE} would stop
 * @param local where checkpoints are kept for a destination that keeps none
 * @param configurationKeeper keeps the whole new configuration of a source that sent one
 */
public record SyncRequest(
        String pipeline,
        Source source,
        Destination destination,
        List<StreamConfiguration> streams,
        Map<StreamName, SyncFailure> unreadable,
        Naming naming,
        SchemaChangePolicy schemaChanges,
        boolean fullRefresh,
        boolean acceptSchemaChanges,
        LocalCheckpoints local,
        Consumer<JsonNode> configurationKeeper,
        SyncSettings settings) {

    public SyncRequest {
        streams = List.copyOf(streams);
        unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
    }

    /** The same, with secrets taken out of what receipts keep by {@code mask}. */
    public SyncRequest withMask(UnaryOperator<String> mask) {
        return new SyncRequest(
                pipeline,
                source,
                destination,
                streams,
                unreadable,
                naming,
                schemaChanges,
                fullRefresh,
                acceptSchemaChanges,
                local,
                configurationKeeper,
                settings.withMask(mask));
    }
}

package io.millrace.connector.postgres.source;

import io.millrace.sdk.option.Alternative;
import io.millrace.sdk.option.Option;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** How an incremental sync finds what is new. */
public sealed interface ReplicationMethod {

    /** From the write-ahead log; not there yet, and refused with what to use instead. */
    @Alternative(
            field = "method",
            value = "CDC",
            title = "Read Changes using Write-Ahead Log (CDC)",
            description = "Not supported yet: use Xmin or Standard.")
    record Cdc(
            @Option("Logical decoding plugin.") Optional<String> plugin,
            @Option("Name of the replication slot.") Optional<String> replicationSlot,
            @Option("Name of the publication.") Optional<String> publication,
            @Option(value = "Not used yet.", ignored = true)
                    Optional<JsonNode> initialWaitingSeconds,
            @Option(value = "Not used yet.", ignored = true) Optional<JsonNode> queueSize,
            @Option(value = "Not used yet.", ignored = true) Optional<JsonNode> lsnCommitBehaviour,
            @Option(value = "Not used yet.", ignored = true)
                    Optional<JsonNode> heartbeatActionQuery,
            @Option(value = "Not used yet.", ignored = true)
                    Optional<JsonNode> invalidCdcCursorPositionBehavior,
            @Option(value = "Not used yet.", ignored = true)
                    Optional<JsonNode> initialLoadTimeoutHours)
            implements ReplicationMethod {}

    /** By the transaction that wrote each row. */
    @Alternative(
            field = "method",
            value = "Xmin",
            title = "Detect Changes with Xmin System Column",
            description =
                    "Reads the rows that transactions wrote since the last sync. Needs no column"
                            + " for it; scans the table.")
    record Xmin() implements ReplicationMethod {}

    /** By a column that grows with each change. */
    @Alternative(
            field = "method",
            value = "Standard",
            title = "Scan Changes with User Defined Cursor",
            description =
                    "Reads the rows whose cursor column, chosen per stream, is at or beyond the"
                            + " last sync's value.")
    record Standard() implements ReplicationMethod {}
}

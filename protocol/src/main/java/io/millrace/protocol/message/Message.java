package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;

/**
 * One line of the protocol (reference: protocol 1.2). A property that we don't know is kept, in the
 * payload's {@code additional} or, beside the payload, in {@link #envelope}; a known optional one
 * whose value is null counts as absent.
 */
public sealed interface Message
        permits RecordMessage,
                StateMessage,
                LogMessage,
                SpecMessage,
                ConnectionStatusMessage,
                CatalogMessage,
                TraceMessage,
                ControlMessage,
                DestinationCatalogMessage,
                UnknownMessage {

    /** Unknown properties beside the payload. */
    Additional envelope();
}

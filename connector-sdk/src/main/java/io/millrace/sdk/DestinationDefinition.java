package io.millrace.sdk;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.SyncMode;
import java.util.Set;

/**
 * Declares a destination. Implementations have a public constructor without parameters, and are
 * cheap to make.
 */
public non-sealed interface DestinationDefinition<C extends Record> extends ConnectorDefinition<C> {

    /** The modes that some configuration of it can do; see {@link Destination#supportedModes}. */
    Set<SyncMode> supportedModes();

    /** A destination with validated options. Connects to nothing yet. */
    Destination create(C options, ConnectorContext context);
}

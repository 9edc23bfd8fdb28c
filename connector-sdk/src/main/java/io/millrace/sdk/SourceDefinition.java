package io.millrace.sdk;

import io.millrace.protocol.connector.Source;

/**
 * Declares a source. Implementations have a public constructor without parameters, and are cheap to
 * make.
 */
public non-sealed interface SourceDefinition<C extends Record> extends ConnectorDefinition<C> {

    /** A source with validated options. Connects to nothing yet. */
    Source create(C options, ConnectorContext context);
}

/**
 * What a connector is to the rest: a flow of messages. {@link
 * io.millrace.protocol.connector.Source} gives records and checkpoints, {@link
 * io.millrace.protocol.connector.Destination} takes them and says what is durable. Both are the
 * same wherever the connector runs: in this process, in another, in a container.
 */
@NullMarked
package io.millrace.protocol.connector;

import org.jspecify.annotations.NullMarked;

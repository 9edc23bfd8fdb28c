/**
 * For those who write connectors in Java: a connector is declared once, by a {@link
 * io.millrace.sdk.SourceDefinition} or a {@link io.millrace.sdk.DestinationDefinition} that is
 * listed for {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.millrace.sdk;

import org.jspecify.annotations.NullMarked;

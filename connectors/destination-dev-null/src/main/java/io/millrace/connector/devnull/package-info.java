/**
 * A destination that keeps nothing: for measuring sources, and for trying what a sync does when its
 * destination is slow or fails. The door is {@link
 * io.millrace.connector.devnull.DevNullDestinationDefinition}.
 */
@NullMarked
package io.millrace.connector.devnull;

import org.jspecify.annotations.NullMarked;

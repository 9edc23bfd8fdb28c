/**
 * Brings a batch to the names and types with which a destination's table holds its stream. The door
 * is {@link io.millrace.replication.landing.Landing}.
 */
@NullMarked
package io.millrace.replication.landing;

import org.jspecify.annotations.NullMarked;

/**
 * How far a stream has been read: cursors over dates and counts, for a stream as a whole or for
 * each of its partitions, and the forms of their state. Doors are {@link
 * io.millrace.declarative.cursor.IncrementalSync} (the plan, and what compiles it), {@link
 * io.millrace.declarative.cursor.StreamCursor} (one read of a stream) and {@link
 * io.millrace.declarative.cursor.StateMigrations}.
 */
@NullMarked
package io.millrace.declarative.cursor;

import org.jspecify.annotations.NullMarked;

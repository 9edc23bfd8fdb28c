/**
 * Destination {@code files}: Parquet, JSON lines or CSV in a directory, {@code [NAMESPACE/]STREAM/}
 * for each stream. What begins with a dot is not data: checkpoints lie in {@code .millrace}. The
 * door is {@link io.millrace.connector.files.destination.FilesDestinationDefinition}.
 *
 * <p>A commit is the renaming of one small file that holds the checkpoints of the pipeline and the
 * number of parts that each stream has. Parts are written under hidden names before, and get their
 * names after it: whatever instant the process dies at, a reader sees no row that isn't committed,
 * and the next run finishes the renaming.
 */
@NullMarked
package io.millrace.connector.files.destination;

import org.jspecify.annotations.NullMarked;

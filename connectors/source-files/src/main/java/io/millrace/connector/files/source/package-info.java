/**
 * The source that reads files: CSV, JSON and Parquet, compressed or not. The door is {@link
 * io.millrace.connector.files.source.FilesSourceDefinition}.
 *
 * <p>A stream is a list of files ({@link io.millrace.connector.files.source.StreamFiles}); {@link
 * io.millrace.connector.files.source.StreamReading} reads those that are new or have changed, one
 * after another, through a {@link io.millrace.connector.files.source.FileReader} by format.
 */
@NullMarked
package io.millrace.connector.files.source;

import org.jspecify.annotations.NullMarked;

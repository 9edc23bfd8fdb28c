package io.millrace.declarative.record;

/**
 * A file that belongs to a record, on this machine.
 *
 * @param url its absolute path
 * @param relativePath its path below the folder of all files: the stream, and the file's own name
 * @param bytes its size
 */
public record FileReference(String url, String relativePath, long bytes) {}

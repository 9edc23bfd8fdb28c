package io.millrace.connector.files.source;

/**
 * How a CSV file is written.
 *
 * @param delimiter an ASCII character
 * @param quote an ASCII character; {@link #NO_QUOTE} where values are never quoted
 * @param lineEnd {@code \n}, before which a {@code \r} belongs to the line end too, or {@code \r}
 */
record CsvDialect(byte delimiter, int quote, byte lineEnd) {
    /** Equals no byte. */
    static final int NO_QUOTE = 256;
}

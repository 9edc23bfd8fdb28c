package io.millrace.connector.files.source;

/** How the reading of a file ended, and so what is to be looked at where the file grows. */
sealed interface Ending {

    /** Behind a line break, or where there are no lines: what comes next is a row of its own. */
    record Closed() implements Ending {}

    /**
     * With a row that no line break ends and that was taken. If there is none behind it later on
     * either, it was not whole.
     *
     * @param offset where the row begins
     * @param line its line
     */
    record Taken(long offset, long line) implements Ending {}

    /** Before a row that no line break ends, and that waits to be finished. */
    record Left() implements Ending {}

    /** As {@link Left}; the row was rejected, since nobody wrote on for a whole run. */
    record Told() implements Ending {}

    /** Written before endings were noted. */
    record Unknown() implements Ending {}
}

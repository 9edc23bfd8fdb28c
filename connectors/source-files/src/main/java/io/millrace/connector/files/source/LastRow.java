package io.millrace.connector.files.source;

/**
 * What becomes of the last row of a file where no line break ends it: a writer may be in the middle
 * of it.
 */
enum LastRow {
    /** It is taken, or rejected, as it stands. */
    TAKE,

    /** It is taken if it is whole: a closed JSON object, a CSV row with all its values. */
    IF_WHOLE,

    /**
     * As {@link #IF_WHOLE} for JSON; a CSV row is left in any case, since its last value may go on.
     */
    LEAVE
}

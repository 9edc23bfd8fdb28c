package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import java.util.Optional;

/**
 * A line that gives no message. Peers print all sorts of things, so this ends nothing by itself
 * (reference: protocol 1.1.3): plain text belongs in the log; a lost record, which is told by
 * {@link #record}, is to be counted as rejected (invariant 3).
 *
 * @param lineNumber from 1, empty lines counted
 * @param length of the line in bytes, without its end
 * @param record whether the line is, or looks like, a record
 * @param stream the record's stream, as far as it could be found out
 * @param text the line, at most {@value #MAXIMUM_TEXT} bytes of it; empty for what may hold a
 *     user's data or secrets (invariant 7)
 * @param reason for a person, with the number of the line; quotes nothing of it
 */
public record LineProblem(
        Kind kind,
        long lineNumber,
        long length,
        boolean record,
        Optional<StreamName> stream,
        String text,
        String reason) {
    static final int MAXIMUM_TEXT = 32_768;

    /** What is wrong. */
    public enum Kind {
        /** No JSON object: ordinary text. */
        NOT_JSON,

        /** A JSON object that is none of the protocol's messages, or lacks a required property. */
        NOT_A_MESSAGE,

        /** More than one value stands on the line. */
        SEVERAL_VALUES,

        /** Nested deeper than {@link io.millrace.protocol.json.Json#MAXIMUM_DEPTH}. */
        TOO_DEEP,

        /** Longer than the limit; it was never held in memory as a whole. */
        TOO_LONG,

        /** Bytes that are no UTF-8. */
        INVALID_UTF8,

        /** The input ended within the line. */
        TRUNCATED
    }
}

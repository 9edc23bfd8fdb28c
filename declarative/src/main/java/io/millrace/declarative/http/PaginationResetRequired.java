package io.millrace.declarative.http;

/**
 * The error handler found an answer after which the pages have to be read from the first one again.
 * No failure, and so without a stack trace.
 */
public final class PaginationResetRequired extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PaginationResetRequired(String requester) {
        super(
                "An answer to %s asks to read from the first page again.".formatted(requester),
                null,
                false,
                false);
    }
}

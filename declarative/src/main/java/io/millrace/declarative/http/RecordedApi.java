package io.millrace.declarative.http;

import java.io.IOException;

/** Answers requests from what was recorded of an API. Called by many threads at a time. */
@FunctionalInterface
public interface RecordedApi {
    /**
     * The answer, whose body is at hand.
     *
     * @throws IOException where there is none
     */
    Answer answer(OutgoingRequest request) throws IOException;
}

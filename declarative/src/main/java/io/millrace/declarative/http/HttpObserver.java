package io.millrace.declarative.http;

/**
 * Told about each exchange with an API, e.g. to record it. Called by the threads that send, many at
 * a time. What it sees holds secrets.
 */
@FunctionalInterface
public interface HttpObserver {
    /** Told nothing. */
    HttpObserver NONE = (_, _, _) -> {};

    /**
     * An answer has come. Its body can be looked at unless it is streamed.
     *
     * @param requester the name of the requester, mostly the stream's
     */
    void exchanged(String requester, OutgoingRequest request, Answer answer);
}

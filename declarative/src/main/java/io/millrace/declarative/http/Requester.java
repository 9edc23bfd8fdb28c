package io.millrace.declarative.http;

import java.util.Optional;

/** Sends requests of one kind. Safe for all threads. */
public interface Requester {

    /** For messages and as the key of its cache: mostly the stream's name. */
    String name();

    /**
     * Sends a request, and again where the manifest's error handler says so, with all the waiting
     * that this takes. Who gets the answer closes it.
     *
     * @return the answer; one with an error status was ignored and ends the pagination. Empty: it
     *     was ignored that there was none
     * @throws PaginationResetRequired where the error handler asks to begin with the first page
     * @throws io.millrace.protocol.failure.SyncFailure where it gave up
     */
    Optional<Answer> send(Call call) throws InterruptedException;
}

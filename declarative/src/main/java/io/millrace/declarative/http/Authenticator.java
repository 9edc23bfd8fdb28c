package io.millrace.declarative.http;

import io.millrace.sdk.http.Headers;
import java.util.Map;

/** Puts credentials into requests. Safe for all threads. */
public interface Authenticator {
    /** Sends nothing. */
    Authenticator NONE = () -> RequestOptions.EMPTY;

    /**
     * What goes into one sending of a request. It may have to fetch a token first. Asked for each
     * attempt: the first one's places all count; of a repeated one, only the headers do, which
     * replace those of the attempt before.
     */
    RequestOptions options() throws InterruptedException;

    /**
     * Headers that depend on the request, which is complete but for them. Asked right before each
     * sending; may wait until one of several credentials can be used.
     */
    default Map<String, String> sign(OutgoingRequest request) throws InterruptedException {
        return Map.of();
    }

    /** Tells what came of a request that {@link #sign} was asked about. */
    default void answered(OutgoingRequest request, int status, Headers headers) {}

    /** Whether another credential than the one of {@code request} could be used at once. */
    default boolean hasAlternative(OutgoingRequest request) {
        return false;
    }

    /** What {@link #renew} came to. */
    enum Renewal {
        /** There is nothing to renew. */
        UNSUPPORTED,
        RENEWED,
        /** It could not be renewed this time. */
        FAILED
    }

    /**
     * Gets a new token, though the present one has not expired.
     *
     * @param rejected the value of the Authorization header that the API refused; where it is not
     *     the present one any more, nothing is fetched
     * @throws io.millrace.protocol.failure.ConfigurationFailure where the credentials themselves
     *     are refused
     */
    default Renewal renew(String rejected) throws InterruptedException {
        return Renewal.UNSUPPORTED;
    }
}

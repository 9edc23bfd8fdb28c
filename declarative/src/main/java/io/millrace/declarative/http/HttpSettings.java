package io.millrace.declarative.http;

import java.util.Optional;

/**
 * How a source sends.
 *
 * @param retries whether failed requests are tried again; a test read does without
 * @param cache whether answers are kept for streams that ask the same; a test read does without
 * @param observer told about each exchange with the API
 * @param recorded who answers in place of the API; nothing goes to a network then
 */
public record HttpSettings(
        boolean retries, boolean cache, HttpObserver observer, Optional<RecordedApi> recorded) {
    /** As a sync sends. */
    public static final HttpSettings SYNC =
            new HttpSettings(true, true, HttpObserver.NONE, Optional.empty());

    /** The same, told to {@code newObserver}. */
    public HttpSettings withObserver(HttpObserver newObserver) {
        return new HttpSettings(retries, cache, newObserver, recorded);
    }

    /** The same, answered by {@code api}. */
    public HttpSettings withRecorded(RecordedApi api) {
        return new HttpSettings(retries, cache, observer, Optional.of(api));
    }
}

package io.millrace.declarative.http;

import java.time.Duration;
import java.util.Optional;

/**
 * How a source sends.
 *
 * @param retries whether failed requests are tried again; a test read does without
 * @param cache whether answers are kept for streams that ask the same; a test read does without
 * @param observer told about each exchange with the API
 * @param recorded who answers in place of the API; nothing goes to a network then
 * @param silence how long a server may say nothing, before or within an answer
 */
public record HttpSettings(
        boolean retries,
        boolean cache,
        HttpObserver observer,
        Optional<RecordedApi> recorded,
        Duration silence) {
    /** The reference would wait for ever. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    /** As a sync sends. */
    public static final HttpSettings SYNC =
            new HttpSettings(true, true, HttpObserver.NONE, Optional.empty(), SILENCE);

    /** The same, told to {@code newObserver}. */
    public HttpSettings withObserver(HttpObserver newObserver) {
        return new HttpSettings(retries, cache, newObserver, recorded, silence);
    }

    /** The same, answered by {@code api}. */
    public HttpSettings withRecorded(RecordedApi api) {
        return new HttpSettings(retries, cache, observer, Optional.of(api), silence);
    }

    /** The same for a test read: each request is sent once, and told to {@code newObserver}. */
    public HttpSettings forSample(HttpObserver newObserver) {
        return new HttpSettings(false, true, newObserver, recorded, silence);
    }

    /** The same with another patience. */
    public HttpSettings withSilence(Duration newSilence) {
        return new HttpSettings(retries, cache, observer, recorded, newSilence);
    }
}

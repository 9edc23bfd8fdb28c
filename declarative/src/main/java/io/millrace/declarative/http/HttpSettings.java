package io.millrace.declarative.http;

/**
 * How a source sends.
 *
 * @param retries whether failed requests are tried again; a test read does without
 * @param cache whether answers are kept for streams that ask the same; a test read does without
 * @param observer told about each exchange with the API
 */
public record HttpSettings(boolean retries, boolean cache, HttpObserver observer) {
    /** As a sync sends. */
    public static final HttpSettings SYNC = new HttpSettings(true, true, HttpObserver.NONE);
}

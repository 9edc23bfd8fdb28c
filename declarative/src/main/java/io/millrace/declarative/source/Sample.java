package io.millrace.declarative.source;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.protocol.failure.SyncFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a test read of a stream has shown. Requests and answers hold secrets, which whoever shows
 * them masks (invariant 7).
 *
 * @param others exchanges that belong to no page: logins, parents, schemas
 * @param schema what the records look like, all together
 * @param limited whether more could have been read
 * @param failure why reading ended early, if it did
 */
public record Sample(
        List<Slice> slices,
        List<Exchange> others,
        Map<String, Object> schema,
        boolean limited,
        Optional<SyncFailure> failure) {

    /**
     * One slice of the stream.
     *
     * @param descriptor partition and time range; empty where the stream has one slice
     */
    public record Slice(Map<String, Object> descriptor, List<Page> pages) {}

    /**
     * What one answer gave.
     *
     * @param exchanges the request and its answer; more where a page takes several requests, none
     *     where it came from a record of the parent
     * @param records as they would be emitted
     * @param schema what they look like
     */
    public record Page(
            List<Exchange> exchanges,
            List<Map<String, Object>> records,
            Map<String, Object> schema) {}

    /** A request and its answer. */
    public record Exchange(String requester, OutgoingRequest request, Answer answer) {}

    /**
     * How much is read at most.
     *
     * @param records of the whole stream
     * @param pages of each slice
     */
    public record Limits(int records, int pages, int slices) {}
}

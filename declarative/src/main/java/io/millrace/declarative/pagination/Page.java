package io.millrace.declarative.pagination;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A page that was read.
 *
 * @param answer what the API gave
 * @param response the first element that the decoder finds in the answer, made when it is asked for
 * @param found how many records were in the page, before filters
 * @param emitted how many of them passed the filters
 * @param last the last of those, as it was emitted; empty if there was none
 * @param token what the page was asked for with; empty for a first page without one
 * @param smaller how many records it was asked to have, where that is less than the manifest says
 * @param slice what it is a page of
 */
public record Page(
        Answer answer,
        Response response,
        long found,
        long emitted,
        Optional<SourceRecord> last,
        Optional<Object> token,
        OptionalLong smaller,
        StreamSlice slice) {

    /** Decodes an answer as far as templates can see it. */
    @FunctionalInterface
    public interface Response {
        /** A Python value. */
        @Nullable Object decode() throws InterruptedException;
    }
}

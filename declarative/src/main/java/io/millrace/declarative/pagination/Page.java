package io.millrace.declarative.pagination;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.record.SourceRecord;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A page that was read.
 *
 * @param answer what the API gave
 * @param response the first element that the decoder finds in the answer, made when it is asked
 *     for; null where that is None
 * @param found how many records were in the page, before filters
 * @param emitted how many of them passed the filters
 * @param last the last of those, as it was emitted; empty if there was none
 * @param token what the page was asked for with; empty for a first page without one
 */
public record Page(
        Answer answer,
        Supplier<@Nullable Object> response,
        long found,
        long emitted,
        Optional<SourceRecord> last,
        Optional<Object> token) {}

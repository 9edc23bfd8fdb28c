package io.millrace.declarative.retriever;

import io.millrace.declarative.cursor.SliceProgress;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What to do where an API wants its pages read from the first one again, such as after ten thousand
 * records: the same slice once more, or what is left of it from the highest cursor value on.
 *
 * @param split whether what was read need not be read again
 * @param limit after how many records to begin anew, whatever the API says
 */
record PaginationReset(boolean split, OptionalLong limit) {
    /** Where the manifest says nothing, an API that asks for it gets one more try. */
    static final PaginationReset ONCE = new PaginationReset(false, OptionalLong.empty());

    static PaginationReset compile(Definition retriever) {
        Optional<Definition> definition = retriever.find("pagination_reset");
        if (definition.isEmpty()) {
            return ONCE;
        }
        boolean split =
                switch (definition.get().text("action")) {
                    case "SPLIT_USING_CURSOR" -> true;
                    case "RESET" -> false;
                    default ->
                            throw definition
                                    .get()
                                    .malformed("action", "SPLIT_USING_CURSOR or RESET");
                };
        OptionalLong limit =
                definition
                        .get()
                        .find("limits")
                        .map(limits -> limits.findInteger("number_of_records"))
                        .orElseGet(OptionalLong::empty);
        if (limit.isPresent() && retriever.child("record_selector").has("record_filter")) {
            throw definition
                    .get()
                    .malformed(
                            "limits", "absent where records are filtered, which can't be counted");
        }
        return new PaginationReset(split, limit);
    }

    /** The resets of one slice. For one thread. */
    final class Resets {
        private final SliceProgress progress;
        private final boolean hasCursor;
        private int sameSlice;

        Resets(SliceProgress progress, boolean hasCursor) {
            this.progress = progress;
            this.hasCursor = hasCursor && split;
        }

        /** What is to be read instead of {@code slice}, from the first page on. */
        StreamSlice next(StreamSlice slice) {
            StreamSlice rest = hasCursor ? progress.rest(slice) : slice;
            sameSlice = rest.equals(slice) ? sameSlice + 1 : 0;
            // Without a cursor it is a retry, and there is one; with it, nothing would change.
            if (sameSlice >= (hasCursor ? 1 : 2)) {
                throw new SystemFailure(
                        "The API asked to begin with the first page again and again, and nothing"
                                + " new came of it. Give the stream a cursor with smaller steps.");
            }
            return rest;
        }
    }
}

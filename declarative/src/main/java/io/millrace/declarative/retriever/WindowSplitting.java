package io.millrace.declarative.retriever;

import io.millrace.declarative.cursor.IncrementalSync;
import io.millrace.declarative.cursor.Resolutions;
import io.millrace.declarative.http.TooMuchRequested;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a slice is read where the API finds its range of time too wide: its first half, then its
 * second, each of them halved in turn if need be.
 *
 * @param atLeast slices that aren't longer are not halved
 * @param advice for whoever reads that it was in vain; may be empty
 */
record WindowSplitting(Optional<Duration> atLeast, String advice, Compilation compilation) {
    private static final String FIELD = "request_window_splitting";

    /** Halves of halves of ...; a slice of a year is one of minutes by then. */
    private static final int MOST_SPLITS = 10;

    /** The policy of a retriever, if it has one, and one that can work with its other parts. */
    static Optional<WindowSplitting> compile(
            Definition retriever,
            Definition stream,
            boolean lazy,
            boolean hasProperties,
            Compilation compilation) {
        boolean isAsked =
                retriever
                        .find("requester")
                        .filter(TooMuchRequested.Remedy.SMALLER_WINDOW::isAskedBy)
                        .isPresent();
        Optional<Definition> definition = retriever.find(FIELD);
        if (definition.isEmpty()) {
            if (isAsked) {
                throw retriever.malformed(
                        FIELD,
                        "an object where an error handler has the action SPLIT_REQUEST_WINDOW");
            }
            return Optional.empty();
        }
        if (!isAsked) {
            compilation.log().log(
                    LogLevel.WARN,
                    "%s.%s has no effect: no response filter has the action SPLIT_REQUEST_WINDOW."
                            .formatted(retriever.path(), FIELD));
        }
        if (lazy || hasProperties || stream.has("file_uploader")) {
            throw retriever.malformed(
                    FIELD,
                    "absent where records come with their parents, in several requests by their"
                            + " properties, or with files");
        }
        Definition cursor =
                stream.find("incremental_sync")
                        .filter(found -> found.type().equals("DatetimeBasedCursor"))
                        .orElseThrow(() ->
                                retriever.malformed(
                                        FIELD, "absent where there is no DatetimeBasedCursor"));
        if (cursor.flag("is_client_side_incremental", false)) {
            throw retriever.malformed(
                    FIELD,
                    "absent with is_client_side_incremental, where requests don't tell the range");
        }
        if (!Resolutions.canHalve(cursor)) {
            throw cursor.malformed(
                    "cursor_granularity",
                    "a duration above zero that datetime_format can tell, for " + FIELD);
        }
        return Optional.of(
                new WindowSplitting(
                        definition
                                .get()
                                .findText("min_split_window")
                                .filter(text -> !text.isEmpty())
                                .map(text ->
                                        Resolutions.fixed(text)
                                                .orElseThrow(() ->
                                                        definition
                                                                .get()
                                                                .malformed(
                                                                        "min_split_window",
                                                                        "a duration above zero,"
                                                                            + " without months and"
                                                                            + " years"))),
                        definition.get().findText("failure_message").orElse("").strip(),
                        compilation));
    }

    /**
     * What to read instead of {@code slice}.
     *
     * @param splits how many times was halved to get it
     * @param given how many of its records were given already, which will come again
     * @throws TransientFailure where it can't be halved
     */
    List<StreamSlice> halves(
            StreamSlice slice,
            TooMuchRequested refused,
            int splits,
            long given,
            IncrementalSync sync) {
        List<StreamSlice> halves =
                splits < MOST_SPLITS ? sync.split(slice, atLeast) : List.<StreamSlice>of();
        if (halves.isEmpty()) {
            throw new TransientFailure(
                    "The API refuses a range of time that can't become smaller. %s"
                            .formatted(advice)
                            .strip(),
                    "%s, halved %d times. %s".formatted(slice.cursor(), splits, refused.detail()));
        }
        compilation.log().log(
                given > 0 ? LogLevel.WARN : LogLevel.INFO,
                "%s Reading %s in two halves.%s"
                        .formatted(
                                refused.getMessage(),
                                slice.cursor(),
                                given > 0
                                        ? " The %d records before come once more.".formatted(given)
                                        : ""));
        return halves;
    }
}

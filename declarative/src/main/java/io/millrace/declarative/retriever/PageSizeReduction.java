package io.millrace.declarative.retriever;

import io.millrace.declarative.http.TooMuchRequested;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.template.PageBound;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a page is asked for again where the API finds it too big: with fewer records, the page
 * otherwise the same. The size is that of a slice, so that slices that are read side by side don't
 * change each other's.
 *
 * @param factor what the size is divided by
 * @param minimum the smallest size to ask for
 * @param attempts how many times in a row a page may become smaller
 * @param backoff seconds to wait before the first of them; the n-th waits n times as long
 * @param retriesAtMinimum how many times a page of the smallest size is asked for once more
 * @param advice for whoever reads that it was in vain; may be empty
 * @param restores whether the page after one that was given has the manifest's size again
 */
record PageSizeReduction(
        double factor,
        long minimum,
        long attempts,
        double backoff,
        long retriesAtMinimum,
        String advice,
        boolean restores) {
    private static final String FIELD = "page_size_reduction";

    /** The policy of a retriever, if it has one, and one that can work with its other parts. */
    static Optional<PageSizeReduction> compile(
            Definition retriever,
            Definition stream,
            boolean lazy,
            boolean hasProperties,
            Compilation compilation) {
        boolean isAsked =
                retriever
                        .find("requester")
                        .filter(TooMuchRequested.Remedy.SMALLER_PAGE::isAskedBy)
                        .isPresent();
        Optional<Definition> definition = retriever.find(FIELD);
        if (definition.isEmpty()) {
            if (isAsked) {
                throw retriever.malformed(
                        FIELD, "an object where an error handler has the action REDUCE_PAGE_SIZE");
            }
            return Optional.empty();
        }
        if (!isAsked) {
            compilation.log().log(
                    LogLevel.WARN,
                    "%s.%s has no effect: no response filter has the action REDUCE_PAGE_SIZE."
                            .formatted(retriever.path(), FIELD));
        }
        if (lazy || hasProperties || stream.has("file_uploader")) {
            throw retriever.malformed(
                    FIELD,
                    "absent where records come with their parents, in several requests by their"
                            + " properties, or with files");
        }
        var policy = of(definition.get());
        policy.checkPages(retriever, compilation);
        return Optional.of(policy);
    }

    private static PageSizeReduction of(Definition definition) {
        double factor = number(definition, "reduction_factor", 2);
        if (!(factor > 1)) {
            throw definition.malformed("reduction_factor", "a number above 1");
        }
        double backoff = number(definition, "backoff_seconds", 0.5);
        if (!(backoff >= 0)) {
            throw definition.malformed("backoff_seconds", "a number from 0");
        }
        String reset = definition.findText("reset_policy").orElse("NEVER");
        if (!reset.equals("NEVER") && !reset.equals("AFTER_SUCCESSFUL_PAGE")) {
            throw definition.malformed("reset_policy", "NEVER or AFTER_SUCCESSFUL_PAGE");
        }
        return new PageSizeReduction(
                factor,
                integer(definition, "minimum_page_size", 1, 1),
                integer(definition, "max_attempts", 5, 1),
                backoff,
                integer(definition, "retries_at_minimum_page_size", 0, 0),
                definition.findText("failure_message").orElse("").strip(),
                reset.equals("AFTER_SUCCESSFUL_PAGE"));
    }

    private static double number(Definition definition, String field, double otherwise) {
        Object value = definition.value(field);
        return value == null ? otherwise : Python.toReal(value);
    }

    private static long integer(Definition definition, String field, long otherwise, long least) {
        long value = definition.findInteger(field).orElse(otherwise);
        if (value < least) {
            throw definition.malformed(field, "an integer from %d".formatted(least));
        }
        return value;
    }

    /** A page after one that was smaller has to begin where that one ended. */
    private void checkPages(Definition retriever, Compilation compilation) {
        Definition paginator =
                retriever
                        .find("paginator")
                        .filter(found -> found.type().equals("DefaultPaginator"))
                        .orElseThrow(() ->
                                retriever.malformed(
                                        "paginator", "a DefaultPaginator for " + FIELD));
        if (!paginator.has("page_size_option")) {
            throw paginator.malformed("page_size_option", "present for " + FIELD);
        }
        if (paginator
                .find("page_token_option")
                .filter(option -> option.type().equals("RequestPath"))
                .isPresent()) {
            throw paginator.malformed(
                    "page_token_option",
                    "a RequestOption for %s: an address that the API gave has its page size in it"
                            .formatted(FIELD));
        }
        Definition strategy = paginator.child("pagination_strategy");
        if (strategy.type().equals("PageIncrement")) {
            throw paginator.malformed(
                    "pagination_strategy",
                    "OffsetIncrement or CursorPagination for %s: pages that are counted would begin"
                                    .formatted(FIELD)
                            + " elsewhere");
        }
        Object size = strategy.value("page_size");
        if (size == null
                || (String.valueOf(size).strip().matches("[0-9]{1,18}")
                        && Long.parseLong(String.valueOf(size).strip()) <= minimum)) {
            throw strategy.malformed(
                    "page_size", "more than %s.minimum_page_size, %d".formatted(FIELD, minimum));
        }
        Optional<String> stop = strategy.findText("stop_condition").filter(text -> !text.isEmpty());
        if (stop.isEmpty() || !strategy.type().equals("CursorPagination")) {
            return;
        }
        switch (PageBound.of(stop.get(), minimum)) {
            case NONE -> {}
            case FIXED ->
                    throw strategy.malformed(
                            "stop_condition",
                            "a comparison of last_page_size with page_size for %s: a full page of a"
                                            .formatted(FIELD)
                                    + " smaller size would be taken for the last one");
            case UNCLEAR ->
                    compilation.log().log(
                            LogLevel.WARN,
                            ("%s.stop_condition must not hold for a full page that %s made smaller;"
                                            + " a comparison of last_page_size with page_size"
                                            + " doesn't.")
                                    .formatted(strategy.path(), FIELD));
        }
    }

    /** The sizes of the pages of one slice. For one thread. */
    final class Sizes {
        private final OptionalLong configured;
        private final String stream;
        private final Compilation compilation;
        private OptionalLong smaller = OptionalLong.empty();
        private long inARow;
        private long atMinimum;

        Sizes(OptionalLong configured, String stream, Compilation compilation) {
            this.configured = configured;
            this.stream = stream;
            this.compilation = compilation;
        }

        /** What to ask for instead of the manifest's size; empty for that. */
        OptionalLong smaller() {
            return smaller;
        }

        /** A page was given. */
        void succeeded() {
            inARow = 0;
            atMinimum = 0;
            if (restores) {
                smaller = OptionalLong.empty();
            }
        }

        /**
         * Waits, and makes the next page smaller.
         *
         * @throws io.millrace.protocol.failure.SyncFailure where that was done often enough
         */
        void reduce(TooMuchRequested refused) throws InterruptedException {
            long size =
                    smaller.orElseGet(() ->
                            configured.orElseThrow(() ->
                                    new ConfigurationFailure(
                                            ("Stream %s has no page size that could become"
                                                            + " smaller.")
                                                    .formatted(stream))));
            long next = Math.max(minimum, (long) Math.floor(size / factor));
            if (next >= size) {
                again(size, refused);
                return;
            }
            inARow++;
            if (inARow > attempts) {
                throw inVain(size, refused);
            }
            pause(
                    inARow,
                    "Stream %s: %s Asking for %d instead of %d records."
                            .formatted(stream, refused.getMessage(), next, size));
            smaller = OptionalLong.of(next);
        }

        private void again(long size, TooMuchRequested refused) throws InterruptedException {
            if (atMinimum < retriesAtMinimum) {
                atMinimum++;
                pause(
                        atMinimum,
                        "Stream %s: %s Asking for the same %d records once more."
                                .formatted(stream, refused.getMessage(), size));
                return;
            }
            if (smaller.isEmpty() && minimum > 1) {
                throw new ConfigurationFailure(
                        ("The page size of stream %s, %d, can't become smaller, since"
                                        + " minimum_page_size is %d. Make the page size larger.")
                                .formatted(stream, size, minimum),
                        refused.detail());
            }
            throw inVain(size, refused);
        }

        private void pause(long times, String message) throws InterruptedException {
            compilation.log().log(LogLevel.INFO, message);
            compilation.pause().sleep(Duration.ofNanos((long) (backoff * times * 1e9)));
        }

        private TransientFailure inVain(long size, TooMuchRequested refused) {
            return new TransientFailure(
                    "The API refuses the pages of stream %s, even with no more than %d records. %s"
                            .formatted(stream, size, advice)
                            .strip(),
                    refused.detail());
        }
    }
}

package io.millrace.declarative.retriever;

import io.millrace.declarative.cursor.IncrementalSync;
import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.Call;
import io.millrace.declarative.http.PaginationResetRequired;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.http.Requester;
import io.millrace.declarative.http.TooMuchRequested;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.pagination.Page;
import io.millrace.declarative.pagination.Paginator;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.selection.RecordSelector;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.sdk.http.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The loop over the pages of a slice (reference: declarative 5.1). */
public final class SimpleRetriever implements Retriever {
    private final Requester requester;
    private final Decoder decoder;
    private final RecordSelector selector;
    private final Paginator paginator;
    private final IncrementalSync sync;
    private final PaginationReset reset;
    private final boolean sliceOptionsOnFirstPageOnly;
    private final boolean lazy;
    private final Optional<QueryProperties> properties;
    private final Optional<PageSizeReduction> reduction;
    private final Optional<WindowSplitting> splitting;
    private final Compilation compilation;
    private final Context context;

    private SimpleRetriever(
            Definition definition,
            Definition stream,
            Requester requester,
            Decoder decoder,
            RecordSelector selector,
            IncrementalSync sync,
            boolean lazy,
            Optional<QueryProperties> properties,
            Compilation compilation) {
        this.requester = requester;
        this.decoder = decoder;
        this.selector = selector;
        this.sync = sync;
        this.lazy = lazy;
        this.properties = properties;
        this.paginator = Paginator.compile(definition.find("paginator"), compilation);
        requireCountable(definition);
        this.reduction =
                PageSizeReduction.compile(
                        definition, stream, lazy, properties.isPresent(), compilation);
        this.splitting =
                WindowSplitting.compile(
                        definition, stream, lazy, properties.isPresent(), compilation);
        this.compilation = compilation;
        this.reset = PaginationReset.compile(definition);
        this.sliceOptionsOnFirstPageOnly =
                definition.flag("ignore_stream_slicer_parameters_on_paginated_requests", false);
        this.context = compilation.context();
    }

    /** Offsets go by what the API counts of a page, not by what several lists of it add up to. */
    private static void requireCountable(Definition definition) {
        boolean byOffset =
                definition
                        .find("paginator")
                        .flatMap(paginator -> paginator.find("pagination_strategy"))
                        .filter(strategy -> strategy.type().equals("OffsetIncrement"))
                        .isPresent();
        if (byOffset
                && definition
                        .find("record_selector")
                        .filter(RecordSelector::addsPages)
                        .isPresent()) {
            throw new ConfigurationFailure(
                    ("The manifest is not valid: %s has an OffsetIncrement, which can't count the"
                                    + " records of a CombinedExtractor that adds lists up.")
                            .formatted(definition.path()));
        }
    }

    /**
     * A retriever of the parts that {@code definition} names.
     *
     * @param stream whose records it reads; empty where they are no stream's
     * @param lazy whether first pages may stand in the slices, see {@link PartitionRouter#isLazy}
     * @param properties what to ask for in each page, perhaps in several requests
     */
    public static SimpleRetriever compile(
            Definition definition,
            Definition stream,
            Requester requester,
            Decoder decoder,
            RecordSelector selector,
            IncrementalSync sync,
            boolean lazy,
            Optional<QueryProperties> properties,
            Compilation compilation) {
        return new SimpleRetriever(
                definition,
                stream,
                requester,
                decoder,
                selector,
                sync,
                lazy,
                properties,
                compilation);
    }

    @Override
    public void read(StreamSlice slice, SliceRead read, PageSink sink) throws InterruptedException {
        read(slice, read, sink, 0);
    }

    /**
     * Reads a slice, or its halves one after the other where the API finds it too wide. All that
     * they give belongs to the slice that was asked for, which is closed when all is read
     * (invariant 2).
     */
    private void read(StreamSlice slice, SliceRead read, PageSink sink, int splits)
            throws InterruptedException {
        var loop = new Loop(slice, read, sink);
        try {
            loop.run();
        } catch (TooMuchRequested refused) {
            WindowSplitting policy = splitting.orElseThrow(() -> unsupported(refused));
            for (StreamSlice half : policy.halves(slice, refused, splits, loop.given, sync)) {
                read(half, read, sink, splits + 1);
            }
        }
    }

    private SyncFailure unsupported(TooMuchRequested refused) {
        return new SystemFailure(
                ("An error handler of %s answers with %s, and its retriever isn't made for that."
                                + " Look at the manifest.")
                        .formatted(requester.name(), refused.remedy().action()),
                refused.detail());
    }

    /** The pages of one slice. */
    private final class Loop implements RecordSink {
        private final SliceRead read;
        private final PageSink sink;
        private final PaginationReset.Resets resets;
        private StreamSlice slice;
        private Optional<Object> token = paginator.first();
        private Optional<Object> tokenBefore = Optional.empty();
        private byte[] pageBefore = new byte[0];
        private long sinceReset;
        private long emitted;
        private long given;
        private final Optional<PageSizeReduction.Sizes> sizes;
        private OptionalLong smaller = OptionalLong.empty();
        private Optional<SourceRecord> last = Optional.empty();

        Loop(StreamSlice slice, SliceRead read, PageSink sink) {
            this.slice = slice;
            this.read = read;
            this.sink = sink;
            this.sizes =
                    reduction.map(policy ->
                            policy.new Sizes(paginator.pageSize(), requester.name(), compilation));
            this.resets = reset.new Resets(read.progress(), sync.cursorField().isPresent());
        }

        void run() throws InterruptedException {
            boolean inSlice = lazy && read.fresh();
            boolean more = true;
            while (more) {
                try {
                    if (inSlice) {
                        more = page(answerInSlice());
                    } else if (properties.isPresent()) {
                        more = pageOfProperties(properties.get());
                    } else {
                        more = page(answer());
                    }
                    sizes.ifPresent(PageSizeReduction.Sizes::succeeded);
                } catch (PaginationResetRequired _) {
                    beginAnew();
                } catch (TooMuchRequested refused) {
                    if (refused.remedy() != TooMuchRequested.Remedy.SMALLER_PAGE) {
                        throw refused;
                    }
                    // The same page once more: nothing of it was given yet.
                    sizes.orElseThrow(() -> unsupported(refused)).reduce(refused);
                }
                inSlice = false;
            }
        }

        private void beginAnew() {
            slice = resets.next(slice);
            token = paginator.first();
            tokenBefore = Optional.empty();
            sinceReset = 0;
        }

        private Optional<Answer> answer() throws InterruptedException {
            smaller = sizes.map(PageSizeReduction.Sizes::smaller).orElseGet(OptionalLong::empty);
            RequestOptions options = paginator.options(token, smaller);
            if (!sliceOptionsOnFirstPageOnly || token.isEmpty()) {
                options = options.combine(sync.options(slice));
            }
            return requester.send(
                    new Call(
                            Call.variables(context, slice, token.orElse(null)),
                            paginator.path(token),
                            options));
        }

        /** What the record of the parent has of the first page, as if the API had answered it. */
        private Optional<Answer> answerInSlice() {
            Object value = slice.extraFields().get(PartitionRouter.CHILD_RESPONSE);
            return Optional.of(
                    Answer.of(
                            200,
                            requester.name(),
                            Headers.NONE,
                            Json.dumps(value).getBytes(StandardCharsets.UTF_8)));
        }

        /** Reads a page; whether there is another one. */
        private boolean page(Optional<Answer> given) throws InterruptedException {
            if (given.isEmpty()) {
                return false;
            }
            try (Answer answer = given.get()) {
                if (answer.isError()) {
                    return false;
                }
                emitted = 0;
                last = Optional.empty();
                return isFollowed(answer, select(answer, this));
            }
        }

        private long select(Answer answer, RecordSink into) throws InterruptedException {
            return selector.select(
                    answer, context.with("stream_slice", slice), read.progress()::includes, into);
        }

        /**
         * Reads a page in as many requests as its properties need; whether there is another one,
         * which the last answer decides.
         */
        private boolean pageOfProperties(QueryProperties wanted) throws InterruptedException {
            emitted = 0;
            last = Optional.empty();
            Map<List<Object>, Map<String, Object>> merged = new LinkedHashMap<>();
            RecordSink into = wanted.merges() ? record -> merge(wanted, record, merged) : this;
            Optional<Answer> answer = Optional.empty();
            long found = 0;
            for (List<Object> names : wanted.chunks()) {
                answer.ifPresent(Answer::close);
                slice =
                        new StreamSlice(
                                slice.partition(),
                                slice.cursor(),
                                Map.of(QueryProperties.VARIABLE, names));
                answer = answer();
                if (answer.isPresent() && !answer.get().isError()) {
                    found = select(answer.get(), into);
                }
            }
            for (Map<String, Object> record : merged.values()) {
                accept(SourceRecord.ofValue(record));
            }
            try (Answer closed = answer.orElse(null)) {
                return closed != null && !closed.isError() && isFollowed(closed, found);
            }
        }

        private void merge(
                QueryProperties wanted,
                SourceRecord record,
                Map<List<Object>, Map<String, Object>> merged)
                throws InterruptedException {
            Optional<List<Object>> key = wanted.key(record);
            if (key.isEmpty()) {
                accept(record);
                return;
            }
            QueryProperties.merge(
                    merged.computeIfAbsent(key.get(), _ -> new LinkedHashMap<>()), record.fields());
        }

        /** Ends a page whose records were given; whether there is another one. */
        private boolean isFollowed(Answer answer, long found) throws InterruptedException {
            sink.endPage();
            sinceReset += emitted;
            if (reset.limit().isPresent() && sinceReset >= reset.limit().getAsLong()) {
                beginAnew();
                return true;
            }
            if (isPastTheRange()) {
                return false;
            }
            Optional<Object> next =
                    paginator.after(
                            new Page(
                                    answer,
                                    () -> decoder.first(answer),
                                    found,
                                    emitted,
                                    last,
                                    token,
                                    smaller,
                                    slice));
            requireProgress(next, answer);
            tokenBefore = token;
            token = next;
            return next.isPresent();
        }

        /** A feed, newest first, is over at the first record that is known already. */
        private boolean isPastTheRange() {
            return sync.isDataFeed() && last.isPresent() && !read.progress().includes(last.get());
        }

        /**
         * An API that answers a token with the same page and the same token again would be asked
         * for ever. (The same token alone is fine: some keep one for all pages of a search.)
         */
        private void requireProgress(Optional<Object> next, Answer answer) {
            if (next.isEmpty() || !next.equals(token) || answer.isStreamed()) {
                pageBefore = new byte[0];
                return;
            }
            byte[] page = answer.bytes();
            if (tokenBefore.equals(token) && Arrays.equals(page, pageBefore)) {
                throw new SystemFailure(
                        ("The API gave %s the same page twice in a row, and the same token for the"
                             + " next one. Does the manifest send the token where the API expects"
                             + " it?")
                                .formatted(requester.name()));
            }
            pageBefore = page;
        }

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            emitted++;
            last = Optional.of(record);
            if (sync.isDataFeed() && !read.progress().includes(record)) {
                return;
            }
            read.progress().observe(record);
            given++;
            sink.accept(record);
        }
    }
}

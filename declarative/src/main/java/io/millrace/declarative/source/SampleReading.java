package io.millrace.declarative.source;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.HttpObserver;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.retriever.PageSink;
import io.millrace.declarative.schema.SchemaInference;
import io.millrace.declarative.stream.DeclarativeStream;
import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A test read: slice by slice and page by page, in one thread. */
final class SampleReading implements HttpObserver {
    private final Sample.Limits limits;
    private final String stream;
    private final SchemaInference all = new SchemaInference();
    private final List<Sample.Slice> slices = new ArrayList<>();
    private final List<Sample.Exchange> others = new ArrayList<>();
    private List<Sample.Exchange> exchanges = new ArrayList<>();
    private boolean limited;

    /** Ends the reading of a slice, or of all, where enough was read. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super(null, null, false, false);
        }
    }

    SampleReading(String stream, Sample.Limits limits) {
        this.stream = stream;
        this.limits = limits;
    }

    /** Parents are read by the same thread, under their own names. */
    @Override
    public synchronized void exchanged(String requester, OutgoingRequest request, Answer answer) {
        var exchange = new Sample.Exchange(requester, request, answer);
        if (requester.equals(stream)) {
            exchanges.add(exchange);
        } else {
            others.add(exchange);
        }
    }

    Sample run(DeclarativeStream plan) throws InterruptedException {
        List<List<String>> keys = new ArrayList<>(plan.primaryKey());
        plan.cursorField().ifPresent(cursor -> keys.add(List.of(cursor)));
        Optional<SyncFailure> failure = Optional.empty();
        try {
            StreamRead read = plan.start(Map.of());
            boolean whole = read.generate(slice -> readSlice(read, slice));
            limited |= !whole;
        } catch (RuntimeException error) {
            failure = Optional.of(Failures.of(error, stream));
            keepUnread();
        }
        return new Sample(slices, others, all.schema(keys), limited, failure);
    }

    private boolean readSlice(StreamRead read, StreamSlice slice) throws InterruptedException {
        if (slices.size() >= limits.slices() || all.count() >= limits.records()) {
            limited = true;
            return false;
        }
        var pages = new ArrayList<Sample.Page>();
        Map<String, Object> descriptor = new LinkedHashMap<>(slice.partition());
        descriptor.putAll(slice.cursor());
        slices.add(new Sample.Slice(descriptor, pages));
        var sink = new Pages(pages);
        StreamRead.Slice open = read.open(slice);
        try {
            open.read(sink);
        } catch (Enough _) {
            limited = true;
        } finally {
            sink.keep();
        }
        open.close(_ -> {});
        return true;
    }

    /** What was asked last, and led to the failure. */
    private void keepUnread() {
        others.addAll(exchanges);
        exchanges = new ArrayList<>();
    }

    /** Gathers the records of each page, with the exchange that they came by. */
    private final class Pages implements PageSink {
        private final List<Sample.Page> pages;
        private List<Map<String, Object>> records = new ArrayList<>();

        Pages(List<Sample.Page> pages) {
            this.pages = pages;
        }

        @Override
        public void accept(SourceRecord record) {
            if (!record.isObject()) {
                throw new SystemFailure(
                        "A record is no object. Point the extractor's field_path at objects.");
            }
            records.add(record.fields());
            all.accept(record.fields());
            if (all.count() >= limits.records()) {
                throw new Enough();
            }
        }

        @Override
        public void endPage() {
            keep();
            if (pages.size() >= limits.pages()) {
                throw new Enough();
            }
        }

        /** Makes a page of what has come since the last one. */
        void keep() {
            if (exchanges.isEmpty() && records.isEmpty()) {
                return;
            }
            var schema = new SchemaInference();
            records.forEach(schema::accept);
            pages.add(new Sample.Page(exchanges, records, schema.schema(List.of())));
            exchanges = new ArrayList<>();
            records = new ArrayList<>();
        }
    }
}

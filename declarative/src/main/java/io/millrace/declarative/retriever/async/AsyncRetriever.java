package io.millrace.declarative.retriever.async;

import io.millrace.declarative.cursor.IncrementalSync;
import io.millrace.declarative.cursor.SliceProgress;
import io.millrace.declarative.cursor.StateSink;
import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.retriever.PageSink;
import io.millrace.declarative.retriever.Retriever;
import io.millrace.declarative.retriever.SimpleRetriever;
import io.millrace.declarative.retriever.SliceRead;
import io.millrace.declarative.selection.RecordSelector;
import io.millrace.declarative.selection.Selection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Has an API prepare the records of each slice in a job, and downloads them. Jobs run while other
 * slices are being downloaded; a slice is given on when its job is done.
 */
public final class AsyncRetriever implements Retriever {
    /** The extra field by which a slice that is given on carries its job. */
    private static final String JOB = "stream_job";

    private static final long USUAL_TIMEOUT_MINUTES = 60;

    private final JobApi api;
    private final JobLife life;
    private final JobSlots slots;
    private final SimpleRetriever download;
    private final RecordSelector selector;
    private final Context context;

    private AsyncRetriever(
            JobApi api,
            JobLife life,
            JobSlots slots,
            SimpleRetriever download,
            RecordSelector selector,
            Context context) {
        this.api = api;
        this.life = life;
        this.slots = slots;
        this.download = download;
        this.selector = selector;
        this.context = context;
    }

    /**
     * The retriever that {@code definition} describes.
     *
     * @param name of the stream
     * @param selection what the records are selected with after their download
     * @param whole a plan of one slice, without cursor
     */
    public static AsyncRetriever compile(
            Definition definition,
            String name,
            Selection selection,
            IncrementalSync whole,
            JobSlots slots,
            HttpEngine engine) {
        Compilation compilation = engine.compilation();
        var api = new JobApi(definition, name, engine);
        Optional<Duration> beforeRetry =
                seconds(definition, "failed_retry_wait_time_in_seconds", compilation);
        if (beforeRetry.filter(wait -> !wait.isPositive()).isPresent()) {
            throw definition.malformed("failed_retry_wait_time_in_seconds", "1 or more");
        }
        Duration timeout =
                Duration.ofMinutes(
                        integer(definition, "polling_job_timeout", compilation)
                                .orElse(USUAL_TIMEOUT_MINUTES));
        Decoder decoder = Decoder.compile(definition, "download_decoder", compilation);
        Definition extractor =
                definition
                        .find("download_extractor")
                        .orElse(
                                Definition.of(
                                        Map.of("type", "DpathExtractor", "field_path", List.of()),
                                        definition.path() + ".download_extractor"));
        Definition selectorOfDownload =
                Definition.of(
                        Map.of("type", "RecordSelector", "extractor", extractor.fields()),
                        definition.path());
        Definition pages =
                Definition.of(
                        definition
                                .find("download_paginator")
                                .<Map<String, Object>>map(
                                        paginator -> Map.of("paginator", paginator.fields()))
                                .orElse(Map.of()),
                        definition.path());
        boolean streamed = decoder.streams() || extractor.type().equals("ResponseToFileExtractor");
        SimpleRetriever download =
                SimpleRetriever.compile(
                        pages,
                        pages,
                        engine.requester(
                                definition.child("download_requester"),
                                "job download - " + name,
                                streamed),
                        decoder,
                        RecordSelector.compile(
                                selectorOfDownload, compilation, Selection.of(decoder)),
                        whole,
                        false,
                        Optional.empty(),
                        compilation);
        return new AsyncRetriever(
                api,
                new JobLife(api, timeout, beforeRetry, name, compilation),
                slots,
                download,
                RecordSelector.compile(definition.child("record_selector"), compilation, selection),
                compilation.context());
    }

    private static Optional<Duration> seconds(
            Definition definition, String field, Compilation compilation) {
        OptionalLong seconds = integer(definition, field, compilation);
        return seconds.isPresent()
                ? Optional.of(Duration.ofSeconds(seconds.getAsLong()))
                : Optional.empty();
    }

    private static OptionalLong integer(
            Definition definition, String field, Compilation compilation) {
        Optional<InterpolatedString> template = compilation.findString(definition, field);
        if (template.isEmpty() || !Python.isTrue(definition.value(field))) {
            return OptionalLong.empty();
        }
        try {
            Object value = Python.toInteger(template.get().evaluate(compilation.context()));
            return OptionalLong.of(((Number) value).longValue());
        } catch (PythonError _) {
            throw definition.malformed(field, "an integer for this configuration");
        }
    }

    @Override
    public boolean generate(SliceSource slices, SliceSink sink) throws InterruptedException {
        try (var run = new JobRun(life, slots, job -> sink.accept(withJob(job)))) {
            return slices.generate(run::take) && run.finish();
        }
    }

    private static StreamSlice withJob(Job job) {
        return new StreamSlice(job.slice().partition(), job.slice().cursor(), Map.of(JOB, job));
    }

    @Override
    public void read(StreamSlice slice, SliceRead read, PageSink sink) throws InterruptedException {
        if (!(slice.extraFields().get(JOB) instanceof Job job)) {
            throw new IllegalStateException("Slices are read as they were generated.");
        }
        RecordSink selected =
                selector.pipeline(
                        context.with("stream_slice", job.slice()),
                        read.progress()::includes,
                        record -> {
                            read.progress().observe(record);
                            sink.accept(record);
                        });
        for (Object target : api.targets(job)) {
            download.read(
                    JobApi.download(job, target),
                    new SliceRead(UNWATCHED, false),
                    new PageSink() {
                        @Override
                        public void accept(SourceRecord record) throws InterruptedException {
                            selected.accept(record);
                        }

                        @Override
                        public void endPage() throws InterruptedException {
                            sink.endPage();
                        }
                    });
        }
        api.delete(job);
    }

    /** Records are watched after they were selected, not as they are downloaded. */
    private static final SliceProgress UNWATCHED =
            new SliceProgress() {
                @Override
                public boolean includes(SourceRecord record) {
                    return true;
                }

                @Override
                public void observe(SourceRecord record) {
                    // Seen later, if it is kept.
                }

                @Override
                public StreamSlice rest(StreamSlice slice) {
                    return slice;
                }

                @Override
                public void close(StateSink sink) {
                    // The slice is closed by whoever opened it.
                }
            };
}

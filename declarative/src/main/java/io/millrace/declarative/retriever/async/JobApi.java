package io.millrace.declarative.retriever.async;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.Call;
import io.millrace.declarative.http.HeaderViews;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.http.Requester;
import io.millrace.declarative.http.TooMuchRequested;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.selection.RecordExtractor;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The requests about jobs. Immutable; safe for all threads. */
final class JobApi {
    private final Requester creation;
    private final Requester polling;
    private final Optional<Requester> targets;
    private static final List<String> REQUESTERS =
            List.of(
                    "creation_requester",
                    "polling_requester",
                    "download_target_requester",
                    "download_requester",
                    "abort_requester",
                    "delete_requester");

    private final Optional<Requester> abortion;
    private final Optional<Requester> deletion;
    private final RecordExtractor statusExtractor;
    private final JobStatus.Words statuses;
    private final Optional<RecordExtractor> targetExtractor;
    private final Context context;

    JobApi(Definition definition, String name, HttpEngine engine) {
        for (String field : REQUESTERS) {
            definition.find(field).ifPresent(TooMuchRequested::refuse);
        }
        Decoder decoder = Decoder.compile(definition, "decoder", engine.compilation());
        this.creation =
                engine.requester(
                        definition.child("creation_requester"), "job creation - " + name, false);
        this.polling =
                engine.requester(
                        definition.child("polling_requester"), "job polling - " + name, false);
        this.targets =
                definition
                        .find("download_target_requester")
                        .map(found -> engine.requester(found, "job targets - " + name, false));
        this.abortion =
                definition
                        .find("abort_requester")
                        .map(found -> engine.requester(found, "job abort - " + name, false));
        this.deletion =
                definition
                        .find("delete_requester")
                        .map(found -> engine.requester(found, "job delete - " + name, false));
        this.statusExtractor =
                RecordExtractor.compile(
                        definition.child("status_extractor"), decoder, engine.compilation());
        this.statuses = JobStatus.Words.compile(definition.child("status_mapping"));
        this.targetExtractor =
                definition
                        .find("download_target_extractor")
                        .map(found ->
                                RecordExtractor.compile(found, decoder, engine.compilation()));
        if (targets.isPresent() && targetExtractor.isEmpty()) {
            throw definition.malformed(
                    "download_target_extractor", "given where download_target_requester is");
        }
        this.context = engine.compilation().context();
    }

    /** Makes a job; returns what the API answered, as templates see it. */
    Map<String, Object> create(StreamSlice slice) throws InterruptedException {
        return asVariable(required(creation, slice));
    }

    /** Asks for a job; the answer is in memory. */
    Answer poll(StreamSlice slice, Map<String, Object> created) throws InterruptedException {
        return required(polling, withCreation(slice, created));
    }

    JobStatus status(Answer polled) throws InterruptedException {
        List<Object> found = extracted(statusExtractor, polled);
        return statuses.meaning(found.isEmpty() ? "None" : Python.str(found.getFirst()));
    }

    /** What to download of a job: at least one thing, which may be nameless. */
    List<Object> targets(Job job) throws InterruptedException {
        if (targetExtractor.isEmpty()) {
            return List.of("");
        }
        if (targets.isEmpty()) {
            return extracted(targetExtractor.get(), job.polling());
        }
        var slice =
                new StreamSlice(
                        Map.of(), Map.of(), Map.of("polling_response", asVariable(job.polling())));
        return extracted(targetExtractor.get(), required(targets.get(), slice));
    }

    /** A slice for the download of one of the targets. */
    static StreamSlice download(Job job, Object target) {
        Map<String, Object> extra = new LinkedHashMap<>(job.slice().extraFields());
        extra.put("download_target", target);
        extra.put("creation_response", job.creation());
        extra.put("polling_response", asVariable(job.polling()));
        return new StreamSlice(job.slice().partition(), job.slice().cursor(), extra);
    }

    void abort(StreamSlice slice, Map<String, Object> created) throws InterruptedException {
        if (abortion.isPresent()) {
            send(abortion.get(), withCreation(slice, created)).ifPresent(Answer::close);
        }
    }

    void delete(Job job) throws InterruptedException {
        if (deletion.isPresent()) {
            send(deletion.get(), withCreation(job.slice(), job.creation()))
                    .ifPresent(Answer::close);
        }
    }

    private Optional<Answer> send(Requester requester, StreamSlice slice)
            throws InterruptedException {
        return requester.send(
                new Call(
                        Call.variables(context, slice, null),
                        Optional.empty(),
                        RequestOptions.EMPTY));
    }

    private Answer required(Requester requester, StreamSlice slice) throws InterruptedException {
        Optional<Answer> answer = send(requester, slice);
        if (answer.isEmpty() || answer.get().isError()) {
            throw new SystemFailure(
                    ("The request for %s has no answer to go on with: the manifest's error handler"
                                    + " ignored the error.")
                            .formatted(requester.name()),
                    answer.map(Answer::toString).orElse("no answer"));
        }
        return answer.get();
    }

    private static StreamSlice withCreation(StreamSlice slice, Map<String, Object> created) {
        Map<String, Object> extra = new LinkedHashMap<>(slice.extraFields());
        extra.put("creation_response", created);
        return new StreamSlice(slice.partition(), slice.cursor(), extra);
    }

    private static List<Object> extracted(RecordExtractor extractor, Answer answer)
            throws InterruptedException {
        List<Object> found = new ArrayList<>();
        long _ =
                extractor.extract(
                        answer,
                        record -> {
                            Object value = record.value();
                            found.add(value == null ? "None" : value);
                        });
        return found;
    }

    /** The fields of an answer, and its headers and address unless they hide behind fields. */
    private static Map<String, Object> asVariable(Answer answer) {
        Map<String, Object> variable = new LinkedHashMap<>();
        if (!(parsed(answer) instanceof Map<?, ?> fields)) {
            throw new SystemFailure(
                    "The API's answer about a job is no JSON object, so that templates can't use"
                            + " it.",
                    answer.toString());
        }
        fields.forEach((key, value) -> variable.put(Python.str(key), value));
        variable.putIfAbsent("headers", HeaderViews.anyCase(answer.headers()));
        variable.putIfAbsent("request", Map.of("url", answer.url()));
        return variable;
    }

    private static @Nullable Object parsed(Answer answer) {
        try {
            return Json.parse(answer.text());
        } catch (PythonError _) {
            // Told by the caller: it isn't an object.
            return null;
        }
    }
}

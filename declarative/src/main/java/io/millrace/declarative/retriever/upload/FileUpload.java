package io.millrace.declarative.retriever.upload;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.Call;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.http.Requester;
import io.millrace.declarative.http.TooMuchRequested;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.FileReference;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.selection.RecordExtractor;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.sdk.http.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Fetches the file that a record tells of. Immutable; safe for all threads. */
final class FileUpload {
    /** Where a platform wants the files, unless its environment says otherwise. */
    private static final Path STAGING = Path.of("/staging/files");

    private static final Path OTHERWISE = Path.of("/tmp/airbyte-file-transfer");

    private final Requester requester;
    private final RecordExtractor targetExtractor;
    private final Optional<InterpolatedString> fileName;
    private final String stream;
    private final Path directory;
    private final Context context;
    private final EngineLog log;

    private FileUpload(Definition definition, String stream, Path directory, HttpEngine engine) {
        TooMuchRequested.refuse(definition.child("requester"));
        this.requester = engine.requester(definition.child("requester"), stream, true);
        this.targetExtractor =
                RecordExtractor.compile(
                        definition.child("download_target_extractor"),
                        Decoder.json(engine.compilation()),
                        engine.compilation());
        this.fileName =
                engine.compilation()
                        .findString(definition, "filename_extractor")
                        .filter(template -> !template.template().isEmpty());
        this.stream = stream;
        this.directory = directory;
        this.context = engine.compilation().context();
        this.log = engine.compilation().log();
    }

    static FileUpload compile(
            Definition definition, String stream, Path directory, HttpEngine engine) {
        return new FileUpload(definition, stream, directory, engine);
    }

    /** The folder of all files: the platform's, if there is one. */
    static Path directory(Map<String, String> environment) {
        String named = environment.get("AIRBYTE_STAGING_DIRECTORY");
        Path staging = named == null || named.isEmpty() ? STAGING : Path.of(named);
        return Files.exists(staging) ? staging : OTHERWISE;
    }

    /** Fetches the file, and tells the record of it. */
    void upload(SourceRecord record) throws InterruptedException {
        Path relative = relativePath(record);
        Path file = directory.resolve(relative);
        var slice =
                new StreamSlice(
                        Map.of(), Map.of(), Map.of("download_target", downloadTarget(record)));
        Optional<Answer> answer =
                requester.send(
                        new Call(
                                Call.variables(context, slice, null),
                                Optional.empty(),
                                RequestOptions.EMPTY));
        if (answer.isEmpty() || answer.get().isError()) {
            log.log(
                    LogLevel.WARN,
                    "Stream %s: a record has no file, since the error of its download was ignored."
                            .formatted(stream));
            return;
        }
        try (Answer download = answer.get();
                InputStream content = download.stream()) {
            record.attach(
                    new FileReference(file.toString(), relative.toString(), write(content, file)));
        } catch (IOException error) {
            throw new SystemFailure(
                    "The file %s can't be written. Make room in %s, and see to it that it can be"
                                    .formatted(relative, directory)
                            + " written to.",
                    String.valueOf(error.getMessage()),
                    error);
        }
    }

    /** Writes beside the place first, so that a file that is there is whole (invariant 5). */
    private static long write(InputStream content, Path file) throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("There is no folder for " + file);
        }
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, ".part", null);
        try {
            long bytes = Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            return bytes;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private String downloadTarget(SourceRecord record) throws InterruptedException {
        var json = new JsonBuffer(256);
        record.writeTo(json);
        List<Object> found = new ArrayList<>();
        long _ =
                targetExtractor.extract(
                        Answer.of(200, stream, Headers.NONE, json.toBytes()),
                        target -> found.add(Optional.ofNullable(target.value())));
        if (!found.isEmpty()
                && found.getFirst() instanceof Optional<?> first
                && first.orElse(null) instanceof String target) {
            return target;
        }
        throw new SystemFailure(
                ("A record of stream %s doesn't tell where its file is. Point the"
                                + " download_target_extractor of its file_uploader at a text.")
                        .formatted(stream));
    }

    private Path relativePath(SourceRecord record) {
        String name =
                fileName.map(template ->
                                Python.str(
                                        template.evaluate(context.with("record", record.value()))))
                        .map(FileUpload::withoutLeadingSlashes)
                        .filter(text -> !text.isEmpty())
                        .orElseGet(() -> UUID.randomUUID().toString());
        try {
            Path below = Path.of(stream).normalize();
            Path path = below.resolve(name).normalize();
            // A name comes from the API, which must not reach other files.
            if (path.startsWith(below)
                    && !path.equals(below)
                    && !below.isAbsolute()
                    && !below.startsWith("..")) {
                return path;
            }
        } catch (InvalidPathException error) {
            throw new SystemFailure(
                    "A record of stream %s names a file that can't be: %s."
                            .formatted(stream, error.getReason()),
                    "",
                    error);
        }
        throw new SystemFailure(
                "A record of stream %s names a file outside of the stream's folder."
                        .formatted(stream));
    }

    private static String withoutLeadingSlashes(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == '/') {
            start++;
        }
        return text.substring(start);
    }
}

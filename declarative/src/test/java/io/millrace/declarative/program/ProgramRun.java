package io.millrace.declarative.program;

import io.millrace.declarative.http.LocalApi;
import io.millrace.protocol.json.Json;
import io.millrace.sdk.http.Pause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Runs a manifest as a program, on files in a folder. JSON is written with single quotes. */
final class ProgramRun {
    static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");

    private final Path folder;
    private final LocalApi api;
    private String config = "{}";
    private Optional<String> state = Optional.empty();

    ProgramRun(Path folder, LocalApi api) {
        this.folder = folder;
        this.api = api;
    }

    ProgramRun config(String json) {
        config = json;
        return this;
    }

    /** The state of stream {@code s}. */
    ProgramRun state(String json) {
        state =
                Optional.of(
                        ("[{'type': 'STREAM', 'stream': {'stream_descriptor': {'name': 's'},"
                                        + " 'stream_state': %s}}]")
                                .formatted(json));
        return this;
    }

    /** What a run gave. */
    record Result(int status, List<String> lines) {

        /** The messages of a type. */
        List<JsonNode> messages(String type) {
            return lines.stream()
                    .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8)))
                    .filter(message -> message.path("type").asString().equals(type))
                    .toList();
        }

        /** What stands at {@code field} in all records of a stream. */
        List<String> values(String stream, String field) {
            return messages("RECORD").stream()
                    .filter(record -> record.at("/record/stream").asString().equals(stream))
                    .map(record -> record.at("/record/data").path(field).toString())
                    .toList();
        }

        List<String> statuses(String stream) {
            return messages("TRACE").stream()
                    .map(trace -> trace.at("/trace/stream_status"))
                    .filter(status ->
                            status.at("/stream_descriptor/name").asString("").equals(stream))
                    .map(status -> status.path("status").asString())
                    .toList();
        }

        /** The last state of a stream. */
        String state(String stream) {
            return messages("STATE").stream()
                    .map(state -> state.at("/state/stream"))
                    .filter(state -> state.at("/stream_descriptor/name").asString().equals(stream))
                    .map(state -> state.path("stream_state").toString())
                    .reduce((_, last) -> last)
                    .orElse("none")
                    .replace('"', '\'');
        }

        /** Stream and type of each failure; the stream is empty for the whole. */
        List<String> failures() {
            return messages("TRACE").stream()
                    .filter(trace -> trace.at("/trace/type").asString().equals("ERROR"))
                    .map(trace -> trace.at("/trace/error"))
                    .map(error ->
                            error.at("/stream_descriptor/name").asString("")
                                    + ":"
                                    + error.path("failure_type").asString(""))
                    .toList();
        }
    }

    Result read(String manifest, String... streams) {
        List<String> configured = new ArrayList<>();
        for (String stream : streams) {
            configured.add(
                    ("{'stream': {'name': '%s', 'json_schema': {}, 'supported_sync_modes':"
                                    + " ['full_refresh']}, 'sync_mode': 'full_refresh',"
                                    + " 'destination_sync_mode': 'append'}")
                            .formatted(stream));
        }
        List<String> arguments = new ArrayList<>();
        arguments.add("--catalog");
        arguments.add(
                write("catalog.json", "{'streams': [%s]}".formatted(String.join(",", configured))));
        state.ifPresent(json -> {
            arguments.add("--state");
            arguments.add(write("state.json", json));
        });
        return run("read", manifest, arguments);
    }

    Result run(String verb, String manifest, List<String> more) {
        List<String> arguments = new ArrayList<>();
        arguments.add(verb);
        arguments.add("--manifest-path");
        arguments.add(write("manifest.yaml", manifest.replace("API", api.url())));
        if (!verb.equals("spec")) {
            arguments.add("--config");
            arguments.add(write("config.json", config));
        }
        arguments.addAll(more);
        return run(arguments);
    }

    Result run(List<String> arguments) {
        var output = new ByteArrayOutputStream();
        var errors = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        int status = new DeclarativeProgram(output, errors, () -> NOW, Pause.none()).run(arguments);
        return new Result(status, output.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private String write(String name, String content) {
        try {
            Path file = folder.resolve(name);
            Files.writeString(file, name.endsWith(".json") ? content.replace('\'', '"') : content);
            return file.toString();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}

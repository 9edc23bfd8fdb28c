package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.schema.ColumnTypes;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.UnknownKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A folder with files, and a source that reads them. */
abstract class FilesTest {
    @TempDir Path folder;

    final Path write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    final Path write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    /** A source with the options in {@code json}, where ' stands for ". */
    final Source source(String json) {
        FilesOptions options =
                OptionSchema.of(FilesOptions.class)
                        .bind(
                                JsonMapper.shared().readTree(json.replace('\'', '"')),
                                UnknownKeys.REFUSE)
                        .load();
        return new FilesSourceDefinition()
                .create(
                        options,
                        new ConnectorContext(Clock.systemUTC(), folder, folder.resolve("_cache")));
    }

    /** Reads the only stream of the file {@code name}, as a whole. */
    final RecordingOutput.Recorded read(String name) throws InterruptedException {
        return read(source("{'path': '%s'}".formatted(name)));
    }

    final RecordingOutput.Recorded read(Source source) throws InterruptedException {
        return read(source, SyncMode.FULL_REFRESH_OVERWRITE, Optional.empty());
    }

    final RecordingOutput.Recorded read(Source source, SyncMode mode, Optional<JsonNode> state)
            throws InterruptedException {
        return read(source, mode, state, StreamRequest.Purpose.SYNC);
    }

    final RecordingOutput.Recorded read(
            Source source, SyncMode mode, Optional<JsonNode> state, StreamRequest.Purpose purpose)
            throws InterruptedException {
        List<StreamDescription> streams = source.discover();
        assertThat(streams).hasSize(1);
        return read(source, streams.getFirst(), mode, state, purpose);
    }

    final RecordingOutput.Recorded read(
            Source source,
            StreamDescription stream,
            SyncMode mode,
            Optional<JsonNode> state,
            StreamRequest.Purpose purpose)
            throws InterruptedException {
        var output = new RecordingOutput();
        var request =
                new StreamRequest(
                        stream, stream.schema(), mode, List.of(), List.of(), state, purpose);
        source.read(new ReadPlan(List.of(request), Optional.empty(), output.memory), output);
        assertThat(output.memory.used()).as("bytes of batches that were not closed").isZero();
        RecordingOutput.Recorded recorded = output.stream(stream.name());
        assertThat(recorded.complete).isEqualTo(recorded.failure.isEmpty());
        return recorded;
    }

    /** The schema's types by name: {@code id int64}. */
    static List<String> types(StreamSchema schema) {
        return schema.columns().stream()
                .map(column -> column.name() + " " + ColumnTypes.text(column.type()))
                .toList();
    }

    static List<String> row(String... values) {
        var row = new ArrayList<String>();
        for (String value : values) {
            row.add("NULL".equals(value) ? null : value);
        }
        return row;
    }
}

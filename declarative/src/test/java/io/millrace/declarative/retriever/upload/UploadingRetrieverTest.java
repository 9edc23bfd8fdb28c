package io.millrace.declarative.retriever.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.record.FileReference;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.source.RecordLineText;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadingRetrieverTest {
    @TempDir private Path directory;
    private final LocalApi api =
            new LocalApi(request ->
                    request.uri().startsWith("/missing")
                            ? Reply.json(404, "{}")
                            : new Reply(
                                    200,
                                    Map.of("Content-Type", "application/octet-stream"),
                                    new byte[] {0, 1, 2, (byte) 0xFF}));
    private final HttpFixture fixture = new HttpFixture();
    private final HttpEngine engine = fixture.engine("{'ending': '.bin'}");

    @AfterEach
    void close() {
        fixture.close();
        api.close();
    }

    private Optional<FileReference> upload(String record, String fields)
            throws InterruptedException {
        var upload =
                FileUpload.compile(
                        HttpFixture.definition(
                                """
                                {'type': 'FileUploader', 'requester': {'type': 'HttpRequester', 'url': '{{ download_target }}',
                                   'error_handler': {'type': 'DefaultErrorHandler', 'response_filters': [
                                     {'type': 'HttpResponseFilter', 'action': 'IGNORE', 'http_codes': [404]}]}},
                                 'download_target_extractor': {'type': 'DpathExtractor', 'field_path': ['file', 'url']}%s}
                                """
                                        .formatted(fields)),
                        "s",
                        directory,
                        engine);
        SourceRecord given =
                SourceRecord.ofValue(HttpFixture.map(record.replace("API", api.url())));
        upload.upload(given);
        return given.file();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            return found.filter(Files::isRegularFile)
                    .map(path -> directory.relativize(path).toString())
                    .toList();
        }
    }

    @Test
    void aFileIsLaidWhereTheRecordSays() throws InterruptedException, IOException {
        FileReference file =
                upload(
                                "{'file': {'url': 'API/f'}, 'name': '/a/b'}",
                                ", 'filename_extractor': '{{ record.name }}{{ config.ending }}'")
                        .orElseThrow();
        assertThat(file.relativePath()).isEqualTo("s/a/b.bin");
        assertThat(file.bytes()).isEqualTo(4);
        assertThat(Files.readAllBytes(Path.of(file.url()))).containsExactly(0, 1, 2, 0xFF);
        assertThat(files()).containsExactly("s/a/b.bin");
    }

    @Test
    void aFileWithoutNameGetsOne() throws InterruptedException, IOException {
        upload("{'file': {'url': 'API/f'}}", "");
        upload("{'file': {'url': 'API/f'}}", "");
        assertThat(files()).hasSize(2).allSatisfy(name -> assertThat(name).startsWith("s/"));
    }

    @Test
    void aNameCanNotReachOtherFiles() throws IOException {
        for (String name : List.of("../x", "a/../../x", "..", "/../../etc/x")) {
            assertThatThrownBy(() ->
                            upload(
                                    "{'file': {'url': 'API/f'}, 'name': '%s'}".formatted(name),
                                    ", 'filename_extractor': '{{ record.name }}'"))
                    .isInstanceOf(SystemFailure.class)
                    .hasMessageContaining("outside");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void anIgnoredErrorLeavesTheRecordWithoutFile() throws InterruptedException, IOException {
        assertThat(upload("{'file': {'url': 'API/missing'}}", "")).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(fixture.logged).anySatisfy(line -> assertThat(line).contains("has no file"));
    }

    @Test
    void aRecordHasToTellWhereItsFileIs() {
        for (String record :
                List.of("{'file': {}}", "{'file': {'url': 5}}", "{'file': {'url': null}}")) {
            assertThatThrownBy(() -> upload(record, ""))
                    .isInstanceOf(SystemFailure.class)
                    .hasMessageContaining("download_target_extractor");
        }
    }

    @Test
    void theLineOfARecordTellsOfItsFile() {
        SourceRecord record = SourceRecord.ofValue(HttpFixture.map("{'a': 1}"));
        record.attach(new FileReference("/d/s/f", "s/f", 4));
        var lines = new JsonBuffer(64);
        RecordLineText.append(
                RecordLineText.beginning(StreamName.of("s")),
                record,
                RecordLineText.ending(5),
                lines);
        assertThat(new String(lines.toBytes(), StandardCharsets.UTF_8))
                .endsWith(
                        "\"data\":{\"a\":1},\"file_reference\":{\"staging_file_url\":\"/d/s/f\",\"source_file_relative_path\":\"s/f\",\"file_size_bytes\":4},\"emitted_at\":5}}\n");
    }

    @Test
    void thePlatformsFolderIsUsedIfItExists() {
        assertThat(FileUpload.directory(Map.of("AIRBYTE_STAGING_DIRECTORY", directory.toString())))
                .isEqualTo(directory);
        assertThat(FileUpload.directory(Map.of("AIRBYTE_STAGING_DIRECTORY", directory + "/none")))
                .isEqualTo(Path.of("/tmp/airbyte-file-transfer"));
    }
}

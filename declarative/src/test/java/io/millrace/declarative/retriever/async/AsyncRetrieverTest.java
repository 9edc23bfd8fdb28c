package io.millrace.declarative.retriever.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Received;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs of a made-up API: made by POST, asked for, and downloaded as CSV. */
class AsyncRetrieverTest {
    private final LocalApi api = new LocalApi(this::answer);
    private final ManifestRun run = new ManifestRun();

    /** What each job says when it is asked for, one after the other. */
    private final Map<String, List<String>> statuses = new HashMap<>();

    private final Map<String, Integer> asked = new HashMap<>();
    private int made;
    private Reply creation = Reply.ok("");
    private byte[] file = "id,n\n1,a\n2,NA\n3,\n".getBytes(StandardCharsets.UTF_8);

    @AfterEach
    void close() {
        run.close();
        api.close();
    }

    private synchronized Reply answer(Received request) {
        String path = request.uri();
        if (request.method().equals("POST") && path.equals("/jobs")) {
            return creation.body().length > 0
                    ? creation
                    : Reply.ok("{'id': 'j%d'}".formatted(++made));
        }
        if (path.startsWith("/jobs/") && request.method().equals("GET")) {
            String job = path.substring(6);
            List<String> says = statuses.getOrDefault(job, List.of("done"));
            int index = asked.merge(job, 1, Integer::sum) - 1;
            String status = says.get(Math.min(index, says.size() - 1));
            return Reply.ok("{'status': '%s', 'urls': ['/files/%s']}".formatted(status, job));
        }
        if (path.startsWith("/files/")) {
            return new Reply(200, Map.of("Content-Type", "text/csv"), file);
        }
        return Reply.ok("{}");
    }

    private static final String REQUESTERS =
            """
            'creation_requester': {'type': 'HttpRequester', 'url': '%1$s/jobs', 'http_method': 'POST',
              'request_body_json': {'of': '{{ stream_partition.of }}'}},
            'polling_requester': {'type': 'HttpRequester', 'url': '%1$s/jobs/{{ creation_response.id }}'},
            'download_requester': {'type': 'HttpRequester', 'url': '%1$s{{ download_target }}',
              'request_parameters': {'job': '{{ creation_response.id }}', 'status': '{{ polling_response.status }}'}},
            'status_extractor': {'type': 'DpathExtractor', 'field_path': ['status']},
            'download_target_extractor': {'type': 'DpathExtractor', 'field_path': ['urls']},
            'download_extractor': {'type': 'ResponseToFileExtractor'},
            'status_mapping': {'type': 'AsyncJobStatusMap', 'running': ['busy'], 'completed': ['done'], 'failed': ['bad'],
              'timeout': ['late'], 'skipped': ['none']},
            """;

    private String manifest(String retriever, String root) {
        return """
        {'type': 'DeclarativeSource', 'version': '6.0.0', 'check': {'type': 'CheckStream', 'stream_names': ['s']}, %s
         'streams': [{'type': 'DeclarativeStream', 'name': 's', 'primary_key': 'id', 'retriever': {'type': 'AsyncRetriever', %s %s
           'record_selector': {'type': 'RecordSelector', 'extractor': {'type': 'DpathExtractor', 'field_path': []},
              'record_filter': {'type': 'RecordFilter', 'condition': '{{ record.id != \\"2\\" }}'}},
           'partition_router': {'type': 'ListPartitionRouter', 'cursor_field': 'of', 'values': ['x', 'y']}},
           'schema_loader': {'type': 'InlineSchemaLoader', 'schema': {'type': 'object', 'properties': {}}},
           'transformations': [{'type': 'AddFields', 'fields': [{'path': ['of'], 'value': '{{ stream_partition.of }}'}]}]}]}
        """
                .formatted(root, REQUESTERS.formatted(api.url()), retriever);
    }

    private void read(String retriever, String root) throws InterruptedException {
        run.read(manifest(retriever, root), "{}", "s");
    }

    @Test
    void aJobIsMadeForEachSliceAndDownloaded() throws InterruptedException {
        statuses.put("j1", List.of("busy", "busy", "done"));
        read(
                "'delete_requester': {'type': 'HttpRequester', 'url': '%s/jobs/{{ creation_response.id }}/delete', 'http_method': 'POST'},"
                        .formatted(api.url()),
                "");
        assertThat(run.failures).isEmpty();
        assertThat(run.of("s"))
                .containsExactlyInAnyOrder(
                        "{\"id\": \"1\", \"n\": \"a\", \"of\": \"x\"}",
                        "{\"id\": \"3\", \"n\": null, \"of\": \"x\"}",
                        "{\"id\": \"1\", \"n\": \"a\", \"of\": \"y\"}",
                        "{\"id\": \"3\", \"n\": null, \"of\": \"y\"}");
        // One slot: the second job is made after the first one is done.
        assertThat(api.lines())
                .containsSubsequence(
                        "POST /jobs",
                        "GET /jobs/j1",
                        "GET /jobs/j1",
                        "GET /jobs/j1",
                        "POST /jobs",
                        "GET /jobs/j2")
                .contains(
                        "GET /files/j1?job=j1&status=done", "GET /files/j2?job=j2&status=done",
                        "POST /jobs/j1/delete", "POST /jobs/j2/delete");
        assertThat(run.fixture.waits).contains(Duration.ofSeconds(5));
    }

    @Test
    void aJobThatSaysSomethingStrangeIsAskedForAgainAndTheStreamIsIncomplete()
            throws InterruptedException {
        statuses.put("j1", List.of("strange", "busy", "done"));
        statuses.put("j2", List.of("strange"));
        read("", "");
        assertThat(run.of("s")).hasSize(2);
        assertThat(run.failures.get("s"))
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure).hasMessageContaining("status is 'strange'"));
        assertThat(api.lines().stream().filter("GET /jobs/j2"::equals)).hasSize(3);
    }

    @Test
    void asManyJobsRunAtATimeAsTheManifestAllows() throws InterruptedException {
        statuses.put("j1", List.of("busy", "busy", "busy", "busy", "done"));
        statuses.put("j2", List.of("busy", "busy", "busy", "busy", "done"));
        read("", "'max_concurrent_async_job_count': '{{ 1 + 1 }}',");
        assertThat(run.of("s")).hasSize(4);
        int second = api.lines().lastIndexOf("POST /jobs");
        int lastOfFirst = api.lines().lastIndexOf("GET /jobs/j1");
        assertThat(second).isLessThan(lastOfFirst);
    }

    @Test
    void aJobThatFailsIsMadeAnew() throws InterruptedException {
        statuses.put("j1", List.of("bad"));
        statuses.put("j2", List.of("late"));
        read(
                "'failed_retry_wait_time_in_seconds': 60, 'abort_requester': {'type': 'HttpRequester', 'url': '%s/abort/{{ creation_response.id }}'},"
                        .formatted(api.url()),
                "");
        assertThat(run.failures).isEmpty();
        assertThat(run.of("s")).hasSize(4);
        assertThat(run.fixture.waits).contains(Duration.ofSeconds(60));
        assertThat(api.lines()).contains("GET /abort/j2").doesNotContain("GET /abort/j1");
    }

    @Test
    void aJobThatFailsThreeTimesFailsTheStreamButNotItsOtherSlices() throws InterruptedException {
        for (int i = 1; i <= 3; i++) {
            statuses.put("j" + i, List.of("bad"));
        }
        read("", "");
        assertThat(run.failures.get("s"))
                .singleElement()
                .satisfies(failure -> {
                    assertThat(failure).isInstanceOf(SystemFailure.class);
                    assertThat(failure).hasMessageContaining("jobs of the API failed");
                });
        assertThat(run.of("s")).hasSize(2);
        assertThat(made).isEqualTo(4);
    }

    @Test
    void aJobThatNeverEndsIsGivenUp() throws InterruptedException {
        for (int i = 1; i <= 6; i++) {
            statuses.put("j" + i, List.of("busy"));
        }
        read("'polling_job_timeout': '{{ 1 }}',", "");
        assertThat(run.failures.get("s")).hasSize(1);
        assertThat(made).isEqualTo(6);
        assertThat(asked.get("j1")).isEqualTo(14);
    }

    @Test
    void aJobWithoutResultsIsSkipped() throws InterruptedException {
        statuses.put("j1", List.of("none"));
        read("", "");
        assertThat(run.failures).isEmpty();
        assertThat(run.of("s")).hasSize(2);
    }

    @Test
    void aRefusedJobOfAConfigurationIsNotTriedAgain() throws InterruptedException {
        creation = Reply.json(401, "{}");
        read("", "");
        List<SyncFailure> failures = run.failures.get("s");
        assertThat(failures).singleElement().isInstanceOf(ConfigurationFailure.class);
        assertThat(api.lines()).containsExactly("POST /jobs");
    }

    @Test
    void anUnknownStatusNamesItself() throws InterruptedException {
        statuses.put("j1", List.of("odd"));
        read("", "");
        assertThat(run.failures.get("s").getFirst()).hasMessageContaining("'odd'");
    }

    @Test
    void compressedFilesAreUnpackedAndWordsMayStay() throws InterruptedException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(
                    "\uFEFFid,n,n,\n1,NA,\"a \"\"b\"\"\nc\",\n\n3\n"
                            .getBytes(StandardCharsets.UTF_8));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        file = out.toByteArray();
        read(
                "'download_extractor': {'type': 'ResponseToFileExtractor', 'preserve_na_values':"
                        + " true},",
                "");
        assertThat(run.failures).isEmpty();
        assertThat(run.of("s"))
                .contains(
                        "{\"id\": \"1\", \"n\": \"NA\", \"n.1\": \"a \\\"b\\\"\\nc\", \"Unnamed:"
                                + " 3\": null, \"of\": \"x\"}",
                        "{\"id\": \"3\", \"n\": null, \"n.1\": null, \"Unnamed: 3\": null, \"of\":"
                                + " \"x\"}");
    }

    @Test
    void targetsMayNeedARequestOfTheirOwn() throws InterruptedException {
        read(
                "'download_target_requester': {'type': 'HttpRequester', 'url': '%s/jobs/{{ polling_response.urls[0][7:] }}'},"
                        .formatted(api.url()),
                "");
        assertThat(run.failures).isEmpty();
        assertThat(run.of("s")).hasSize(4);
        assertThat(asked.get("j1")).isEqualTo(2);
    }

    @Test
    void aStatusWithTwoMeaningsIsRefused() {
        assertThatThrownBy(() ->
                        JobStatus.Words.compile(
                                HttpFixture.definition(
                                        "{'running': ['a'], 'completed': ['b'], 'failed': ['a'],"
                                                + " 'timeout': []}")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("'a'");
        assertThatThrownBy(() ->
                        JobStatus.Words.compile(
                                HttpFixture.definition(
                                        "{'running': ['a'], 'completed': ['b'], 'failed': []}")))
                .hasMessageContaining("timeout");
    }
}

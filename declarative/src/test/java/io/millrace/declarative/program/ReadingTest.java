package io.millrace.declarative.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Received;
import io.millrace.declarative.http.LocalApi.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read, in which requests, where manifests say more than a page or two. */
class ReadingTest {
    private static final String MANIFEST =
            """
            version: 6.30.0
            check: {type: CheckStream, stream_names: [s]}
            definitions:
              requester: {type: HttpRequester, url_base: "API", http_method: GET}
              selector: {extractor: {field_path: [data]}}
              paginator: {type: DefaultPaginator, pagination_strategy: {type: PageIncrement, page_size: 2, start_from_page: 1},
                page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}}
              cursor: {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: "%Y-%m-%d",
                start_datetime: "2024-01-01", end_datetime: {type: MinMaxDatetime, datetime: "2024-01-10"},
                start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}}
              loader: {type: InlineSchemaLoader, schema: {type: object, properties: {}}}
              parents:
                type: DeclarativeStream
                name: parents
                schema_loader: {$ref: "#/definitions/loader"}
                retriever: {requester: {$ref: "#/definitions/requester", path: parents}, record_selector: {$ref: "#/definitions/selector"}}
            """;

    @TempDir private Path folder;

    private final LocalApi api = new LocalApi(ReadingTest::tenDays);

    @AfterEach
    void closeApi() {
        api.close();
    }

    private ProgramRun program() {
        return new ProgramRun(folder, api);
    }

    /** Ten records, one for each day of January from the first on, two to a page. */
    private static Reply tenDays(Received request) {
        int from = Integer.parseInt(parameter(request, "from", "2024-01-01").substring(8));
        int page = Integer.parseInt(parameter(request, "page", "1"));
        var records = new StringBuilder();
        for (int day = from + 2 * (page - 1); day < from + 2 * page && day <= 10; day++) {
            records.append(records.isEmpty() ? "" : ",")
                    .append("{'id': %d, 'updated': '2024-01-%02d'}".formatted(day, day));
        }
        return Reply.ok("{'data': [%s]}".formatted(records));
    }

    private static String parameter(Received request, String name, String otherwise) {
        for (String pair : request.uri().replaceFirst(".*\\?", "").split("&")) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        return otherwise;
    }

    private static String streams(String... streams) {
        return MANIFEST + "streams:\n" + String.join("", streams);
    }

    private static String stream(String name, String path, String ofRetriever, String ofStream) {
        return """
          - type: DeclarativeStream
            name: %s
            schema_loader: {$ref: "#/definitions/loader"}
        %s    retriever:
              requester: {$ref: "#/definitions/requester", path: "%s"}
              record_selector: {$ref: "#/definitions/selector"}
        %s\
        """
                .formatted(name, ofStream.indent(4), path, ofRetriever.indent(6));
    }

    @Test
    void aSearchThatEndsTooSoonGoesOnFromTheHighestCursorValue() {
        var result =
                program()
                        .read(
                                streams(
                                        stream(
                                                "s",
                                                "days",
                                                """
                                                paginator: {$ref: "#/definitions/paginator"}
                                                pagination_reset: {type: PaginationReset, action: SPLIT_USING_CURSOR,
                                                  limits: {type: PaginationResetLimits, number_of_records: 4}}
                                                """,
                                                "incremental_sync: {$ref:"
                                                        + " \"#/definitions/cursor\"}")),
                                "s");
        assertThat(result.statuses("s")).endsWith("COMPLETE");
        assertThat(api.lines())
                .containsExactly(
                        "GET /days?from=2024-01-01",
                        "GET /days?page=2&from=2024-01-01",
                        "GET /days?from=2024-01-04",
                        "GET /days?page=2&from=2024-01-04",
                        "GET /days?from=2024-01-07",
                        "GET /days?page=2&from=2024-01-07",
                        "GET /days?from=2024-01-10");
        assertThat(result.state("s")).isEqualTo("{'updated':'2024-01-10'}");
    }

    @Test
    void anAnswerThatAsksForTheFirstPageAgainGetsOneMoreTry() {
        api.answerWith(request ->
                parameter(request, "page", "1").equals("2")
                        ? Reply.json(400, "{}")
                        : tenDays(request));
        String handled =
                stream("s", "days", "paginator: {$ref: \"#/definitions/paginator\"}", "")
                        .replace(
                                "path: \"days\"",
                                "path: \"days\", error_handler: {response_filters:"
                                        + " [{http_codes: [400], action: RESET_PAGINATION}]}");
        var result = program().read(streams(handled), "s");
        assertThat(api.lines())
                .containsExactly("GET /days", "GET /days?page=2", "GET /days", "GET /days?page=2");
        assertThat(result.failures()).containsExactly("s:system_error", ":config_error");
    }

    @Test
    void theFirstPageOfAPartitionMayStandInItsParent() {
        api.answerWith(request ->
                switch (request.uri()) {
                    case "/parents" ->
                            Reply.ok(
                                    "{'data': [{'id': 1, 'kids': {'data': [{'id': 11}], 'next':"
                                            + " '/kids/1?p=2'}}, {'id': 2, 'kids': {'data': [{'id':"
                                            + " 21}]}}]}");
                    default -> Reply.ok("{'data': [{'id': 12}]}");
                });
        String lazy =
                stream(
                        "s",
                        "kids/{{ stream_partition.pid }}",
                        """
                        paginator: {type: DefaultPaginator, page_token_option: {type: RequestPath},
                          pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.get('next') }}"}}
                        partition_router: {type: SubstreamPartitionRouter, parent_stream_configs: [{type: ParentStreamConfig,
                          stream: {$ref: "#/definitions/parents"}, parent_key: id, partition_field: pid, lazy_read_pointer: [kids]}]}
                        """,
                        "");
        var result = program().read(streams(lazy), "s");
        assertThat(result.values("s", "id")).containsExactlyInAnyOrder("11", "12", "21");
        assertThat(api.lines()).containsExactly("GET /parents", "GET /kids/1?p=2");
    }

    @Test
    void aPartitionThatFailsLeavesTheOthersWhole() {
        api.answerWith(request ->
                switch (request.uri()) {
                    case "/parents" -> Reply.ok("{'data': [{'id': 1}, {'id': 2}, {'id': 3}]}");
                    case "/kids/2" -> Reply.json(404, "{}");
                    default -> Reply.ok("{'data': [{'id': 7}]}");
                });
        var result = program().read(streams(children("s", "kids")), "s");
        assertThat(result.values("s", "id")).containsExactly("7", "7");
        assertThat(result.statuses("s")).endsWith("INCOMPLETE");
        assertThat(result.failures()).containsExactly("s:system_error", ":config_error");
    }

    private static String children(String name, String path) {
        return stream(
                name,
                path + "/{{ stream_partition.pid }}",
                """
                partition_router: {type: SubstreamPartitionRouter, parent_stream_configs: [{type: ParentStreamConfig,
                  stream: {$ref: "#/definitions/parents"}, parent_key: id, partition_field: pid}]}
                """,
                "");
    }

    @Test
    void aParentOfSeveralStreamsIsAskedForOnce() {
        api.answerWith(request -> Reply.ok("{'data': [{'id': 1}]}"));
        program().read(streams(children("s", "kids"), children("t", "pets")), "s", "t");
        assertThat(api.lines()).containsOnlyOnce("GET /parents");
    }

    @Test
    void streamsOfAGroupAreNotReadAtTheSameTime() {
        var active = new AtomicInteger();
        var most = new AtomicInteger();
        api.answerWith(_ -> {
            most.accumulateAndGet(active.incrementAndGet(), Math::max);
            try {
                Thread.sleep(20);
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            active.decrementAndGet();
            return Reply.ok("{'data': [{'id': 1}]}");
        });
        String grouped =
                streams(
                                stream("s", "a", "", ""),
                                stream("t", "b", "", ""),
                                stream("u", "c", "", ""))
                        + """
                        concurrency_level: {type: ConcurrencyLevel, default_concurrency: 6}
                        stream_groups: {g: {streams: ["#/streams/0", "#/streams/1", "#/streams/2"], action: {type: BlockSimultaneousSyncsAction}}}
                        """;
        var result = program().read(grouped, "s", "t", "u");
        assertThat(result.status()).isZero();
        assertThat(result.messages("RECORD")).hasSize(3);
        assertThat(most).hasValue(1);
    }

    @Test
    void aDelegatingStreamIsReadByItsStateUnlessThatIsOlderThanWhatTheApiKeeps() {
        api.answerWith(_ -> Reply.ok("{'data': [{'updated': '2024-01-05'}]}"));
        String cursor = "incremental_sync: {$ref: \"#/definitions/cursor\"}";
        String delegating =
                """
                - type: StateDelegatingStream
                  name: s
                  api_retention_period: %s
                  full_refresh_stream:
                %s
                  incremental_stream:
                %s
                """
                        .formatted(
                                "%s",
                                variant("full", cursor).indent(4),
                                variant("some", cursor).indent(4))
                        .indent(2);
        program().read(streams(delegating.formatted("P1Y")), "s");
        program()
                .state("{'updated': '2024-01-03'}")
                .read(streams(delegating.formatted("P1Y")), "s");
        var old =
                program()
                        .state("{'updated': '2024-01-03'}")
                        .read(streams(delegating.formatted("P30D")), "s");
        assertThat(api.lines())
                .containsExactly(
                        "GET /full?from=2024-01-01",
                        "GET /some?from=2024-01-03",
                        "GET /full?from=2024-01-01");
        assertThat(old.messages("STATE").getFirst().at("/state/stream/stream_state").toString())
                .isEqualTo("{}");
    }

    private static String variant(String path, String ofStream) {
        return stream("s", path, "", ofStream).replaceFirst("  - ", "    ").stripIndent();
    }

    @Test
    void aStreamWhoseConditionFailsIsNotThere() {
        String conditional =
                """
                - type: ConditionalStreams
                  condition: "{{ config.get('more') }}"
                  streams:
                %s
                """
                        .formatted(stream("t", "b", "", "").indent(2))
                        .indent(2);
        String manifest = streams(stream("s", "a", "", ""), conditional);
        assertThat(program().config("{'more': false}").read(manifest, "s", "t").statuses("t"))
                .containsExactly("INCOMPLETE");
        assertThat(program().config("{'more': true}").read(manifest, "s", "t").statuses("t"))
                .endsWith("COMPLETE");
    }

    @Test
    void streamsAreMadeOfTheConfigurationAndOfAnEndpoint() {
        api.answerWith(request ->
                request.uri().equals("/tables")
                        ? Reply.ok("{'data': [{'id': 'a'}, {'id': 'b'}]}")
                        : Reply.ok("{'data': [{'id': 1}]}"));
        String template = variant("x", "").indent(6);
        String dynamic =
                MANIFEST
                        + """
                        dynamic_streams:
                          - type: DynamicDeclarativeStream
                            stream_template:
                        %1$s
                            components_resolver:
                              type: ConfigComponentsResolver
                              stream_config: {type: StreamConfig, configs_pointer: [tables]}
                              components_mapping:
                                - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values.name }}"}
                                - {type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "own/{{ components_values.name }}"}
                          - type: DynamicDeclarativeStream
                            stream_template:
                        %1$s
                            components_resolver:
                              type: HttpComponentsResolver
                              retriever: {type: SimpleRetriever, requester: {$ref: "#/definitions/requester", path: tables}, record_selector: {$ref: "#/definitions/selector"}}
                              components_mapping:
                                - {type: ComponentMappingDefinition, field_path: [name], value: "table_{{ components_values.id }}"}
                                - {type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "tables/{{ components_values.id }}"}
                        """
                                .formatted(template);
        var result =
                program()
                        .config("{'tables': [{'name': 'one'}]}")
                        .read(dynamic, "one", "table_a", "table_b");
        assertThat(result.status()).isZero();
        assertThat(api.lines())
                .containsExactlyInAnyOrder(
                        "GET /tables", "GET /own/one", "GET /tables/a", "GET /tables/b");
    }

    @Test
    void anApiThatLoopsItsPagesIsFoundOut() {
        api.answerWith(_ -> Reply.ok("{'data': [{'id': 1}], 'next': 'again'}"));
        String looping =
                stream(
                        "s",
                        "loop",
                        """
                        paginator: {type: DefaultPaginator, page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: t},
                          pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}"}}
                        """,
                        "");
        var result = program().read(streams(looping), "s");
        assertThat(result.failures()).containsExactly("s:system_error", ":config_error");
        assertThat(api.lines()).hasSizeLessThan(6);
    }

    @Test
    void slicesAreReadInParallelUpToTheLevel() {
        var active = new AtomicInteger();
        var most = new AtomicInteger();
        api.answerWith(request -> {
            if (request.uri().equals("/parents")) {
                return Reply.ok(
                        "{'data': [{'id': 1}, {'id': 2}, {'id': 3}, {'id': 4}, {'id': 5}, {'id':"
                                + " 6}]}");
            }
            most.accumulateAndGet(active.incrementAndGet(), Math::max);
            try {
                Thread.sleep(50);
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            active.decrementAndGet();
            return Reply.ok("{'data': [{'id': 1}]}");
        });
        for (int level : List.of(1, 3)) {
            most.set(0);
            program()
                    .read(
                            streams(children("s", "kids"))
                                    + "concurrency_level: {type: ConcurrencyLevel, default_concurrency: %d}"
                                            .formatted(level),
                            "s");
            assertThat(most).as("level %d", level).hasValue(level);
        }
    }
}

package io.millrace.declarative.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Reply;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Components that are best seen from the outside: what is asked, and what comes of it. */
class ComponentsTest {
    private static final String HEAD =
            """
            version: 6.30.0
            definitions:
              requester: {type: HttpRequester, url_base: "API", http_method: GET}
              selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [data]}}
              template:
                type: DeclarativeStream
                name: x
                retriever:
                  type: SimpleRetriever
                  requester: {$ref: "#/definitions/requester", path: x}
                  record_selector: {$ref: "#/definitions/selector"}
            """;

    @TempDir private Path folder;

    private final LocalApi api = new LocalApi(_ -> Reply.ok("{'data': [{'id': 1}]}"));

    @AfterEach
    void closeApi() {
        api.close();
    }

    private ProgramRun program() {
        return new ProgramRun(folder, api);
    }

    private static String stream(String retriever) {
        return """
        check: {type: CheckStream, stream_names: [s]}
        streams:
          - type: DeclarativeStream
            name: s
            retriever:
              type: SimpleRetriever
              record_selector: {$ref: "#/definitions/selector"}
        """
                + retriever.indent(6);
    }

    private static String dynamic(String check) {
        return check
                + """
                dynamic_streams:
                  - type: DynamicDeclarativeStream
                    name: tables
                    stream_template: {$ref: "#/definitions/template"}
                    components_resolver:
                      type: ParametrizedComponentsResolver
                      stream_parameters:
                        type: StreamParametersDefinition
                        list_of_parameters_for_stream: [{name: one, size: "2"}, {name: two, size: "3"}, {name: three, size: "4"}]
                      components_mapping:
                        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values.name }}"}
                        - {type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "t/{{ components_values.name }}"}
                        - {type: ComponentMappingDefinition, field_path: [retriever, requester, request_parameters], value: "{{ {'size': components_values.size | string} }}", create_or_update: true}
                """;
    }

    @Test
    void streamsAreMadeOfListedParameters() {
        String manifest = HEAD + dynamic("check: {type: CheckDynamicStream, stream_count: 1}\n");
        var result = program().read(manifest, "one", "three");
        assertThat(result.status()).isZero();
        assertThat(api.lines()).hasSize(2).allMatch(line -> line.contains("/t/"));
        assertThat(result.values("three", "id")).containsExactly("1");
    }

    @Test
    void aCheckOfDynamicStreamsAsksForTheFirstOnes() {
        var two =
                program()
                        .run(
                                "check",
                                HEAD
                                        + dynamic(
                                                "check: {type: CheckDynamicStream, stream_count:"
                                                        + " 2}\n"),
                                List.of());
        assertThat(two.messages("CONNECTION_STATUS").toString()).contains("SUCCEEDED");
        assertThat(api.received()).hasSize(2);
        var none =
                program()
                        .run(
                                "check",
                                HEAD
                                        + dynamic(
                                                "check: {type: CheckDynamicStream, stream_count: 2,"
                                                        + " use_check_availability: false}\n"),
                                List.of());
        assertThat(none.messages("CONNECTION_STATUS").toString()).contains("SUCCEEDED");
        assertThat(api.received()).hasSize(2);
    }

    @Test
    void aCheckNamesDynamicStreamsAndHowManyOfThem() {
        String check =
                "check: {type: CheckStream, dynamic_streams_check_configs: [{type:"
                    + " DynamicStreamCheckConfig, dynamic_stream_name: NAME, stream_count: 1}]}\n";
        var one =
                program().run("check", HEAD + dynamic(check.replace("NAME", "tables")), List.of());
        assertThat(one.messages("CONNECTION_STATUS").toString()).contains("SUCCEEDED");
        assertThat(api.received()).hasSize(1);
        var unknown =
                program().run("check", HEAD + dynamic(check.replace("NAME", "chairs")), List.of());
        assertThat(unknown.messages("CONNECTION_STATUS").toString())
                .contains("FAILED")
                .contains("chairs");
    }

    @Test
    void bodiesAreFormsOrJson() {
        String form =
                """
                paginator: {type: NoPagination}
                requester:
                  type: HttpRequester
                  url: "API/form"
                  http_method: POST
                  request_body: {type: RequestBodyUrlEncodedForm, value: {a: "x y", b: "{{ 5 }}"}}
                """;
        assertThat(program().read(HEAD + stream(form), "s").status()).isZero();
        assertThat(api.received().getLast().body()).isEqualTo("a=x+y&b=5");
        String json =
                form.replaceFirst(
                        "request_body: .*",
                        "request_body: {type: RequestBodyJsonObject, value: {a: \"{{ 5 }}\", b:"
                                + " [true]}}");
        assertThat(program().read(HEAD + stream(json), "s").status()).isZero();
        assertThat(api.received().getLast().body()).isEqualTo("{\"a\": 5, \"b\": [true]}");
        assertThat(api.received().getLast().header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void schemasStandApartAndAreReferredTo() {
        String manifest =
                HEAD
                        + stream("requester: {$ref: \"#/definitions/requester\", path: s}\n")
                        + """
                            schema_loader: {type: InlineSchemaLoader, schema: {$ref: "#/schemas/s"}}
                        schemas:
                          s: {type: object, properties: {id: {type: integer}}}
                        """;
        assertThat(
                        program()
                                .run("discover", manifest, List.of())
                                .messages("CATALOG")
                                .getFirst()
                                .at("/catalog/streams/0/json_schema/properties/id/type")
                                .asString())
                .isEqualTo("integer");
    }

    @Test
    void withoutPaginationOnePageIsRead() {
        String retriever =
                """
                paginator: {type: NoPagination}
                requester: {$ref: "#/definitions/requester", path: s}
                """;
        assertThat(program().read(HEAD + stream(retriever), "s").status()).isZero();
        assertThat(api.received()).hasSize(1);
    }

    @Test
    void chunksOfPropertiesAreMergedByKey() {
        api.answerWith(request ->
                request.uri().contains("a%2Cb")
                        ? Reply.ok("{'data': [{'no': 1, 'a': 1, 'b': 2}, {'no': 2, 'a': 3}]}")
                        : Reply.ok("{'data': [{'no': 2, 'c': 4}, {'no': 1, 'c': 5}]}"));
        String retriever =
                """
                requester:
                  type: HttpRequester
                  url: "API/s"
                  request_parameters:
                    fields:
                      type: QueryProperties
                      property_list: [a, b, c]
                      property_chunking:
                        type: PropertyChunking
                        property_limit_type: property_count
                        property_limit: 2
                        record_merge_strategy: {type: GroupByKeyMergeStrategy, key: "no"}
                """;
        var result = program().read(HEAD + stream(retriever), "s");
        assertThat(result.status()).isZero();
        assertThat(result.values("s", "c")).containsExactly("5", "4");
        assertThat(result.values("s", "a")).containsExactly("1", "3");
    }

    @Test
    void anAddedFieldTakesOnlyAValueOfItsType() {
        String transformed =
                stream("requester: {$ref: \"#/definitions/requester\", path: s}\n")
                        + """
                            transformations:
                              - type: AddFields
                                fields:
                                  - {type: AddedFieldDefinition, path: [text], value: "{{ 5 }}", value_type: string}
                                  - {type: AddedFieldDefinition, path: [whole], value: "{{ 5 }}", value_type: integer}
                        """;
        var result = program().read(HEAD + transformed, "s");
        assertThat(result.values("s", "text")).containsExactly("\"5\"");
        assertThat(result.values("s", "whole")).containsExactly("5");
    }
}

package io.millrace.declarative.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.LocalApi;
import io.millrace.declarative.http.LocalApi.Received;
import io.millrace.declarative.http.LocalApi.Reply;
import io.millrace.declarative.lint.ManifestLint;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.ManifestRun;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestDraftTest {

    private static String document(String name) {
        try (InputStream stream =
                Objects.requireNonNull(ManifestDraftTest.class.getResourceAsStream(name))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Definition stream(String draft, String name) {
        return Manifest.parse(draft).root().children("streams").stream()
                .filter(stream -> stream.text("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A document with one operation, whose parameters and answer are given as JSON. */
    private static String operation(String path, String parameters, String answer) {
        return """
        {"openapi": "3.1.0", "servers": [{"url": "https://example.com"}], "paths": {"%s": {"get":
         {"parameters": %s, "responses": {"200": {"content": {"application/json": {"schema": %s}}}}}}}}
        """
                .formatted(path, parameters, answer);
    }

    private static String list(String item) {
        return "{\"type\": \"array\", \"items\": %s}".formatted(item);
    }

    private static final String ANYTHING =
            "{\"type\": \"object\", \"properties\": {\"name\": {\"type\": \"string\"}}}";

    private static Definition paginator(String parameters, String answer) {
        Definition stream =
                stream(ManifestDraft.of(operation("/things", parameters, answer)), "things");
        return stream.child("retriever").find("paginator").orElse(Definition.of(Map.of(), ""));
    }

    // ---------------------------------------------------------------- as a whole

    @ParameterizedTest
    @ValueSource(strings = {"shop.openapi.yaml", "shop.swagger.json"})
    void aDraftHasNothingThatLintComplainsOf(String name) {
        assertThat(ManifestLint.check(ManifestDraft.of(document(name)))).isEmpty();
    }

    @Test
    void aDraftIsTheSameEachTime() {
        String document = document("shop.openapi.yaml");
        assertThat(ManifestDraft.of(document)).isEqualTo(ManifestDraft.of(document));
    }

    @Test
    void everyListIsAStreamAndSoIsAnObjectThatIsNoRecordOfAList() {
        assertThat(Manifest.parse(ManifestDraft.of(document("shop.openapi.yaml"))).root())
                .extracting(root ->
                        root.children("streams").stream()
                                .map(stream -> stream.text("name"))
                                .toList())
                .isEqualTo(
                        List.of(
                                "customers",
                                "customers_orders",
                                "customers_orders_lines",
                                "warehouses",
                                "events",
                                "account",
                                "tenants_users"));
    }

    @Test
    void whatWasGuessedSaysSoAndWhatWasLeftOutIsNamed() {
        assertThat(ManifestDraft.of(document("shop.openapi.yaml")))
                .contains("primary_key: [id]  # guess: ")
                .contains("cursor_field: updated_at  # guess: updated_since")
                .contains("pagination_strategy:  # guess: parameter page counts pages")
                .contains("currency: EUR  # guess: one of 2 choices")
                .contains("# Left out, since it is deprecated: GET /old");
    }

    /** The shop of the document, as its server would be. */
    private static Reply shop(Received request, String url) {
        String uri = request.uri();
        if (!request.header("X-Api-Key").equals("secret")) {
            return Reply.json(401, "{}");
        }
        if (uri.startsWith("/v1/customers?")) {
            return uri.contains("page=2")
                    ? Reply.ok("{'data': [{'id': 3, 'updated_at': '2024-03-01T00:00:00Z'}]}")
                    : Reply.ok(
                            "{'data': [{'id': 1, 'updated_at': '2024-01-01T00:00:00Z'},"
                                    + " {'id': 2, 'updated_at': '2024-02-01T00:00:00Z'}]}");
        }
        if (uri.startsWith("/v1/customers/2/orders?")) {
            return uri.contains("cursor=more")
                    ? Reply.ok("{'orders': [{'order_id': 'b'}], 'meta': {'next_cursor': null}}")
                    : Reply.ok("{'orders': [{'order_id': 'a'}], 'meta': {'next_cursor': 'more'}}");
        }
        if (uri.matches("/v1/customers/[13]/orders[?].*")) {
            return Reply.ok("{'orders': []}");
        }
        if (uri.matches("/v1/customers/2/orders/[ab]/lines")) {
            return Reply.ok("[{'sku': '%s'}]".formatted(uri.charAt(23)));
        }
        if (uri.startsWith("/v1/events")) {
            return uri.contains("after")
                    ? Reply.ok("{'results': [{'uuid': 'y'}], 'links': {}}")
                    : Reply.ok(
                            "{'results': [{'uuid': 'x'}], 'links': {'next': '%s/v1/events?after=x'}}"
                                    .formatted(url));
        }
        if (uri.equals("/v1/account")) {
            return Reply.ok("{'plan': 'free'}");
        }
        return Reply.json(404, "{}");
    }

    @Test
    void aDraftReads() throws InterruptedException {
        try (var api = new LocalApi(_ -> Reply.json(404, "{}"));
                var run = new ManifestRun()) {
            api.answerWith(request -> shop(request, api.url()));
            Manifest manifest =
                    Manifest.parse(
                            ManifestDraft.of(
                                    document("shop.openapi.yaml")
                                            .replace("http://{region}.example.com", api.url())));
            run.read(
                    manifest,
                    "{'api_key': 'secret', 'start_date': '2024-01-01T00:00:00Z', 'tenant': 't'}",
                    "customers",
                    "customers_orders",
                    "customers_orders_lines",
                    "events",
                    "account");
            assertThat(run.failures).isEmpty();
            assertThat(run.of("customers")).hasSize(3);
            assertThat(run.of("customers_orders"))
                    .containsExactly("{\"order_id\": \"a\"}", "{\"order_id\": \"b\"}");
            assertThat(run.of("customers_orders_lines"))
                    .containsExactlyInAnyOrder("{\"sku\": \"a\"}", "{\"sku\": \"b\"}");
            assertThat(run.of("events")).containsExactly("{\"uuid\": \"x\"}", "{\"uuid\": \"y\"}");
            assertThat(run.of("account")).containsExactly("{\"plan\": \"free\"}");
            assertThat(run.states)
                    .containsEntry("customers", Map.of("updated_at", "2024-03-01T00:00:00Z"));
            assertThat(api.lines())
                    .anyMatch(line -> line.contains("updated_since=2024-01-01T00%3A00%3A00Z"))
                    .anyMatch(line -> line.contains("limit=2"));
        }
    }

    @Test
    void aSwaggerDocumentIsUnderstoodAsWell() {
        String draft = ManifestDraft.of(document("shop.swagger.json"));
        Definition products = stream(draft, "products");
        Definition requester = products.child("retriever").child("requester");
        assertThat(requester.text("url_base")).isEqualTo("https://shop.example.com/api/v2");
        assertThat(requester.child("authenticator").fields())
                .containsEntry("grant_type", "client_credentials")
                .containsEntry("token_refresh_endpoint", "https://shop.example.com/token");
        Definition strategy =
                products.child("retriever").child("paginator").child("pagination_strategy");
        assertThat(strategy.fields())
                .containsEntry("cursor_value", "{{ last_record['id'] }}")
                .containsEntry("stop_condition", "{{ not response.get('has_more') }}");
    }

    // ---------------------------------------------------------------- part by part

    @Test
    void aPageNumberIsRecognisedWithItsFirstPage() {
        Definition fromOne =
                paginator(
                        "[{\"name\": \"page\", \"in\": \"query\", \"schema\": {}},{\"name\":"
                            + " \"per_page\", \"in\": \"query\", \"schema\": {\"maximum\": 50}}]",
                        list(ANYTHING));
        assertThat(fromOne.child("pagination_strategy").fields())
                .containsEntry("type", "PageIncrement")
                .containsEntry("start_from_page", 1L)
                .containsEntry("page_size", 50L);
        Definition fromZero =
                paginator(
                        "[{\"name\": \"pageNumber\", \"in\": \"query\", \"required\": true,"
                                + " \"schema\": {\"minimum\": 0}}]",
                        list(ANYTHING));
        assertThat(fromZero.child("pagination_strategy").fields())
                .containsEntry("start_from_page", 0L)
                .containsEntry("inject_on_first_request", true);
    }

    @ParameterizedTest
    @CsvSource({
        "offset, OffsetIncrement",
        "$skip, OffsetIncrement",
        "page_token, CursorPagination",
        "starting_after, CursorPagination",
        "page[number], PageIncrement",
        "colour, ''"
    })
    void aWayToPageIsKnownByTheNameOfItsParameter(String name, String strategy) {
        Definition paginator =
                paginator(
                        "[{\"name\": \"%s\", \"in\": \"query\", \"schema\": {}}]".formatted(name),
                        list(ANYTHING));
        assertThat(paginator.find("pagination_strategy").map(Definition::type).orElse(""))
                .isEqualTo(strategy);
    }

    @Test
    void aLinkHeaderIsFollowed() {
        String document =
                operation("/things", "[]", list(ANYTHING))
                        .replace("\"200\": {", "\"200\": {\"headers\": {\"Link\": {}}, ");
        assertThat(ManifestDraft.of(document)).contains("{{ headers['link']['next']['url'] }}");
    }

    @Test
    void aCursorNeedsBothADateInRecordsAndAParameterThatSelectsByIt() {
        String dated =
                "{\"type\": \"object\", \"properties\": {\"modifiedAt\": {\"type\": \"string\","
                        + " \"format\": \"date-time\"}}}";
        String since =
                "[{\"name\": \"modified_since\", \"in\": \"query\", \"schema\":"
                        + " {\"type\": \"string\", \"format\": \"date\"}}]";
        assertThat(ManifestDraft.of(operation("/things", since, list(dated))))
                .contains("cursor_field: modifiedAt  # guess")
                .contains("datetime_format: \"%Y-%m-%d\"");
        assertThat(ManifestDraft.of(operation("/things", "[]", list(dated))))
                .doesNotContain("DatetimeBasedCursor");
        assertThat(ManifestDraft.of(operation("/things", since, list(ANYTHING))))
                .doesNotContain("DatetimeBasedCursor");
    }

    @Test
    void aSchemaThatContainsItselfEndsSomewhere() {
        String document =
                """
                {"openapi": "3.0.0", "components": {"schemas": {"Node": {"type": "object",
                 "properties": {"id": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}}},
                 "Odd": {"allOf": [{"$ref": "#/components/schemas/Odd"}, {"$ref": "#/components/schemas/Node"}]}}},
                 "paths": {"/nodes": {"get": {"responses": {"200": {"content": {"application/json": {"schema":
                 {"type": "array", "items": {"$ref": "#/components/schemas/Odd"}}}}}}}}}}
                """;
        assertThat(ManifestLint.check(ManifestDraft.of(document))).isEmpty();
    }

    /** 40 fields that each have 40 fields that each … would be millions. */
    @Test
    void aSchemaOfEverythingStaysOfAReadableSize() {
        var schemas = new StringBuilder();
        for (int level = 0; level < 6; level++) {
            schemas.append("\"L%d\": {\"type\": \"object\", \"properties\": {".formatted(level));
            for (int field = 0; field < 40; field++) {
                schemas.append(
                        "%s\"f%d\": {\"$ref\": \"#/components/schemas/L%d\"}"
                                .formatted(field == 0 ? "" : ", ", field, level + 1));
            }
            schemas.append("}}, ");
        }
        String document =
                operation("/things", "[]", list("{\"$ref\": \"#/components/schemas/L0\"}"))
                        .replaceFirst(
                                "\"paths\"",
                                "\"components\": {\"schemas\": {%s\"L6\": {}}}, \"paths\""
                                        .formatted(schemas)
                                        .replace("$", "\\$"));
        assertThat(ManifestDraft.of(document)).hasSizeBetween(10_000, 300_000);
    }

    @Test
    void anUnknownServerBecomesAQuestionToTheUser() {
        String draft =
                ManifestDraft.of(
                        operation("/things", "[]", list(ANYTHING))
                                .replace("https://example.com", "/v1"));
        assertThat(draft).contains("url_base: \"{{ config['base_url'] }}/v1\"  # guess");
        assertThat(Manifest.parse(draft).root().child("spec").toString()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[1]", "text", "{\"openapi\": \"3.0.0\"}", "swagger: '2.0'", "a: ["})
    void whatIsNoDescriptionOrDescribesNothingToReadIsRefused(String text) {
        assertThatThrownBy(() -> ManifestDraft.of(text)).isInstanceOf(ConfigurationFailure.class);
    }
}

package io.millrace.declarative.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.manifest.Located;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestLintTest {
    private static final String SOUND =
            """
            version: 6.0.0
            type: DeclarativeSource
            check:
              type: CheckStream
              stream_names: [users]
            definitions:
              requester:
                type: HttpRequester
                url: "https://{{ config['host'] }}/users"
                authenticator:
                  type: BearerAuthenticator
                  api_token: "{{ config['token'] }}"
            streams:
              - type: DeclarativeStream
                name: users
                primary_key: id
                retriever:
                  type: SimpleRetriever
                  requester:
                    $ref: "#/definitions/requester"
                  record_selector:
                    type: RecordSelector
                    extractor:
                      type: DpathExtractor
                      field_path: [data]
                schema_loader:
                  type: InlineSchemaLoader
                  schema:
                    type: object
                    properties:
                      id: {type: [integer, "null"]}
            """;

    @Test
    void aSoundManifestHasNoFindings() {
        assertThat(lint(SOUND)).isEmpty();
    }

    @Test
    void anUnknownFieldIsToldAtItsKeyWithTheNearestName() {
        assertThat(lint(SOUND.replace("    primary_key: id", "    primary_kei: id")))
                .containsExactly(
                        "16:5 WARNING DeclarativeStream has no field 'primary_kei'. Did you mean"
                                + " \"primary_key\"?");
        assertThat(lint(SOUND.replace("definitions:", "definition:")))
                .contains(
                        "6:1 ERROR DeclarativeSource has no field 'definition'. Did you mean"
                                + " \"definitions\"?");
    }

    /** The quick look may see too much, but never too little. */
    @Test
    void fieldsThatAreIgnoredAreFoundWhereverTheyAre() {
        assertThat(ManifestLint.ignoredFields(Manifest.parse(SOUND), SOUND)).isEmpty();
        List<String> lines = SOUND.lines().toList();
        int found = 0;
        for (int i = 0; i < lines.size(); i++) {
            List<String> slipped = new ArrayList<>(lines);
            slipped.set(i, lines.get(i).replaceFirst("([a-z_]):", "$1z:"));
            String text = String.join("\n", slipped) + "\n";
            Manifest manifest;
            try {
                manifest = Manifest.parse(text);
            } catch (ConfigurationFailure _) {
                continue; // then nothing is read
            }
            List<Finding> expected =
                    ManifestLint.check(text).stream().filter(Finding::ignored).toList();
            assertThat(ManifestLint.ignoredFields(manifest, text))
                    .as(slipped.get(i))
                    .isEqualTo(expected);
            found += expected.size();
        }
        assertThat(found).isGreaterThan(15);
    }

    @Test
    void anUnknownTypeIsToldWithTheNearestName() {
        assertThat(lint(SOUND.replace("type: SimpleRetriever", "type: SimpelRetriever")))
                .containsExactly(
                        "18:13 ERROR There is no component of type SimpelRetriever. Did you mean"
                                + " \"SimpleRetriever\"?");
    }

    @Test
    void aComponentInTheWrongPlaceIsToldWithWhatCanStandThere() {
        assertThat(lint(SOUND.replace("type: RecordSelector", "type: DefaultPaginator")))
                .containsExactly(
                        "22:15 ERROR SimpleRetriever.record_selector can't be a DefaultPaginator,"
                                + " but a RecordSelector.");
    }

    @Test
    void aMissingFieldIsToldAtItsComponent() {
        assertThat(lint(SOUND.replace("          field_path: [data]\n", "")))
                .containsExactly("24:11 ERROR field_path is missing in DpathExtractor.");
    }

    @Test
    void aValueOfTheWrongKindIsToldAtTheValue() {
        assertThat(lint(SOUND.replace("field_path: [data]", "field_path: data")))
                .containsExactly("25:23 ERROR DpathExtractor.field_path has to be a list.");
        assertThat(lint(SOUND.replace("version: 6.0.0", "version: 6")))
                .containsExactly("1:10 ERROR DeclarativeSource.version has to be text.");
    }

    @Test
    void aFaultInADefinitionIsToldThere() {
        assertThat(lint(SOUND.replace("    url: ", "    http_method: PUT\n    url: ")))
                .containsExactly(
                        "9:18 ERROR HttpRequester.http_method has to be one of GET, POST.");
    }

    @Test
    void referencesThatLeadNowhereAreAllTold() {
        assertThat(
                        lint(
                                SOUND.replace("#/definitions/requester", "#/definitions/nobody")
                                        .replace(
                                                "extractor:\n"
                                                        + "          type: DpathExtractor\n"
                                                        + "          field_path: [data]",
                                                "extractor: \"#/definitions/nothing\"")))
                .contains(
                        "20:15 ERROR The reference #/definitions/nobody leads nowhere.",
                        "23:20 ERROR The reference #/definitions/nothing leads nowhere.");
    }

    @Test
    void aReferenceToItselfIsTold() {
        assertThat(
                        lint(
                                SOUND.replace(
                                                "definitions:\n",
                                                "definitions:\n"
                                                        + "  a: {$ref: \"#/definitions/a\"}\n"
                                                        + "  b: 1\n")
                                        .replace(
                                                "    name: users",
                                                "    name: users\n"
                                                        + "    description: \"#/definitions/a\"")))
                .contains("7:13 ERROR The reference #/definitions/a leads to itself.");
    }

    @Test
    void whatNothingRefersToIsTold() {
        assertThat(
                        lint(
                                SOUND.replace(
                                        "definitions:\n",
                                        "definitions:\n"
                                                + "  spare:\n"
                                                + "    type: NoAuth\n"
                                                + "  group:\n"
                                                + "    deep: 1\n")))
                .containsExactly(
                        "7:3 WARNING definitions.spare is never used.",
                        "9:3 WARNING definitions.group is never used.");
    }

    @Test
    void aTemplateThatIsNoneIsTold() {
        assertThat(lint(SOUND.replace("{{ config['token'] }}", "{{ config['token' }}")))
                .singleElement()
                .asString()
                .startsWith(
                        "12:18 ERROR The template of BearerAuthenticator.api_token can't be"
                                + " evaluated:");
        assertThat(lint(SOUND.replace("{{ config['token'] }}", "{{ config['token'] | shout }}")))
                .singleElement()
                .asString()
                .startsWith("12:18 ERROR");
    }

    @Test
    void aVariableThatAFieldIsNotOfferedIsToldWithThoseThatItIs() {
        assertThat(lint(SOUND.replace("{{ config['token'] }}", "{{ record['token'] }}")))
                .containsExactly(
                        "12:18 ERROR record isn't known in BearerAuthenticator.api_token, where"
                                + " templates can use config, parameters.");
    }

    @Test
    void pythonClassesAreToldWithTheirNames() {
        assertThat(
                        lint(
                                SOUND.replace(
                                        "type: DpathExtractor\n          field_path: [data]",
                                        "type: CustomRecordExtractor\n"
                                                + "          class_name: source.components.Mine\n"
                                                + "          extra: 1")))
                .containsExactly(
                        "25:23 WARNING This CustomRecordExtractor is the Python class"
                            + " source.components.Mine, which needs Python 3 with airbyte-cdk to"
                            + " run.");
    }

    @Test
    void aCheckOfAStreamThatIsNotThereIsTold() {
        assertThat(lint(SOUND.replace("stream_names: [users]", "stream_names: [user]")))
                .containsExactly(
                        "5:18 ERROR There is no stream user to check. Did you mean \"users\"?");
    }

    @Test
    void whatParametersFillIsNeitherMissingNorUnknown() {
        assertThat(
                        lint(
                                SOUND.replace(
                                                "    name: users\n",
                                                "    $parameters: {name: users}\n")
                                        .replace("          field_path: [data]\n", "")
                                        .replace(
                                                "    retriever:\n",
                                                "    retriever:\n"
                                                    + "      $parameters: {field_path: [data]}\n")))
                .isEmpty();
    }

    private static final String SPEC =
            """
            spec:
              type: Spec
              connection_specification:
                type: object
                properties:
                  host: {type: string}
                  token: {type: string}
                  start_date: {type: string}
                  credentials:
                    oneOf:
                      - {type: object, properties: {client_id: {type: string}}}
                      - {type: object, properties: {key: {type: string}}}
                  free: {type: object, additionalProperties: {type: string}}
            """;

    @Test
    void aKeyThatNoConfigurationHasIsToldWithTheNearest() {
        String manifest = SOUND + SPEC;
        assertThat(lint(manifest)).isEmpty();
        assertThat(lint(manifest.replace("{{ config['token'] }}", "{{ config['tokn'] }}")))
                .containsExactly(
                        "12:18 WARNING BearerAuthenticator.api_token reads config.tokn, which the"
                                + " specification doesn't have. Did you mean \"token\"?");
        assertThat(
                        lint(
                                manifest.replace(
                                        "{{ config['token'] }}",
                                        "{{ config.credentials.get('ky') }}")))
                .singleElement()
                .asString()
                .contains("reads config.credentials.ky,")
                .contains("Did you mean \"key\"?");
        for (String fine :
                List.of(
                        "{{ config['credentials']['key'] }}",
                        "{{ config.free.anything }}",
                        "{{ config['token'].split('x')[0] }}",
                        "{{ config.get('old', '') }}",
                        "{{ config['old'] | default('x') }}",
                        "{{ config['old'] or 'x' }}",
                        "{{ config['old'] if 'old' in config else 'x' }}",
                        "{% if config.old is defined %}{{ config.old }}{% endif %}")) {
            assertThat(lint(manifest.replace("{{ config['token'] }}", fine))).as(fine).isEmpty();
        }
    }

    @Test
    void aParameterThatNobodyGivesIsTold() {
        assertThat(
                        lint(
                                SOUND.replace(
                                                "field_path: [data]",
                                                "field_path: [\"{{ parameters.pth }}\"]")
                                        .replace(
                                                "    primary_key: id\n",
                                                "    $parameters: {path: x}\n")))
                .singleElement()
                .asString()
                .contains("DpathExtractor.field_path reads parameters.pth, which no $parameters")
                .contains("Did you mean \"path\"?");
    }

    @Test
    void unknownNamesInTemplatesHaveAHint() {
        assertThat(lint(SOUND.replace("{{ config['token'] }}", "{{ nou_utc() }}")))
                .singleElement()
                .asString()
                .startsWith("12:18 ERROR nou_utc isn't known")
                .endsWith("Did you mean \"now_utc\"?");
        assertThat(lint(SOUND.replace("{{ config['token'] }}", "{{ 'x' | base64encod }}")))
                .singleElement()
                .asString()
                .contains("base64encod");
        assertThat(lint(SOUND.replace("{{ config['token'] }}", "{{ 'x' is defind }}")))
                .singleElement()
                .asString()
                .contains("defind");
    }

    private static String withCursor(String cursor) {
        return SOUND.replace(
                "    schema_loader:",
                "    incremental_sync:\n" + cursor.indent(6) + "    schema_loader:");
    }

    private static final String CURSOR =
            """
            type: DatetimeBasedCursor
            cursor_field: id
            datetime_format: "%Y-%m-%d"
            start_datetime: "2024-01-31"
            step: P1M
            cursor_granularity: P1D
            """;

    @Test
    void datesFormatsAndDurationsOfCursorsAreChecked() {
        assertThat(lint(withCursor(CURSOR))).isEmpty();
        assertThat(lint(withCursor(CURSOR.replace("%Y-%m-%d", "%Y-%m-%Q"))))
                .anyMatch(finding -> finding.contains("ERROR Dates can't be read in the format"));
        assertThat(lint(withCursor(CURSOR.replace("2024-01-31", "2024-01-31T00:00:00Z"))))
                .singleElement()
                .asString()
                .contains(
                        "ERROR 2024-01-31T00:00:00Z is no date in the format %Y-%m-%d, which is"
                                + " written like 2021-11-23.");
        assertThat(
                        lint(
                                withCursor(
                                        CURSOR.replace(
                                                "start_datetime: \"2024-01-31\"",
                                                "start_datetime: {type: MinMaxDatetime, datetime:"
                                                        + " \"{{ config['x'] }}\", min_datetime:"
                                                        + " \"1700000000\", datetime_format:"
                                                        + " \"%s\"}"))))
                .isEmpty();
        assertThat(lint(withCursor(CURSOR.replace("P1M", "1M"))))
                .singleElement()
                .asString()
                .contains("ERROR step has to be an ISO 8601 duration such as P1D or PT1H, not 1M.");
        assertThat(lint(withCursor(CURSOR.replace("P1M", "PT1H"))))
                .singleElement()
                .asString()
                .contains("The step PT1H is shorter than the cursor_granularity P1D");
        assertThat(lint(withCursor(CURSOR + "clamping: {target: YEAR}\n")))
                .singleElement()
                .asString()
                .contains("DAY, WEEK or MONTH");
        assertThat(
                        lint(
                                withCursor(
                                        "type: IncrementingCountCursor\n"
                                                + "cursor_field: id\n"
                                                + "start_value: first\n")))
                .singleElement()
                .asString()
                .contains("whole number");
    }

    @Test
    void keysAndCursorsAreInTheSchema() {
        assertThat(lint(SOUND.replace("primary_key: id", "primary_key: [[id, x]]")))
                .singleElement()
                .asString()
                .contains("16:19 ERROR A part of a primary_key");
        assertThat(lint(SOUND.replace("primary_key: id", "primary_key: [idd]")))
                .containsExactly(
                        "16:18 WARNING The primary_key idd is no property of the stream's schema."
                                + " Did you mean \"id\"?");
        assertThat(lint(withCursor(CURSOR.replace("cursor_field: id", "cursor_field: at"))))
                .singleElement()
                .asString()
                .contains("The cursor_field at is no property of the stream's schema.");
    }

    private static String withPaginator(String paginator) {
        return SOUND.replace(
                "      record_selector:",
                "      paginator:\n" + paginator.indent(8) + "      record_selector:");
    }

    @Test
    void pagesHaveASizeAndATokenThatRequestsCarry() {
        String paginator =
                """
                type: DefaultPaginator
                pagination_strategy: {type: PageIncrement, page_size: 100}
                page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
                page_size_option: {type: RequestOption, inject_into: request_parameter, field_name: size}
                """;
        assertThat(lint(withPaginator(paginator))).isEmpty();
        assertThat(lint(withPaginator(paginator.replace("page_size: 100", "page_size: 0"))))
                .singleElement()
                .asString()
                .contains("ERROR The page_size has to be a whole number from 1");
        assertThat(lint(withPaginator(paginator.replace("field_name: size", "field_name: page"))))
                .singleElement()
                .asString()
                .contains("go to the same place of the request");
        assertThat(
                        lint(
                                withPaginator(
                                        paginator.replaceFirst(
                                                "page_token_option: .*",
                                                "page_token_option: {type: RequestPath}"))))
                .singleElement()
                .asString()
                .contains("A RequestPath takes an address");
        assertThat(lint(withPaginator(paginator.replaceFirst("page_token_option: .*", ""))))
                .singleElement()
                .asString()
                .contains("WARNING No request carries the token of the next page");
    }

    @Test
    void whatAnAliasNamesIsUsed() {
        assertThat(
                        lint(
                                SOUND.replace(
                                                "definitions:\n",
                                                "definitions:\n"
                                                        + "  base: &base {type: DpathExtractor,"
                                                        + " field_path: [x]}\n"
                                                        + "  all: &all [data]\n")
                                        .replace(
                                                "          type: DpathExtractor\n"
                                                        + "          field_path: [data]",
                                                "          <<: *base\n"
                                                        + "          field_path: *all")))
                .isEmpty();
    }

    @Test
    void classesHaveToBeInTheFileBesideTheManifest(@TempDir Path folder) throws IOException {
        String manifest =
                SOUND.replace(
                        "type: DpathExtractor\n          field_path: [data]",
                        "type: CustomRecordExtractor\n"
                            + "          class_name: source_declarative_manifest.components.Mine");
        assertThat(ManifestLint.check(manifest, Optional.of(folder)))
                .extracting(Finding::message)
                .contains(
                        "There is no components.py beside the manifest, which would have the class"
                                + " Mine.");
        Files.writeString(folder.resolve("components.py"), "class Others:\n    pass\n");
        assertThat(ManifestLint.check(manifest, Optional.of(folder)))
                .extracting(Finding::message)
                .contains("components.py has no class Mine.");
        Files.writeString(folder.resolve("components.py"), "class Mine(Others):\n    pass\n");
        assertThat(ManifestLint.check(manifest, Optional.of(folder)))
                .extracting(Finding::severity)
                .containsExactly(Finding.Severity.WARNING);
        assertThat(ManifestLint.pythonClasses(manifest))
                .containsExactly(
                        new PythonClass(
                                "CustomRecordExtractor",
                                "source_declarative_manifest.components.Mine",
                                new Located.Place(25, 23)));
    }

    @Test
    void aVersionThatIsNotKnownYetIsAWarning() {
        assertThat(lint(SOUND.replace("version: 6.0.0", "version: 99.0.0")))
                .singleElement()
                .asString()
                .startsWith("1:10 WARNING Version 99.0.0 is newer than");
        assertThat(lint(SOUND.replace("version: 6.0.0", "version: 7.39.1"))).isEmpty();
    }

    @Test
    void aTypeThatJsonSchemasLackIsAWarningInAStreamAndAnErrorInTheSpecification() {
        assertThat(
                        lint(
                                SOUND.replace("type: [integer, \"null\"]}", "type: int}")
                                        + "          tags: {type: array, items: {type: str}}\n"
                                        + """
                                        spec:
                                          type: Spec
                                          connection_specification:
                                            type: object
                                            properties:
                                              host: {type: string}
                                              token: {type: text}
                                        """))
                .hasSize(3)
                .anyMatch(line -> line.startsWith("31:22 WARNING JSON schemas have no type int;"))
                .anyMatch(line -> line.contains("WARNING JSON schemas have no type str;"))
                .anyMatch(line -> line.contains("ERROR JSON schemas have no type text;"));
    }

    @Test
    void aDateFormatOfAnotherLanguageIsToldWithTheOneThatWasMeant() {
        String cursor =
                """
                    incremental_sync:
                      type: DatetimeBasedCursor
                      cursor_field: id
                      start_datetime: "2024-01-01"
                      datetime_format: YYYY-MM-DD
                    retriever:
                """;
        assertThat(lint(SOUND.replace("    retriever:\n", cursor)))
                .singleElement()
                .asString()
                .contains("ERROR The format YYYY-MM-DD stands for no date")
                .endsWith("did you mean %Y-%m-%d?");
    }

    @Test
    void textThatIsNoYamlIsToldWithItsPlace() {
        assertThat(lint("a: [1\nb: 2\n")).singleElement().asString().startsWith("2:");
        assertThat(lint("- 1")).containsExactly("1:1 ERROR A manifest has to be an object.");
    }

    @Test
    void aManifestInJsonHasPlacesToo() {
        assertThat(
                        lint(
                                """
                                {"version": "1",
                                 "check": {"type": "CheckStream", "stream_names": ["a"]},
                                 "streams": [{"type": "DeclarativeStream", "name": "a"}]}
                                """))
                .containsExactly("3:14 ERROR retriever is missing in DeclarativeStream.");
    }

    private static List<String> lint(String manifest) {
        return ManifestLint.check(manifest).stream()
                .map(finding ->
                        "%d:%d %s %s"
                                .formatted(
                                        finding.place().line(),
                                        finding.place().column(),
                                        finding.severity(),
                                        finding.message()))
                .toList();
    }
}

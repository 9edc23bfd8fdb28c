package io.millrace.declarative.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

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

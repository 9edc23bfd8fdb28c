package io.millrace.declarative.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecTest {
    private static final String SCHEMA =
            """
              type: object
              required: [host, credentials]
              properties:
                host: {type: string, pattern: "^[a-z]+$"}
                pages: {type: integer, minimum: 1}
                credentials:
                  oneOf:
                    - type: object
                      required: [kind, token]
                      properties: {kind: {const: token}, token: {type: string}}
                    - type: object
                      required: [kind, user]
                      properties: {kind: {const: basic}, user: {type: string}}
            """;

    @Test
    void aConfigurationThatFitsItsSchemaIsAccepted() {
        spec("").check(map("{host: a, credentials: {kind: token, token: t}, more: 1}"));
    }

    @Test
    void everythingThatIsWrongIsToldWithItsFieldAndWithoutAValue() {
        assertThatThrownBy(() ->
                        spec("").check(
                                        map(
                                                "{host: Secret1, pages: 0, credentials: {kind:"
                                                        + " basic}}")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageStartingWith("Config validation error: ")
                .hasMessageContaining("host has to match the pattern ^[a-z]+$")
                .hasMessageContaining("pages has to be at least 1")
                .hasMessageContaining("credentials.user is missing")
                .hasMessageNotContaining("token")
                .hasMessageNotContaining("Secret1");
    }

    @Test
    void anAlternativeThatIsNoneIsTold() {
        assertThatThrownBy(() -> spec("").check(map("{host: a, credentials: {kind: other}}")))
                .hasMessageContaining("credentials fits none of the alternatives");
    }

    @Test
    void optionsOfThePlatformAreNoneOfTheSchema() {
        Spec closed =
                compiled("connection_specification: {additionalProperties: false, properties: {}}");
        closed.check(map("{_limit: 5, _page_size: 1}"));
        assertThatThrownBy(() -> closed.check(map("{limit: 5}")))
                .hasMessageContaining("limit is not known here");
    }

    @Test
    void theMessageHasTheSpecificationAsItStandsAndTheDefaultsOfThePlatform() {
        Spec spec =
                compiled(
                        """
                        documentation_url: http://d
                        connection_specification: {a: "{{ x }}"}
                        advanced_auth:
                          auth_flow_type: oauth2.0
                          predicate_value: null
                          oauth_config_specification:
                            oauth_connector_input_specification: {consent_url: "{{ y }}"}
                        """);
        assertThat(spec.message())
                .isEqualTo(
                        map(
                                """
                                connectionSpecification: {a: "{{ x }}"}
                                documentationUrl: http://d
                                supportsNormalization: false
                                supportsDBT: false
                                advanced_auth:
                                  auth_flow_type: oauth2.0
                                  oauth_config_specification:
                                    oauth_connector_input_specification:
                                      consent_url: "{{ y }}"
                                      scopes_join_strategy: space
                                """));
    }

    @Test
    void migrationsComeInOrderAndLeaveWhatTheyWereGiven() {
        Spec spec =
                spec(
                        """
                        config_migrations:
                          - type: ConfigMigration
                            transformations:
                              - type: ConfigAddFields
                                fields:
                                  - type: AddedFieldDefinition
                                    path: [credentials, kind]
                                    value: "{{ config.get('kind', 'token') }}"
                              - {type: ConfigRemoveFields, field_pointers: [[kind], ["old*"]]}
                          - type: ConfigMigration
                            transformations:
                              - type: ConfigRemapField
                                field_path: [region]
                                map: {"{{ 'us' }}": "{{ 1 }}", eu: europe}
                        """);
        String before = "{kind: basic, old1: 1, old2: 2, region: us}";
        Map<String, Object> given = map(before);
        assertThat(spec.migrated(given)).isEqualTo(map("{credentials: {kind: basic}, region: 1}"));
        assertThat(given).isEqualTo(map(before));
        assertThat(spec.migrated(Map.of())).isEmpty();
    }

    @Test
    void aConditionDecidesOverAllPointersOfAConfiguration() {
        Spec spec =
                spec(
                        """
                        transformations:
                          - type: ConfigRemoveFields
                            field_pointers: [[a], [b]]
                            condition: "{{ config.a == 1 }}"
                        """);
        assertThat(spec.transformed(map("{a: 1, b: 2}"))).isEmpty();
        assertThat(spec.transformed(map("{a: 2, b: 2}"))).hasSize(2);
    }

    @Test
    void aNumberIsNeverAKeyOfATableOfTexts() {
        Spec spec =
                spec(
                        """
                        transformations:
                          - {type: ConfigRemapField, field_path: [a], map: {"1": one}}
                        """);
        assertThat(spec.transformed(map("{a: 1}"))).isEqualTo(map("{a: 1}"));
        assertThat(spec.transformed(map("{a: '1'}"))).isEqualTo(map("{a: one}"));
        assertThat(spec.transformed(map("{b: '1'}"))).isEqualTo(map("{b: '1'}"));
    }

    @Test
    void validatorsRefuseWhatDoesNotAdhere() {
        Spec spec =
                spec(
                        """
                        validations:
                          - type: DpathValidator
                            field_path: [reports, "*"]
                            validation_strategy:
                              type: ValidateAdheresToSchema
                              base_schema: {type: object, required: [name]}
                          - type: DpathValidator
                            field_path: [absent]
                            validation_strategy:
                              type: ValidateAdheresToSchema
                              base_schema: {type: object}
                          - type: PredicateValidator
                            value: "{{ config.size }}"
                            validation_strategy:
                              type: ValidateAdheresToSchema
                              base_schema: '{"type": "integer"}'
                        """);
        spec.validate(map("{reports: [{name: a}, '{\"name\": 1}'], size: 5}"));
        assertThatThrownBy(() -> spec.validate(map("{reports: [{name: a}, {}], size: 5}")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("name is missing");
        assertThatThrownBy(() -> spec.validate(map("{reports: [Secret1], size: 5}")))
                .hasMessageContaining("Invalid JSON string")
                .hasMessageNotContaining("Secret1");
        assertThatThrownBy(() -> spec.validate(map("{reports: [], size: 1.5}")))
                .hasMessageContaining("JSON schema validation error");
    }

    @Test
    void aSavedConfigurationReplacesTheOldOneAndKeepsItsRights(@TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Configurations.save(map("{a: [1, null]}"), file);
        assertThat(Files.readString(file)).isEqualTo("{\"a\":[1,null]}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    private static Spec spec(String rules) {
        return compiled(
                "connection_specification:\n%sconfig_normalization_rules:\n  type: ConfigNormalizationRules\n%s"
                        .formatted(SCHEMA, rules.indent(2)));
    }

    private static Spec compiled(String yaml) {
        return Spec.compile(Definition.of(map(yaml), "spec"), compilation());
    }

    private static Compilation compilation() {
        return new Compilation(
                Interpolation.of(InstantSource.system()),
                Map.of(),
                InstantSource.system(),
                Pause.none(),
                EngineLog.none());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String yaml) {
        return (Map<String, Object>) Objects.requireNonNull(YamlText.parse(yaml));
    }
}

package io.millrace.declarative.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaLoaderTest {
    @TempDir Path folder;

    private Map<String, Object> record = Map.of();
    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void anInlineSchemaIsGivenAsItStands() throws InterruptedException {
        assertThat(load("schema_loader: {type: InlineSchemaLoader, schema: {a: '{{ x }}'}}"))
                .isEqualTo(map("{a: '{{ x }}'}"));
        assertThat(load("schema_loader: {type: InlineSchemaLoader}")).isEmpty();
    }

    @Test
    void aSchemaFileStandsBesideTheManifestUnderTheNameOfTheStream()
            throws IOException, InterruptedException {
        write("schemas/users.json", "{\"type\":\"object\"}");
        assertThat(load("{name: users, schema_loader: {type: JsonFileSchemaLoader}}"))
                .isEqualTo(map("{type: object}"));
        assertThat(load("{name: users, $parameters: {name: users}}"))
                .isEqualTo(map("{type: object}"));
    }

    @Test
    void thePathOfASchemaFileIsATemplateAndMayBeginWithThePackage()
            throws IOException, InterruptedException {
        write("schemas/users.json", "{\"type\":\"object\"}");
        assertThat(
                        load(
                                """
                                name: x
                                schema_loader:
                                  type: JsonFileSchemaLoader
                                  file_path: "./source_made/schemas/{{ parameters['name'] }}.json"
                                  $parameters: {name: users}
                                """))
                .isEqualTo(map("{type: object}"));
    }

    @Test
    void aSchemaFileThatIsNotThereIsAnErrorOnlyIfItWasNamed() throws InterruptedException {
        assertThat(load("name: users")).isEmpty();
        assertThatThrownBy(() ->
                        load(
                                "schema_loader: {type: JsonFileSchemaLoader, file_path:"
                                        + " schemas/none.json}"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("none.json");
    }

    @Test
    void nothingOutsideOfTheFolderIsRead() throws IOException {
        Path outside = folder.resolveSibling("outside.json");
        Files.writeString(outside, "{}");
        try {
            assertThatThrownBy(() ->
                            load(
                                    "schema_loader: {type: JsonFileSchemaLoader, file_path:"
                                            + " ../outside.json}"))
                    .isInstanceOf(SystemFailure.class);
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void referencesOfASchemaFileArePutInPlace() throws IOException, InterruptedException {
        write(
                "schemas/users.json",
                """
                {"properties": {"a": {"$ref": "address.json"}, "b": {"$ref": "address.json#/definitions/zip"},
                 "c": {"$ref": "#/definitions/own"}}, "definitions": {"own": {"type": "integer"}}}
                """);
        write(
                "schemas/shared/address.json",
                """
                {"type": "object", "properties": {"zip": {"$ref": "#/definitions/zip"}},
                 "definitions": {"zip": {"type": "string"}}}
                """);
        assertThat(
                        load("{name: users, schema_loader: {type: JsonFileSchemaLoader}}")
                                .get("properties"))
                .isEqualTo(
                        map(
                                """
                                a: {type: object, properties: {zip: {type: string}}}
                                b: {type: string}
                                c: {type: integer}
                                """));
    }

    @Test
    void ofSeveralLoadersTheFirstCountsForEachProperty() throws InterruptedException {
        assertThat(
                        load(
                                """
                                schema_loader:
                                  - {type: InlineSchemaLoader, schema: {properties: {a: {type: string}}}}
                                  - {type: InlineSchemaLoader, schema: {properties: {a: {type: integer}, b: {type: boolean}}}}
                                """))
                .isEqualTo(
                        map(
                                """
                                $schema: http://json-schema.org/draft-07/schema#
                                type: ["null", object]
                                properties: {a: {type: string}, b: {type: boolean}}
                                """));
    }

    @Test
    void aDynamicSchemaIsMadeOfTheFirstRecordAndLoadedOnce() throws InterruptedException {
        record =
                map(
                        """
                        fields:
                          - {key: id, kind: int}
                          - {key: at, kind: datetime, zone: false}
                          - {key: seen, kind: datetime, zone: true}
                          - {key: tags, kind: texts}
                          - {key: either, kind: mixed}
                          - {key: plain}
                          - {key: hidden}
                        """);
        SchemaLoader loader =
                loader(
                        """
                        schema_loader:
                          type: DynamicSchemaLoader
                          retriever: {type: SimpleRetriever}
                          schema_type_identifier:
                            schema_pointer: [fields]
                            key_pointer: [key]
                            type_pointer: [kind]
                            types_mapping:
                              - {current_type: int, target_type: integer}
                              - {current_type: datetime, target_type: timestamp_with_timezone, condition: "{{ raw_schema.zone }}"}
                              - {current_type: datetime, target_type: timestamp_without_timezone}
                              - {current_type: texts, target_type: {field_type: array, items: string}}
                              - {current_type: mixed, target_type: [string, integer]}
                          schema_filter: {type: RecordFilter, condition: "{{ 'hidden' not in record }}"}
                          schema_transformations:
                            - type: AddFields
                              fields: [{type: AddedFieldDefinition, path: [more], value: "{{ {'type': 'string'} }}"}]
                        """);
        Map<String, Object> schema = loader.load();
        assertThat(schema)
                .isEqualTo(
                        map(
                                """
                                $schema: https://json-schema.org/draft-07/schema#
                                type: object
                                additionalProperties: true
                                properties:
                                  id: {type: ["null", integer]}
                                  at: {type: ["null", string], format: date-time, airbyte_type: timestamp_without_timezone}
                                  seen: {type: ["null", string], format: date-time}
                                  tags: {type: ["null", array], items: {type: ["null", string]}}
                                  either: {oneOf: [{type: ["null", string]}, {type: ["null", integer]}]}
                                  plain: {type: ["null", string]}
                                  more: {type: string}
                                """));
        assertThat(loader.load()).isSameAs(schema);
        assertThat(reads).hasValue(1);
    }

    @Test
    void anUnknownTypeOfADynamicSchemaIsAnError() {
        record = map("{fields: [{key: id, kind: strange}]}");
        assertThatThrownBy(() ->
                        load(
                                """
                                schema_loader:
                                  type: DynamicSchemaLoader
                                  retriever: {type: SimpleRetriever}
                                  schema_type_identifier: {schema_pointer: [fields], key_pointer: [key], type_pointer: [kind]}
                                """))
                .isInstanceOf(SystemFailure.class)
                .hasMessage("Invalid Airbyte data type: strange");
    }

    @Test
    void withoutARecordADynamicSchemaHasNoProperties() throws InterruptedException {
        assertThat(
                        load("""
                        schema_loader:
                          type: DynamicSchemaLoader
                          retriever: {type: SimpleRetriever}
                          schema_type_identifier: {key_pointer: [key]}
                        """)
                                .get("properties"))
                .isEqualTo(Map.of());
    }

    private Map<String, Object> load(String stream) throws InterruptedException {
        return loader(stream).load();
    }

    private SchemaLoader loader(String stream) {
        var compilation =
                new Compilation(
                        Interpolation.of(InstantSource.system()),
                        Map.of(),
                        InstantSource.system(),
                        Pause.none(),
                        EngineLog.none());
        var surroundings =
                new SchemaSurroundings(
                        Optional.of(folder),
                        _ ->
                                () -> {
                                    reads.incrementAndGet();
                                    return Optional.of(record).filter(each -> !each.isEmpty());
                                });
        return SchemaLoader.compile(
                Definition.of(map(stream), "streams[0]"), compilation, surroundings);
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String yaml) {
        return (Map<String, Object>) Objects.requireNonNull(YamlText.parse(yaml));
    }
}

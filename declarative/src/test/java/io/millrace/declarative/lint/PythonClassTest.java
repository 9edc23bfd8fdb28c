package io.millrace.declarative.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonClassTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CustomAuthenticator",
                "CustomBackoffStrategy",
                "CustomConfigTransformation",
                "CustomDecoder",
                "CustomErrorHandler",
                "CustomPaginationStrategy",
                "CustomPartitionRouter",
                "CustomRecordExtractor",
                "CustomRecordFilter",
                "CustomRequester",
                "CustomRetriever",
                "CustomSchemaLoader",
                "CustomSchemaNormalization",
                "CustomStateMigration",
                "CustomTransformation",
                "CustomValidationStrategy"
            })
    void everyKindOfPythonClassIsFoundWithItsPlaceAndRefusedByName(String type) {
        String manifest =
                """
                version: 6.0.0
                check: {type: CheckStream, stream_names: [s]}
                definitions:
                  part:
                    type: TYPE
                    class_name: components.Mine
                streams:
                  - type: DeclarativeStream
                    name: s
                    retriever:
                      type: SimpleRetriever
                      part: {$ref: "#/definitions/part"}
                """
                        .replace("TYPE", type);
        List<PythonClass> classes = ManifestLint.pythonClasses(manifest);
        assertThat(classes)
                .singleElement()
                .returns(type, PythonClass::component)
                .returns("components.Mine", PythonClass::name)
                .returns(6, found -> found.place().line());
        assertThat(PythonClass.refused(Path.of("m.yaml"), classes))
                .hasMessageContaining(
                        "m.yaml:6:17: The manifest needs the Python class components.Mine");
        Definition custom = CustomComponents.find(Manifest.parse(manifest).root()).orElseThrow();
        assertThat(custom.type()).isEqualTo(type);
        assertThatThrownBy(
                        () -> {
                            throw CustomComponents.refused(custom);
                        })
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("components.Mine")
                .hasMessageContaining("pip install airbyte-cdk");
    }
}

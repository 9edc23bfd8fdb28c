package io.millrace.declarative.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefinitionTest {

    @Test
    void aFieldThatIsNullIsAbsent() {
        Definition definition = of("{'a': null}");
        assertThat(definition.has("a")).isFalse();
        assertThat(definition.findText("a")).isEmpty();
        assertThat(definition.children("a")).isEmpty();
        assertThat(definition.find("a")).isEmpty();
    }

    @Test
    void anIntegerMayBeWrittenAsText() {
        assertThat(of("{'a': '100'}").findInteger("a")).hasValue(100);
        assertThat(of("{'a': -7}").findInteger("a")).hasValue(-7);
        assertThatThrownBy(() -> of("{'a': 'many'}").findInteger("a"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("here.a has to be an integer");
    }

    @Test
    void oneComponentIsAListOfOne() {
        assertThat(of("{'a': {'type': 'B'}}").children("a"))
                .extracting(Definition::type)
                .containsExactly("B");
        assertThat(of("{'a': [{'type': 'B'}, {'type': 'C'}]}").children("a"))
                .extracting(Definition::path)
                .containsExactly("here.a[0]", "here.a[1]");
    }

    @Test
    void aMissingFieldIsNamedWithItsPlace() {
        assertThatThrownBy(() -> of("{'b': {}}").child("b").text("name"))
                .hasMessage("The manifest is not valid: here.b.name is missing (a text).");
    }

    @Test
    void whatItIsNeverPrintsItsFields() {
        assertThat(of("{'type': 'NoAuth', 'token': 'hush'}")).hasToString("NoAuth at here");
    }

    @SuppressWarnings("unchecked")
    private static Definition of(String json) {
        return Definition.of((Map<String, Object>) Json.parse(json.replace('\'', '"')), "here");
    }
}

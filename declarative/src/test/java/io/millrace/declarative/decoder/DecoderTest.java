package io.millrace.declarative.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.Pause;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules by themselves; {@code selection.ObservationsTest} has many more cases. */
class DecoderTest {
    @Test
    void paginationSeesTheFirstItemOfAnArrayAndElseTheValue() throws InterruptedException {
        assertThat(first("{type: JsonDecoder}", "[{\"n\":1},{\"n\":2}]"))
                .isEqualTo(Map.of("n", 1L));
        assertThat(first("{type: JsonDecoder}", "{\"n\":1}")).isEqualTo(Map.of("n", 1L));
        assertThat(first("{type: JsonDecoder}", "[]")).isEqualTo(Map.of());
        assertThat(first("{type: JsonDecoder}", "rubbish")).isEqualTo(Map.of());
        assertThat(first("{type: XmlDecoder}", "<r><n>1</n></r>"))
                .isEqualTo(Map.of("r", Map.of("n", "1")));
        assertThat(first("{type: JsonlDecoder}", "{\"n\":1}\n{\"n\":2}\n"))
                .isEqualTo(Map.of("n", 1L));
    }

    @Test
    void whatPaginationSeesOfALargePageIsEqualToItsTree() throws InterruptedException {
        var page = new StringBuilder("{\"data\":[");
        for (int i = 0; i < 200; i++) {
            page.append(i == 0 ? "" : ",").append("{\"id\":").append(i).append("}");
        }
        page.append("],\"meta\":{\"long\":\"")
                .append("x".repeat(600))
                .append("\",\"next\":\"t\"},\"é\":null}");
        Object seen = first("{type: JsonDecoder}", page.toString());
        assertThat(seen).isEqualTo(Json.parse(page.toString()));
        assertThat(((Map<?, ?>) Objects.requireNonNull(seen)).keySet().toString())
                .isEqualTo("[data, meta, é]");
    }

    @Test
    void aMarkOfTheByteOrderIsNoPartOfTheDocument() throws InterruptedException {
        assertThat(elements("{type: JsonDecoder}", "\uFEFF{\"a\":1}"))
                .containsExactly(Map.of("a", 1L));
    }

    @Test
    void anXmlDocumentReachesNoFileAndDefinesNoEntity() throws InterruptedException {
        assertThat(
                        elements(
                                        "{type: XmlDecoder}",
                                        "<!DOCTYPE r [<!ENTITY e SYSTEM"
                                                + " \"file:///etc/passwd\">]><r>&e;</r>")
                                .toString())
                .doesNotContain("root:");
    }

    @Test
    void aPackedDocumentThatIsRubbishFails() {
        assertThatThrownBy(() ->
                        elements("{type: GzipDecoder, decoder: {type: JsonDecoder}}", "rubbish"))
                .isInstanceOf(SystemFailure.class);
        assertThatThrownBy(() ->
                        elements("{type: ZipfileDecoder, decoder: {type: CsvDecoder}}", "rubbish"))
                .isInstanceOf(SystemFailure.class)
                .hasMessage("Received an invalid zip file in response.");
    }

    @Test
    void onlyWhatNeedsLittleMemoryIsReadWhileItArrives() {
        assertThat(compile("{type: JsonDecoder}").streams()).isFalse();
        assertThat(compile("{type: CsvDecoder}").streams()).isTrue();
        assertThat(compile("{type: GzipDecoder, decoder: {type: JsonlDecoder}}").streams())
                .isTrue();
        assertThat(compile("{type: GzipDecoder, decoder: {type: JsonDecoder}}").streams())
                .isFalse();
    }

    @Test
    void aDecoderThatIsAPythonClassIsRefusedByItsName() {
        assertThatThrownBy(() -> compile("{type: CustomDecoder, class_name: source.Mine}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("source.Mine");
    }

    private static Decoder compile(String definition) {
        return Decoder.compile(
                Definition.of(map(definition), "decoder"),
                new Compilation(
                        Interpolation.of(InstantSource.system()),
                        Map.of(),
                        InstantSource.system(),
                        Pause.none(),
                        EngineLog.none()));
    }

    private static List<@Nullable Object> elements(String definition, String body)
            throws InterruptedException {
        List<@Nullable Object> elements = new ArrayList<>();
        compile(definition).decode(answer(body), element -> elements.add(element.value()));
        return elements;
    }

    private static @Nullable Object first(String definition, String body)
            throws InterruptedException {
        return compile(definition).first(answer(body));
    }

    private static Answer answer(String body) {
        return Answer.of(
                200, "http://localhost/", Headers.NONE, body.getBytes(StandardCharsets.UTF_8));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String yaml) {
        return (Map<String, Object>) Objects.requireNonNull(YamlText.parse(yaml));
    }
}

package io.millrace.declarative.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.Pause;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSelectorTest {
    private static final String PAGE = "{'data':[{'id':1,'a':'5'},{'id':2,'a':'6'},{'id':3}]}";

    private final List<String> warnings = new ArrayList<>();
    private long found;

    @Test
    void withoutAnythingElseRecordsAreWhatTheExtractorFinds() throws InterruptedException {
        assertThat(select("", "", false))
                .containsExactly("{'id':1,'a':'5'}", "{'id':2,'a':'6'}", "{'id':3}");
        assertThat(found).isEqualTo(3);
    }

    @Test
    void aFilterSeesRecordAndSliceAndTheCountIsTakenBefore() throws InterruptedException {
        assertThat(
                        select(
                                "record_filter: {type: RecordFilter, condition: \"{{ record.id >"
                                    + " stream_partition.least and next_page_token is none }}\"}",
                                "",
                                false))
                .containsExactly("{'id':2,'a':'6'}", "{'id':3}");
        assertThat(found).isEqualTo(3);
    }

    @Test
    void aFilterWithoutAConditionDropsEverything() throws InterruptedException {
        assertThat(select("record_filter: {type: RecordFilter}", "", false)).isEmpty();
    }

    @Test
    void recordsAreFilteredBeforeTheyAreTransformedUnlessSaidOtherwise()
            throws InterruptedException {
        String add =
                "[{type: AddFields, fields: [{type: AddedFieldDefinition, path: [id], value: \"{{"
                        + " record.id + 1 }}\"}]}]";
        String filter = "record_filter: {type: RecordFilter, condition: \"{{ record.id == 2 }}\"}";
        assertThat(select(filter, add, false)).containsExactly("{'id':3,'a':'6'}");
        assertThat(select(filter + "\ntransform_before_filtering: true", add, false))
                .containsExactly("{'id':2,'a':'5'}");
        assertThat(select(filter, add, true)).containsExactly("{'id':2,'a':'5'}");
        assertThat(select(filter + "\ntransform_before_filtering: false", add, true))
                .containsExactly("{'id':3,'a':'6'}");
    }

    @Test
    void valuesAreConvertedToTheSchemaOnlyWhereThatIsAskedFor() throws InterruptedException {
        assertThat(select("schema_normalization: None", "", false)).contains("{'id':1,'a':'5'}");
        assertThat(select("schema_normalization: Default", "", false))
                .containsExactly("{'id':'1','a':5}", "{'id':'2','a':6}", "{'id':'3'}");
        assertThat(warnings).isEmpty();
    }

    @Test
    void aValueThatCannotBeConvertedStaysWithAWarningThatHasNoValue() throws InterruptedException {
        assertThat(run("schema_normalization: Default", "", false, "{'data':[{'a':'Secret1'}]}"))
                .containsExactly("{'a':'Secret1'}");
        assertThat(warnings)
                .containsExactly(
                        "Failed to transform value from type 'string' to type '['null', 'integer']'"
                                + " at path: 'a'");
    }

    @Test
    void aDuplicateKeyLeavesTheLastValueAlone() throws InterruptedException {
        assertThat(run("", "", false, "{'data':[{'a':1,'a':2},{'b':1}]}"))
                .containsExactly("{'a':2}", "{'b':1}");
    }

    @Test
    void aPageThatIsNoJsonHasNoRecordsAndAWarning() throws InterruptedException {
        assertThat(run("", "", false, "No entries.")).isEmpty();
        assertThat(warnings).singleElement().asString().contains("is no JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", " <!DOCTYPE html><p>", "{'data':[{'a':1},", "[{'a':1}"})
    void aWebPageAndADocumentThatEndsTooSoonAreNoEmptyPages(String body) {
        assertThatThrownBy(() -> run("", "", false, body))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("JSON");
    }

    private List<String> select(String selector, String transformations, boolean transformFirst)
            throws InterruptedException {
        return run(selector, transformations, transformFirst, PAGE);
    }

    private List<String> run(
            String selector, String transformations, boolean transformFirst, String page)
            throws InterruptedException {
        EngineLog log =
                (level, message) -> {
                    if (level == LogLevel.WARN) {
                        warnings.add(message);
                    }
                };
        var compilation =
                new Compilation(
                        Interpolation.of(InstantSource.system()),
                        Map.of(),
                        InstantSource.system(),
                        Pause.none(),
                        log);
        Definition stream =
                Definition.of(
                        map(
                                transformations.isEmpty()
                                        ? "{}"
                                        : "transformations: " + transformations),
                        "stream");
        Map<String, Object> schema =
                map("properties: {id: {type: string}, a: {type: ['null', integer]}}");
        RecordSelector compiled =
                RecordSelector.compile(
                        Definition.of(
                                map(
                                        "type: RecordSelector\n"
                                                + "extractor: {type: DpathExtractor, field_path:"
                                                + " [data]}\n"
                                                + selector),
                                "selector"),
                        compilation,
                        new Selection(
                                Decoder.json(compilation),
                                stream.children("transformations"),
                                false,
                                transformFirst,
                                CompleteLists.NONE,
                                () -> schema));
        Context variables =
                compilation
                        .context()
                        .with(
                                "stream_slice",
                                new StreamSlice(Map.of("least", 1L), Map.of(), Map.of()));
        List<String> records = new ArrayList<>();
        found =
                compiled.select(
                        Answer.of(
                                200,
                                "http://localhost/",
                                Headers.NONE,
                                page.replace('\'', '"').getBytes(StandardCharsets.UTF_8)),
                        variables,
                        _ -> true,
                        record -> {
                            var out = new JsonBuffer(64);
                            record.writeTo(out);
                            records.add(out.text().replace('"', '\''));
                        });
        return records;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String yaml) {
        return (Map<String, Object>) Objects.requireNonNull(YamlText.parse(yaml));
    }
}

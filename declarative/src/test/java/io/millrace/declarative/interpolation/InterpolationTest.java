package io.millrace.declarative.interpolation;

import static io.millrace.declarative.interpolation.Templates.INTERPOLATION;
import static io.millrace.declarative.interpolation.Templates.context;
import static io.millrace.declarative.interpolation.Templates.holds;
import static io.millrace.declarative.interpolation.Templates.json;
import static io.millrace.declarative.interpolation.Templates.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterpolationTest {
    private static final String RECORD =
            "{\"record\": {\"id\": 7, \"price\": \"12.50\", \"nothing\": null, \"tags\": [1,"
                    + " {\"a\": 2.5}]}}";

    private static PythonError.Kind failure(String template, String variables) {
        try {
            value(template, variables);
        } catch (PythonError error) {
            return error.kind();
        }
        throw new AssertionError("%s should have failed".formatted(template));
    }

    @Test
    void renderedTextIsReadAsLiteral() {
        assertThat(value("{{ record['id'] }}", RECORD)).isEqualTo(7L);
        assertThat(value("{{ record['price'] }}", RECORD)).isEqualTo(12.5);
        assertThat(value("0{{ record['id'] }}", RECORD)).isEqualTo("07");
        assertThat(value("{{ record['id'] }}{{ record['id'] }}", RECORD)).isEqualTo(77L);
        assertThat(value("'quoted'")).isEqualTo("quoted");
        assertThat(value("{{ record['nothing'] }}", RECORD)).isNull();
    }

    @Test
    void whatIsNotThereIsEmptyTextAndFailsWhenUsed() {
        assertThat(value("{{ record['missing'] }}", RECORD)).isEqualTo("");
        assertThat(failure("{{ record['missing']['deeper'] }}", RECORD))
                .isEqualTo(PythonError.Kind.UNDEFINED);
    }

    @Test
    void aDefaultTakesThePlaceOfEmptyAndUndefined() {
        InterpolatedString text =
                INTERPOLATION.string("{{ record.missing.deeper }}", "{{ record.id }}", Map.of());
        assertThat(text.evaluate(context(RECORD))).isEqualTo(7L);
    }

    @Test
    void aTypeErrorGivesTheTemplateItselfOnceAndNotForGood() {
        InterpolatedString sum = INTERPOLATION.string("{{ 'a' + record['v'] }}", Map.of());
        assertThat(sum.evaluate(context("{\"record\": {\"v\": 1}}")))
                .isEqualTo("{{ 'a' + record['v'] }}");
        assertThat(sum.evaluate(context("{\"record\": {\"v\": \"b\"}}"))).isEqualTo("ab");
    }

    @Test
    void variablesHaveToBeDeclaredEvenInBranchesThatNeverRun() {
        assertThat(failure("{% if false %}{{ unknown }}{% endif %}", RECORD))
                .isEqualTo(PythonError.Kind.VALUE);
        assertThat(failure("{{ unknown is defined }}", RECORD)).isEqualTo(PythonError.Kind.VALUE);
        assertThat(
                        INTERPOLATION
                                .string("{{ a }}{% set b = 1 %}{{ b }}{{ now_utc() }}", Map.of())
                                .variables())
                .containsExactly("a");
    }

    @Test
    void aTextThatIsNoTemplateCompilesAndFailsWhenEvaluated() {
        InterpolatedString broken = INTERPOLATION.string("{{ 1 +", Map.of());
        assertThat(broken.fault().orElseThrow().kind()).isEqualTo(PythonError.Kind.SYNTAX);
        assertThatExceptionOfType(PythonError.class)
                .isThrownBy(() -> broken.evaluate(context("{}")));
    }

    @Test
    void streamStateIsRefusedWithAConfigurationError() {
        assertThat(failure("{{ stream_state['x'] }}", "{}"))
                .isEqualTo(PythonError.Kind.CONFIGURATION);
    }

    @Test
    void theSliceHasThreeNamesAndNoOtherMayBeGiven() {
        var slice =
                new StreamSlice(
                        json("{\"pid\": 5}"),
                        json("{\"start_time\": \"2024\"}"),
                        json("{\"extra\": 1}"));
        Context context = Context.of(Map.of()).with("stream_slice", slice);
        InterpolatedString all =
                INTERPOLATION.string(
                        "{{ stream_slice.pid }}-{{ stream_partition['pid'] }}-{{"
                            + " stream_interval.start_time }}-{{ stream_slice.extra_fields['extra']"
                            + " }}",
                        Map.of());
        assertThat(all.evaluate(context)).isEqualTo("5-5-2024-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.with("stream_interval", slice));
    }

    @Test
    void parametersAreBoundToTheText() {
        assertThat(
                        INTERPOLATION
                                .string("{{ parameters['name'] }}", json("{\"name\": \"orders\"}"))
                                .evaluate(context("{}")))
                .isEqualTo("orders");
    }

    @Test
    void conditionsAreFalseForWhatIsEmptyZeroOrNamedFalse() {
        for (String falsy :
                List.of(
                        "False",
                        "false",
                        "{}",
                        "[]",
                        "()",
                        "",
                        "0",
                        "0.0",
                        "{{ none }}",
                        "{{ record.missing }}",
                        "{{ record.missing.deeper }}",
                        "{{ [] }}",
                        "{{ {} }}",
                        "{{ 1 > 2 }}",
                        "{{ '0' }}",
                        "None",
                        "set()")) {
            assertThat(holds(falsy, RECORD)).as(falsy).isFalse();
        }
        for (String truthy :
                List.of(
                        "True",
                        "true",
                        "no",
                        "null",
                        "{{ record }}",
                        "{{ 'a' + 1 }}",
                        "{{ 0.1 }}",
                        "{{ [0] }}")) {
            assertThat(holds(truthy, RECORD)).as(truthy).isTrue();
        }
    }

    @Test
    void valuesOfMappingsAreNoneWhereTheyAreEmptyAndOtherValuesStay() {
        Map<Object, Object> result =
                INTERPOLATION
                        .mapping(
                                json(
                                        "{\"a\": \"{{ record.missing.deeper }}\", \"b\": \"\","
                                                + " \"c\": \"5\", \"d\": 5, \"{{ 'x' ~ 1 }}\":"
                                                + " \"1.50\"}"),
                                Map.of())
                        .evaluate(context(RECORD));
        assertThat(result)
                .containsEntry("a", null)
                .containsEntry("b", null)
                .containsEntry("c", 5L)
                .containsEntry("d", 5L);
        assertThat(result).containsEntry("x1", 1.5);
    }

    @Test
    void valuesOfOtherTypesThanWantedStayAsRendered() {
        InterpolatedMapping mapping =
                INTERPOLATION.mapping(
                        json(
                                "{\"number\": \"1.50\", \"none\": \"{{ none }}\", \"list\": \"{{"
                                        + " [1, 2] }}\", \"quoted\": \"'q'\"}"),
                        Map.of());
        assertThat(mapping.evaluate(context("{}"), Set.of(LiteralType.STRING, LiteralType.LIST)))
                .isEqualTo(
                        Map.of(
                                "number",
                                "1.50",
                                "none",
                                "None",
                                "list",
                                List.of(1L, 2L),
                                "quoted",
                                "q"));
    }

    @Test
    void nestedMappingsDropNullEntriesAndKeepNullItems() {
        Object body =
                INTERPOLATION
                        .nested(
                                json(
                                        "{\"b\": {\"c\": \"\", \"d\": null, \"e\": [null, \"\","
                                                + " \"5\"]}, \"5\": \"k\", \"g\": \"False\"}"),
                                Map.of())
                        .evaluate(context("{}"));
        assertThat(body)
                .isEqualTo(
                        Map.of(
                                "b",
                                Map.of("e", Arrays.asList(null, null, 5L)),
                                5L,
                                "k",
                                "g",
                                false));
    }

    @Test
    void valuesAreCopiesSoThatResultsDontShareWithRecords() {
        Map<String, Object> record = json("{\"tags\": [1, {\"a\": 2.5}]}");
        Object copy =
                INTERPOLATION
                        .string("{{ record['tags'] }}", Map.of())
                        .evaluate(Context.of(Map.of()).with("record", record));
        assertThat(copy).isEqualTo(record.get("tags")).isNotSameAs(record.get("tags"));
    }

    @Test
    void linesAreAnsweredInOrderAndAFailureHoldsUpNoOther() {
        var lines = new EvaluationLines(INTERPOLATION);
        assertThat(
                        lines.evaluate(
                                "{\"kind\": \"string\", \"template\": \"{{ (1, 'a') }}\","
                                        + " \"context\": {}}"))
                .isEqualTo("{\"value\": {\"python\": \"tuple\", \"repr\": \"(1, 'a')\"}}");
        assertThat(
                        lines.evaluate(
                                "{\"kind\": \"string\", \"template\": \"{{ 1 // 0 }}\","
                                        + " \"context\": {}}"))
                .contains("\"error\": \"ZeroDivisionError\"");
        assertThat(lines.evaluate("no json")).contains("\"error\": \"ValueError\"");
    }

    @Test
    void messagesNameKeysAndNeverTheirContent() {
        assertThatExceptionOfType(PythonError.class)
                .isThrownBy(() ->
                        value(
                                "{{ config['token']['x'].y }}",
                                "{\"config\": {\"token\": {\"secret\": \"s3cr3t\"}}}"))
                .satisfies(error -> assertThat(error.getMessage()).doesNotContain("s3cr3t"));
        assertThatExceptionOfType(PythonError.class)
                .isThrownBy(() -> value("{{ nobody }}", "{\"config\": {\"token\": \"s3cr3t\"}}"))
                .satisfies(error ->
                        assertThat(error.getMessage()).contains("nobody").doesNotContain("s3cr3t"));
    }
}

package io.millrace.declarative.interpolation.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.declarative.interpolation.library.StandardLibrary;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TemplateTest {
    private static final Library LIBRARY = StandardLibrary.of(InstantSource.fixed(Instant.EPOCH));
    private static final Map<?, ?> VARIABLES =
            (Map<?, ?>)
                    Objects.requireNonNull(
                            Json.parse(
                                    "{\"l\": [1, 2, 3], \"d\": {\"a\": 1, \"b\": 2}, \"tree\":"
                                            + " [{\"id\": 1, \"sub\": [{\"id\": 2}, {\"id\": 3}]}],"
                                            + " \"x\": \"outer\"}"));

    private static String render(String template) {
        return Template.compile(template, LIBRARY)
                .render(name -> VARIABLES.containsKey(name) ? VARIABLES.get(name) : Python.MISSING);
    }

    private static void assertRenders(String template, String expected) {
        assertThat(render(template)).as(template).isEqualTo(expected);
    }

    private static void assertNoTemplate(String... texts) {
        for (String text : texts) {
            assertThatExceptionOfType(PythonError.class)
                    .as(text)
                    .isThrownBy(() -> Template.compile(text, LIBRARY))
                    .satisfies(
                            error -> assertThat(error.kind()).isEqualTo(PythonError.Kind.SYNTAX));
        }
    }

    @Test
    void branchesAreTakenInOrder() {
        for (int n = 0; n < 5; n++) {
            assertRenders(
                    "{% set n = "
                            + n
                            + " %}{% if n > 3 %}big{% elif n > 1 %}mid{% else %}small{% endif %}",
                    n > 3 ? "big" : n > 1 ? "mid" : "small");
        }
        assertRenders("{{ 'a' if l else 'b' if d else 'c' }}{{ 'x' if not l }}", "a");
    }

    @Test
    void loopsKnowWhereTheyAre() {
        assertRenders(
                "{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first"
                        + " }}{{ loop.last }}{{ loop.length }} {% endfor %}",
                "103TrueFalse3 212FalseFalse3 321FalseTrue3 ");
        assertRenders(
                "{% for i in l %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }}{{ loop.cycle('a',"
                        + " 'b') }} {% endfor %}",
                "<1>2a 1<2>3b 2<3>a ");
        assertRenders(
                "{% for i in l if i != 2 %}{{ loop.index }}:{{ i }} {% else %}none{% endfor %}",
                "1:1 2:3 ");
        assertRenders("{% for i in l if i > 9 %}{{ i }}{% else %}none{% endfor %}", "none");
        assertRenders("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "a=1;b=2;");
        assertRenders(
                "{% for t in tree recursive %}{{ loop.depth }}{{ t.id }}{{ loop(t.sub) if t.sub"
                        + " }}{% endfor %}",
                "112223");
    }

    @Test
    void namesLiveAsLongAsTheirScope() {
        assertRenders(
                "{% set x = 'top' %}{% for i in l %}{% set x = i %}{% endfor %}{{ x }}", "top");
        assertRenders("{% set y = 0 %}{% if l %}{% set y = 1 %}{% endif %}{{ y }}", "1");
        assertRenders("{{ x }}{% set x = 'inner' %}{{ x }}", "outerinner");
        assertRenders(
                "{% for i in l %}{{ x }}{% set x = i %}{{ x }} {% endfor %}",
                "outer1 outer2 outer3 ");
        assertRenders(
                "{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = ns.n + i %}{% endfor"
                        + " %}{{ ns.n }}",
                "6");
        assertRenders("{% with a = 1, b = x %}{{ a }}{{ b }}{% endwith %}", "1outer");
        assertRenders("{% set a, b = 1, [2] %}{{ a }}{{ b }}", "1[2]");
        assertRenders("{% set a | upper %}text {{ x }}{% endset %}{{ a }}", "TEXT OUTER");
        // What an if sets is looked up among the variables too, so that these two need a variable
        // b.
        assertThat(
                        Template.compile(
                                        "{% if l %}{% set b = 1 %}{% else %}{% set b = 2 %}{% endif"
                                                + " %}{{ b }}",
                                        LIBRARY)
                                .undeclared())
                .containsExactlyInAnyOrder("l", "b");
        assertThat(
                        Template.compile(
                                        "{% for i in l %}{{ b }}{% endfor %}{% macro m(p) %}{{ p"
                                                + " }}{{ q }}{% endmacro %}{{ max(1, 2) }}",
                                        LIBRARY)
                                .undeclared())
                .containsExactlyInAnyOrder("l", "b", "q");
    }

    @Test
    void macrosTakeArgumentsAndBodies() {
        assertRenders(
                "{% macro m(a, b=2) %}{{ a }},{{ b }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{"
                        + " m(b=5, a=4) }}{{ m() }}",
                "1,2;1,3;4,5;,2;");
        assertRenders(
                "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}",
                "1(2,){'x': 3}");
        assertRenders(
                "{% macro m(n) %}{{ n }}{{ m(n - 1) if n > 0 }}{% endmacro %}{{ m(3) }}", "3210");
        assertRenders(
                "{% macro m() %}[{{ caller('a') }}]{% endmacro %}{% call(p) m() %}{{ p }}{{ x }}{%"
                        + " endcall %}",
                "[aouter]");
        assertRenders(
                "{% set y = 1 %}{% macro m() %}{{ y }}{% endmacro %}{% set y = 2 %}{{ m() }}", "2");
        assertRenders("{% filter upper %}a{{ x }}{% endfilter %}", "AOUTER");
    }

    @Test
    void whiteSpaceIsKeptUnlessAMinusTakesIt() {
        assertRenders("a {{- 1 -}} b {{ 2 }}\n", "a1b 2");
        assertRenders(" {%- if l -%} x {%- endif -%} y", "xy");
        assertRenders("a{# comment {{ #}b {#- c -#} d", "abd");
        assertRenders(
                "{% raw %}{{ x }}{% endraw %} {%- raw -%} {% y %} {%- endraw %}", "{{ x }}{% y %}");
        assertRenders("a\r\nb\n\n", "a\nb\n");
    }

    @Test
    void operatorsBindAsInTheReference() {
        assertRenders(
                "{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 * 3 ~ 4 }} {{ not 1 == 2 }} {{ 1 < 2 < 3 }}"
                        + " {{ 1 if true else 2 + 1 }}",
                "64 4 64 True True 1");
        assertRenders(
                "{{ [1, 2][0] }}{{ {'a': {'b': 1}}.a.b }}{{ (1, 2).1 }}{{ 'a' 'b' }}{{ 0x1F }}{{"
                        + " 1_000 }}",
                "112ab311000");
    }

    @Test
    void unknownFiltersFailAtOnceUnlessTheyMayNeverRun() {
        assertNoTemplate(
                "{{ x|nosuch }}",
                "{% for i in l %}{{ i|nosuch }}{% endfor %}",
                "{{ x is nosuch }}");
        assertRenders("{% if not l %}{{ x|nosuch }}{% endif %}ok", "ok");
        assertRenders("{{ (x|nosuch) if not l else 'ok' }}", "ok");
    }

    @Test
    void whatIsNoTemplateIsToldWithItsLine() {
        assertNoTemplate(
                "{{",
                "{{ 1 +",
                "{{ 1 2 }}",
                "{% if %}x{% endif %}",
                "{% if x %}",
                "{% endif %}",
                "{% unknown %}",
                "{{ [1 }}",
                "{{ x! }}",
                "{# x",
                "{% raw %}x",
                "{{ 'open }}",
                "{% set 1 = 2 %}",
                "{% for x in l %}{% set loop = 1 %}{% endfor %}",
                "{{ f(a=1, 2) }}",
                "{{ 007 }}",
                "{{ }}");
        assertThatExceptionOfType(PythonError.class)
                .isThrownBy(() -> Template.compile("a\nb\n{{ 1 + }}", LIBRARY))
                .withMessageContaining("line 3");
    }

    @Test
    void oneTemplateServesManyThreads() throws Exception {
        Template template =
                Template.compile(
                        "{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = ns.n + i * k"
                                + " %}{% endfor %}{{ ns.n }}",
                        LIBRARY);
        List<Future<List<String>>> texts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long k = 0; k < 8; k++) {
                long factor = k;
                Variables variables =
                        name ->
                                name.equals("k")
                                        ? (Object) factor
                                        : VARIABLES.containsKey(name)
                                                ? VARIABLES.get(name)
                                                : Python.MISSING;
                texts.add(
                        threads.submit(() ->
                                Stream.generate(() -> template.render(variables))
                                        .limit(500)
                                        .distinct()
                                        .toList()));
            }
        }
        for (int k = 0; k < 8; k++) {
            assertThat(texts.get(k).get()).containsExactly(Integer.toString(6 * k));
        }
    }
}

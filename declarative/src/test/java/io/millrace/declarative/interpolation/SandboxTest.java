package io.millrace.declarative.interpolation;

import static io.millrace.declarative.interpolation.Templates.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.declarative.interpolation.python.PythonError;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Templates come from strangers: they reach nothing but their values, and use no more than they
 * may.
 */
class SandboxTest {
    private static final Set<PythonError.Kind> REFUSALS =
            Set.of(
                    PythonError.Kind.LIMIT,
                    PythonError.Kind.RECURSION,
                    PythonError.Kind.VALUE,
                    PythonError.Kind.OVERFLOW,
                    PythonError.Kind.RUNTIME);

    @Test
    void attributesWithUnderscoresAreOutOfReach() {
        for (String reach :
                List.of(
                        "''.__class__",
                        "config.__class__",
                        "[].__len__",
                        "(1).__init__",
                        "now_utc.__globals__",
                        "config['__class__']")) {
            assertThat(value("{{ " + reach + " }}")).as(reach).isEqualTo("");
        }
        for (String reach :
                List.of(
                        "''.__class__.__mro__[1]",
                        "config.__class__()",
                        "''|attr('__class__')|attr('x')")) {
            assertThatExceptionOfType(PythonError.class)
                    .as(reach)
                    .isThrownBy(() -> value("{{ " + reach + " }}"));
        }
        assertThat(value("{{ '{0.__class__}'.format(1) }}")).isEqualTo("");
    }

    @Test
    void nothingCanBeLoaded() {
        for (String statement :
                List.of(
                        "{% include 'x' %}",
                        "{% import 'x' as y %}", "{% extends '/etc/passwd' %}")) {
            assertThat(value(statement)).as("a type error leaves the text").isEqualTo(statement);
        }
    }

    @Test
    void whatWouldTakeTooMuchFailsSoon() {
        for (String greedy :
                List.of(
                        "{{ 'a' * 10**9 }}",
                        "{{ [1] * 10**9 }}",
                        "{{ 10**(10**10) }}",
                        "{{ 2 ** (2 ** 40) }}",
                        "{{ 'a'.center(10**9) }}",
                        "{{ '%999999999d' % 5 }}",
                        "{{ '%*d' % (999999999, 5) }}",
                        "{{ '{:999999999}'.format(5) }}",
                        "{{ 'a'|indent(10**9) }}",
                        "{{ 'x'.zfill(10**9) }}",
                        "{{ '\t'.expandtabs(10**9) }}",
                        "{{ 'a'.ljust(10**10) }}",
                        "{{ ('a' * 10**6).replace('a', 'b' * 10**6) }}",
                        "{{ ((('a' * 1000)|list) * 1000)|join('b' * 1000) }}",
                        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                        "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                        "{% set l = 'a' * 10000 %}{% for a in l %}{% for b in l %}{% endfor %}{%"
                                + " endfor %}",
                        "{% set l = [1] %}{% for a in l %}{{ '' if l.append(1) }}{% endfor %}",
                        "{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}",
                        "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
                        "{{ ('a' * 40 + 'b')|regex_search('^(a|aa)+$') }}{{ ('a' *"
                                + " 5000)|regex_search('(a*)*(a*)*(a*)*c') }}",
                        "{{ 9**(9**(9**9)) }}",
                        "{{ lipsum(n=10**9) }}",
                        "{{ [1]|batch(10**9, 0)|list }}",
                        "{{ 10**5000 }}")) {
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () ->
                            assertThatExceptionOfType(PythonError.class)
                                    .as(greedy)
                                    .isThrownBy(() -> value(greedy))
                                    .satisfies(error ->
                                            assertThat(error.kind()).as(greedy).isIn(REFUSALS)),
                    greedy);
        }
    }

    @Test
    void deepNestingIsAnErrorAndNoCrash() {
        String deep = "{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}";
        assertThatExceptionOfType(PythonError.class)
                .isThrownBy(() -> value(deep))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(PythonError.Kind.RECURSION));
        assertThat(value("[".repeat(5000) + "]".repeat(5000))).isInstanceOf(String.class);
    }

    @Test
    void whatIsGivenAsUnmodifiableCantBeChanged() {
        Context context = Context.of(Collections.unmodifiableMap(Map.of("a", 1L)));
        assertThatExceptionOfType(PythonError.class)
                .isThrownBy(() ->
                        Templates.INTERPOLATION
                                .string("{{ config.update({'a': 2}) }}", Map.of())
                                .evaluate(context))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(PythonError.Kind.SECURITY));
    }
}

package io.millrace.declarative.interpolation.python;

import static io.millrace.declarative.interpolation.Templates.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PythonSemanticsTest {

    /** The text that an expression renders to, before it is read as a literal. */
    private static String text(String expression) {
        return (String) value("<{{ " + expression + " }}>");
    }

    private static void assertText(String expression, String expected) {
        assertThat(text(expression)).as(expression).isEqualTo("<" + expected + ">");
    }

    private static void assertFails(String expression, PythonError.Kind kind) {
        assertThatExceptionOfType(PythonError.class)
                .as(expression)
                .isThrownBy(() -> text(expression))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(kind));
    }

    /** A type error leaves the template as it is. */
    private static void assertTypeError(String expression) {
        assertThat(text(expression)).as(expression).isEqualTo("<{{ " + expression + " }}>");
    }

    @Test
    void divisionAndRemainderFollowTheDivisor() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            long dividend = random.nextLong() >> random.nextInt(64);
            long divisor = random.nextLong() >> random.nextInt(64);
            if (divisor == 0) {
                continue;
            }
            BigInteger quotient = Numbers.big(Operators.floorDivide(dividend, divisor));
            BigInteger remainder = Numbers.big(Operators.modulo(dividend, divisor));
            assertThat(quotient.multiply(BigInteger.valueOf(divisor)).add(remainder))
                    .as("seed %d: %d, %d", seed, dividend, divisor)
                    .isEqualTo(BigInteger.valueOf(dividend));
            assertThat(remainder.signum()).isIn(0, Long.signum(divisor));
        }
        assertText("-7 // 2", "-4");
        assertText("-7 % 3", "2");
        assertText("7 % -3", "-2");
        assertText("-7.5 // 2", "-4.0");
        assertText("-7.5 % 2", "0.5");
        assertText("7 / 2", "3.5");
        assertText("10 / 5", "2.0");
        assertFails("1 // 0", PythonError.Kind.ZERO_DIVISION);
        assertFails("1 / 0.0", PythonError.Kind.ZERO_DIVISION);
    }

    @Test
    void wholeNumbersHaveNoLimit() {
        assertText("9223372036854775807 + 1", "9223372036854775808");
        assertText("-9223372036854775808 - 1", "-9223372036854775809");
        assertText("9223372036854775807 * 2", "18446744073709551614");
        assertText("2 ** 100", BigInteger.TWO.pow(100).toString());
        assertText(
                "(10 ** 30) // 7", BigInteger.TEN.pow(30).divide(BigInteger.valueOf(7)).toString());
        assertText("10 ** 20 - 10 ** 20 + 5", "5");
        assertText("2 ** -1", "0.5");
    }

    @Test
    void floatsPrintWithTheirShortestDigits() {
        for (Map.Entry<String, String> printed :
                Map.of(
                                "1e16",
                                "1e+16",
                                "1e15",
                                "1000000000000000.0",
                                "0.0001",
                                "0.0001",
                                "0.00001",
                                "1e-05",
                                "0.1 + 0.2",
                                "0.30000000000000004",
                                "123456789.125",
                                "123456789.125",
                                "1e22",
                                "1e+22",
                                "-0.0",
                                "-0.0",
                                "5e-324",
                                "5e-324",
                                "100.0",
                                "100.0")
                        .entrySet()) {
            assertText(printed.getKey(), printed.getValue());
        }
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            double real = Double.longBitsToDouble(random.nextLong());
            if (!Double.isNaN(real) && !Double.isInfinite(real)) {
                assertThat(Double.parseDouble(Numbers.print(real)))
                        .as("seed %d", seed)
                        .isEqualTo(real);
            }
        }
    }

    @Test
    void equalityCrossesTypesOfNumbersAndNothingElse() {
        assertText("1 == 1.0 == true", "True");
        assertText("'5' == 5", "False");
        assertText("[1, 2] == (1, 2)", "False");
        assertText("{'a': 1} == {'a': 1.0}", "True");
        assertText("{1: 'a'}[true] ~ {1.0: 'b'}[1]", "ab");
        assertText("10 ** 20 == 1e20", "True");
        assertText("9007199254740993 == 9007199254740992.0", "False");
        assertTypeError("1 < 'a'");
        assertTypeError("none < 1");
        assertText("[1, 2] < [1, 3] and (1,) < (1, 0)", "True");
    }

    @Test
    void andAndOrGiveTheirOperands() {
        assertText("'' or 'x'", "x");
        assertText("0 and 1", "0");
        assertText("[] or none", "None");
        assertText("not []", "True");
    }

    @Test
    void textCountsCodePoints() {
        assertText("'a😀b'|length", "3");
        assertText("'a😀b'[1]", "😀");
        assertText("'a😀b'[::-1]", "b😀a");
        assertText("'a😀b'[1:]", "😀b");
        assertText("'a😀b'.find('b')", "2");
        assertText("'é😀'.center(6, '*')", "**é😀**");
        assertText("'hello'[-3:]", "llo");
        assertText("'hello'[::2]", "hlo");
        assertText("'hello'[10:]", "");
    }

    @Test
    void textHasItsMethods() {
        assertText("' a  b '.split()", "['a', 'b']");
        assertText("'a,b,,c'.split(',', 1)", "['a', 'b,,c']");
        assertText("'a,b,,c'.rsplit(',', 1)", "['a,b,', 'c']");
        assertText("'a-b'.partition('-')", "('a', '-', 'b')");
        assertText("'abc'.startswith(('x', 'a'))", "True");
        assertText("'-42'.zfill(6)", "-00042");
        assertText("\"they're bill's\".title()", "They'Re Bill'S");
        assertText("'abc'.replace('', '-')", "-a-b-c-");
        assertText("'aaa'.replace('a', 'b', 2)", "bba");
        assertText("'x'.join(['a', 'b'])", "axb");
        assertText("'a\\nb\\r\\nc'.splitlines()", "['a', 'b', 'c']");
        assertText("'xxabcxx'.strip('x')", "abc");
        assertText("'²'.isdigit() ~ '²'.isdecimal() ~ '½'.isnumeric()", "TrueFalseTrue");
        assertText("'é'.encode()", "b'\\xc3\\xa9'");
        assertText("'é'.encode().decode()", "é");
        assertFails("'abc'.index('z')", PythonError.Kind.VALUE);
        assertFails("'a'.split('')", PythonError.Kind.VALUE);
        assertTypeError("','.join([1])");
        assertTypeError("'a'.upper(1)");
    }

    @Test
    void textIsFormattedInBothWays() {
        assertText("'%s-%d' % ('a', 3)", "a-3");
        assertText(
                "'%05.1f|%-5s|%+d|%x|%r|%%' % (3.14159, 'a', 5, 255, 'q')",
                "003.1|a    |+5|ff|'q'|%");
        assertText("'%(k)s' % {'k': 1}", "1");
        assertText("'%.2e' % 12345.678", "1.23e+04");
        assertText("'%g' % 1e-5", "1e-05");
        assertText(
                "'{} {1}'.format(1) if false else '{0} {a[b]} {0!r:>4}'.format('x', a={'b': 2})",
                "x 2  'x'");
        assertText(
                "'{:,.2f}|{:08.3f}|{:+d}|{:#x}|{:.1%}|{:^7}'.format(1234567.891, 3.14159, 5, 255,"
                        + " 0.256, 'mid')",
                "1,234,567.89|0003.142|+5|0xff|25.6%|  mid  ");
        assertText("'{:{}}'.format('a', 3)", "a  ");
        assertTypeError("'%d' % 'a'");
        assertTypeError("'%s' % ('a', 'b')");
        assertFails("'{'.format(1)", PythonError.Kind.VALUE);
    }

    @Test
    void dictsHaveItemsAndMethodsInPythonsOrder() {
        String variables = "{\"config\": {\"items\": [1], \"a\": {\"b\": null}}}";
        assertThat(value("{{ config['items'] }}", variables)).isEqualTo(List.of(1L));
        assertThat((String) value("{{ config.items }}", variables))
                .startsWith("<built-in method items of dict object");
        assertThat(value("{{ config.a.b is none }}", variables)).isEqualTo(true);
        assertThat(value("{{ config.get('zz', 5) }}{{ config.get('zz') }}", variables))
                .isEqualTo("5None");
        assertThat(value("{{ config.keys()|list }}", variables)).isEqualTo(List.of("items", "a"));
        assertThat(value("{{ config.a.items()|list }}", variables))
                .isEqualTo(List.of(Tuple.of("b", null)));
        assertThat(value("{% set _ = config.a.update({'c': 1}) %}{{ config.a }}", variables))
                .isEqualTo(
                        new HashMap<>() {
                            {
                                put("b", null);
                                put("c", 1L);
                            }
                        });
        assertText("{'a': 1, 'b': 2}.keys() - ['a']", "{'b'}");
        assertTypeError("{[1]: 2}");
        assertFails("{}.pop('a')", PythonError.Kind.KEY);
    }

    @Test
    void listsCanBeCutRepeatedAndChanged() {
        assertThat(value("{{ [1, 2, 3][1:] + [4] * 2 }}")).isEqualTo(List.of(2L, 3L, 4L, 4L));
        assertThat(value("{% set l = [3, 1] %}{% set _ = l.append(2) %}{{ l }}"))
                .isEqualTo(List.of(3L, 1L, 2L));
        assertThat(value("{{ [1, [2]].index([2]) }}")).isEqualTo(1L);
        assertThat(value("{{ [5][7] }}")).isEqualTo("");
        assertTypeError("now_utc()[1:]");
        assertThat(value("{{ (1, 2) + (3,) }}")).isEqualTo(Tuple.of(1L, 2L, 3L));
    }

    @Test
    void undefinedIsHarmlessUntilItIsUsed() {
        for (String harmless :
                List.of(
                        "config.a",
                        "config.a|list",
                        "config.a|join",
                        "config.a|upper",
                        "config.a ~ ''")) {
            assertThat(text(harmless)).as(harmless).isIn("<>", "<[]>");
        }
        assertText("config.a|length", "0");
        assertText("config.a == config.b", "True");
        assertText("1 in config.a", "False");
        for (String use :
                List.of(
                        "config.a.b",
                        "config.a[0]",
                        "config.a()",
                        "config.a + 1",
                        "1 - config.a",
                        "config.a < 1",
                        "config.a|int",
                        "-config.a")) {
            assertFails(use, PythonError.Kind.UNDEFINED);
        }
    }

    @Test
    void valuesPrintInsideOfContainersAsPythonWritesThem() {
        assertText(
                "[\"it's\", 'q\"', 'both\\'\"', 'tab\\t', '\\x00', 'é', 1.0, none, true, (1,), {}]",
                "[\"it's\", 'q\"', 'both\\'\"', 'tab\\t', '\\x00', 'é', 1.0, None, True, (1,),"
                        + " {}]");
        assertText(
                "[today_utc(), duration('P1DT1S')]",
                "[datetime.date(2024, 5, 6), datetime.timedelta(days=1, seconds=1)]");
    }

    @Test
    void hashedKeysComeInAnyGuise() {
        Map<Object, Object> map = new LinkedHashMap<>();
        Dicts.put(map, 1L, "int");
        Dicts.put(map, 1.0, "float");
        Dicts.put(map, true, "bool");
        assertThat(map).containsExactly(Map.entry(1L, "bool"));
        assertThat(Dicts.find(map, BigInteger.ONE)).isEqualTo("bool");
        assertThat(Tuple.of(1L, true))
                .isEqualTo(Tuple.of(1.0, 1L))
                .hasSameHashCodeAs(Tuple.of(1.0, 1L));
        assertThat(Comparison.equal(Arrays.asList(1L, null), Arrays.asList(1.0, null))).isTrue();
    }
}

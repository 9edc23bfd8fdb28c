package io.millrace.declarative.interpolation.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LiteralEvaluatorTest {

    private static void assertText(String... texts) {
        for (String text : texts) {
            assertThat(LiteralEvaluator.evaluate(text)).as(text).isSameAs(Python.MISSING);
        }
    }

    private static void assertLiteral(String text, Object value) {
        assertThat(LiteralEvaluator.evaluate(text)).as(text).isEqualTo(value);
    }

    @Test
    void numbersAreReadInEveryForm() {
        assertLiteral("0", 0L);
        assertLiteral("00", 0L);
        assertLiteral("-5", -5L);
        assertLiteral("+5", 5L);
        assertLiteral("- (5)", -5L);
        assertLiteral("1_000", 1000L);
        assertLiteral("0x1F", 31L);
        assertLiteral("0o17", 15L);
        assertLiteral("0b101", 5L);
        assertLiteral("123456789012345678901", new BigInteger("123456789012345678901"));
        assertLiteral("1e3", 1000.0);
        assertLiteral(".5", 0.5);
        assertLiteral("5.", 5.0);
        assertLiteral("1e400", Double.POSITIVE_INFINITY);
        assertText(
                "007",
                "1__0",
                "1_",
                "--5",
                "-True",
                "0x",
                "1e",
                "nan",
                "inf",
                "1-2",
                "1 2",
                "5j",
                "1.2.3",
                "٣",
                "2024-01-15",
                "9".repeat(4301));
    }

    @Test
    void wordsAreThoseOfPython() {
        assertLiteral("True", true);
        assertLiteral("False", false);
        assertThat(LiteralEvaluator.evaluate("None")).isNull();
        assertText("true", "null", "TRUE", "Nothing", "abc", "not True");
    }

    @Test
    void stringsAreUnquotedWithTheirEscapes() {
        assertLiteral("'it\\'s'", "it's");
        assertLiteral("'a' \"b\"", "ab");
        assertLiteral("'\\n\\x41\\u00e9\\101\\q'", "\nAéA\\q");
        assertLiteral("r'\\d'", "\\d");
        assertLiteral("'''a\nb'''", "a\nb");
        assertLiteral("b'\\x41'", new Bytes(new byte[] {65}));
        assertText("'open", "'a\nb'", "f'x'", "'a' b'b'", "'\\x4'", "b'é'", "'a'b");
    }

    @Test
    void containersNest() {
        assertLiteral(
                "[1, [None, 'a'], {'k': (1,)}]",
                Arrays.asList(1L, Arrays.asList(null, "a"), Map.of("k", Tuple.of(1L))));
        assertLiteral("1,2", Tuple.of(1L, 2L));
        assertLiteral("(1)", 1L);
        assertLiteral("()", Tuple.EMPTY);
        assertLiteral("{1: 'a', 1.0: 'b'}", Map.of(1L, "b"));
        assertLiteral("[1, # comment\n 2,]", List.of(1L, 2L));
        assertThat(Python.repr(LiteralEvaluator.evaluate("{3, 1, 1}"))).isEqualTo("{1, 3}");
        assertThat(Python.repr(LiteralEvaluator.evaluate("set()"))).isEqualTo("set()");
        assertText(
                "[1", "[,]", "{[1]: 2}", "{1, 2: 3}", "[a]", "[true]", "[1]]", "f()", "[*a]", ",");
    }

    @Test
    void spaceAroundALiteralIsTakenAsPythonTakesIt() {
        for (String text : List.of(" 5", "\t5", "5 ", "5\n", "\n5", "5 # why", "5\n\n")) {
            assertLiteral(text, 5L);
        }
        assertText("\n 5", "5\n6", "", " ", "# only", "\u00a05", "5\0");
    }

    @Test
    void bracketsNestUpToTheLimitOfPython() {
        assertThat(LiteralEvaluator.evaluate("[".repeat(200) + "]".repeat(200)))
                .isInstanceOf(List.class);
        assertText("[".repeat(201) + "]".repeat(201));
    }

    /** What is printed reads back as itself, and the short cut around the text gives the same. */
    @Test
    void printedValuesReadBackAsThemselves() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            Object value = value(random, 3);
            if (value instanceof String) {
                continue;
            }
            assertThat(LiteralEvaluator.evaluate(Python.repr(value)))
                    .as("seed %d, %s", seed, Python.repr(value))
                    .isEqualTo(value);
            assertThat(LiteralEvaluator.copy(value)).as("seed %d", seed).isEqualTo(value);
        }
    }

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> Double.longBitsToDouble(random.nextLong() & ~(1L << 62));
            case 4 -> random.nextInt(1000) / 8.0;
            case 5 -> text(random);
            case 6 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
            default -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(text(random), value(random, depth - 1));
                }
                yield map;
            }
        };
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(4)) {
                        case 0 -> "'\"\\\n\t{}[]#,".codePointAt(random.nextInt(11));
                        case 1 -> random.nextInt(0x250);
                        case 2 -> 0x1F600 + random.nextInt(80);
                        default -> 'a' + random.nextInt(26);
                    });
        }
        return text.toString();
    }
}

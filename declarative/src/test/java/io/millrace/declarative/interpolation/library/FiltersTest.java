package io.millrace.declarative.interpolation.library;

import static io.millrace.declarative.interpolation.Templates.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.declarative.interpolation.python.PythonError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiltersTest {
    private static final String VARIABLES =
            "{\"config\": {\"people\": [{\"id\": 2, \"name\": \"bob\"}, {\"id\": 1, \"name\":"
                    + " \"Ann\"}, {\"id\": 2}]}}";

    private static void assertValue(String expression, Object expected) {
        assertThat(value("{{ " + expression + " }}", VARIABLES)).as(expression).isEqualTo(expected);
    }

    private static void assertFails(String expression, PythonError.Kind kind) {
        assertThatExceptionOfType(PythonError.class)
                .as(expression)
                .isThrownBy(() -> value("{{ " + expression + " }}", VARIABLES))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(kind));
    }

    private static void assertTypeError(String expression) {
        assertThat(value("{{ " + expression + " }}", VARIABLES))
                .as(expression)
                .isEqualTo("{{ " + expression + " }}");
    }

    @Test
    void textIsHashedAndSigned() throws NoSuchAlgorithmException {
        for (Map.Entry<String, String> name :
                Map.of("md5", "MD5", "sha1", "SHA-1", "sha512", "SHA-512", "sha3_256", "SHA3-256")
                        .entrySet()) {
            byte[] digest =
                    MessageDigest.getInstance(name.getValue())
                            .digest("xsalt".getBytes(StandardCharsets.UTF_8));
            assertValue(
                    "'x'|hash('" + name.getKey() + "', 'salt')", HexFormat.of().formatHex(digest));
        }
        // RFC 7693, appendices A and B.
        assertThat((String) value("{{ 'abc'|hash('blake2b') }}"))
                .startsWith("ba80a53f981c4d0d6a2797b69f12f6e9")
                .endsWith("d4009923");
        assertValue(
                "'abc'|hash('blake2s')",
                "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
        // RFC 4231, test case 2.
        assertValue(
                "'what do ya want for nothing?'|hmac('Jefe')",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assertFails("'x'|hash('nope')", PythonError.Kind.ATTRIBUTE);
        assertFails("'x'|hmac('k', 'md5')", PythonError.Kind.VALUE);
        assertTypeError("'x'|hash('new')");
    }

    @Test
    void base64GoesBothWaysAndOneNameLies() {
        String encoded = Base64.getEncoder().encodeToString("é:x".getBytes(StandardCharsets.UTF_8));
        assertValue("'é:x'|base64encode", encoded);
        assertValue("'" + encoded + "'|base64decode", "é:x");
        assertValue(
                "'a:b'|base64binascii_decode",
                Base64.getEncoder().encodeToString("a:b".getBytes(StandardCharsets.US_ASCII)));
        assertFails("'abc'|base64decode", PythonError.Kind.VALUE);
        assertFails("5|base64encode", PythonError.Kind.ATTRIBUTE);
    }

    @Test
    void stringMakesTextOutOfAnythingThatIsJson() {
        assertValue("5|string", "5");
        assertValue("'10'|string", 10L);
        assertValue("{'a': [none, true]}|string", "{\"a\": [null, true]}");
        assertTypeError("now_utc()|string");
    }

    @Test
    void regularExpressionsAreThoseOfPython() {
        assertValue("'a-123-b'|regex_search('([0-9]+)')", 123L);
        assertValue("'a-123-b'|regex_search('[0-9]+')", "");
        assertValue("'k=v'|regex_search('(?P<the_key>[a-z])=(?P=the_key)?')", "k");
        assertValue("'a[b]'|regex_replace('[[\\\\]]', '')", "ab");
        assertValue("'x1y2'|regex_replace('(?P<n>[0-9])', '<\\\\g<n>\\\\1>')", "x<11>y<22>");
        assertValue("'a{2}'|regex_replace('{2}', '')", "a");
        assertValue(
                "'line\\n'|regex_search('(line)$') ~ 'line\\n'|regex_search('(line)\\\\Z')",
                "line");
        assertFails("'x'|regex_search('(')", PythonError.Kind.PATTERN);
        assertFails("'x'|regex_search('\\\\p{L}')", PythonError.Kind.PATTERN);
        assertTypeError("5|regex_search('x')");
    }

    @Test
    void sequencesAreMappedSelectedAndGrouped() {
        assertValue("config.people|map(attribute='id')|list", List.of(2L, 1L, 2L));
        assertValue("config.people|map(attribute='name', default='?')|join(',')", "bob,Ann,?");
        assertValue("['a', 'b']|map('upper')|list", List.of("A", "B"));
        assertValue("config.people|selectattr('id', 'equalto', 2)|list|length", 2L);
        assertValue("config.people|rejectattr('name')|list|length", 1L);
        assertValue("[1, 2, 3]|select('odd')|list", List.of(1L, 3L));
        assertValue(
                "config.people|sort(attribute='id')|map(attribute='id')|list", List.of(1L, 2L, 2L));
        assertValue("['b', 'A', 'c']|sort", List.of("A", "b", "c"));
        assertValue(
                "['b', 'A', 'c']|sort(case_sensitive=true, reverse=true)", List.of("c", "b", "A"));
        assertValue("config.people|map(attribute='id')|unique|list", List.of(2L, 1L));
        assertValue("config.people|sum(attribute='id')", 5L);
        assertValue("config.people|groupby('id')|map('first')|list", List.of(1L, 2L));
        assertValue("[1, 2, 3]|batch(2, 0)|list", List.of(List.of(1L, 2L), List.of(3L, 0L)));
        assertValue("[1, 2, 3]|slice(2)|list", List.of(List.of(1L, 2L), List.of(3L)));
        assertValue("[3, 1]|max ~ [3, 1]|min ~ [3, 1]|first ~ [3, 1]|last", 3131L);
        assertValue("{'b': 1, 'a': 2}|dictsort|map('first')|join", "ab");
        assertTypeError("[1, 'a']|sort");
    }

    @Test
    void numbersAreConvertedLeniently() {
        assertValue("'3.7'|int", 3L);
        assertValue("'x'|int(-1)", -1L);
        assertValue("'0x1F'|int(0, 16)", 31L);
        assertValue("none|int", 0L);
        assertValue("'x'|float(1.5)", 1.5);
        assertValue("42.55|round(1, 'floor')", 42.5);
        assertValue("2.5|round", 2.0);
        assertValue("2.675|round(2)", 2.67);
        assertValue("-5|abs", 5L);
        assertValue("1500000|filesizeformat", "1.5 MB");
        assertTypeError("'x'|round");
        assertTypeError("none|length");
    }

    @Test
    void textIsShapedForItsUse() {
        assertValue("'hello world-foo'|title", "Hello World-Foo");
        assertValue("'foo bar baz qux'|truncate(9)", "foo...");
        assertValue("'a\\nb'|indent(2)", "a\n  b");
        assertValue("'a b&c/d'|urlencode", "a%20b%26c/d");
        assertValue("{'a b': 'c&d', 'e': 1}|urlencode", "a+b=c%26d&e=1");
        assertValue("sanitize_url('https://a.b/c?d=e f')", "https%3A%2F%2Fa.b%2Fc%3Fd%3De+f");
        assertValue("camel_case_to_snake_case('createdAtUTC')", "created_at_u_t_c");
        assertValue("'the quick brown fox'|wordwrap(10)", "the quick\nbrown fox");
        assertValue("'<b>x &amp; y</b>'|striptags", "x & y");
        assertValue("'<a>'|e ~ ('<a>'|safe|e)", "&lt;a&gt;<a>");
        assertValue("''|default('d', true) ~ config.zz|default('e') ~ ''|default('f')", "de");
    }

    @Test
    void jsonIsSortedAndSafeWithinHtml() {
        assertValue(
                "{'b': true, 'a': \"<it's>\"}|tojson",
                "{\"a\": \"\\u003cit\\u0027s\\u003e\", \"b\": true}");
        assertThat(value("x{{ {'a': 1}|tojson + '\"' }}"))
                .as("marked-up text escapes what is added")
                .isEqualTo("x{\"a\": 1}&#34;");
    }

    @Test
    void testsAnswerForEveryType() {
        assertValue(
                "[5 is integer, true is integer, 5.0 is float, true is number, 'a' is string, {} is"
                        + " mapping, 'a' is sequence, [] is iterable]",
                List.of(true, false, true, true, true, true, true, true));
        assertValue(
                "[5 is odd, 9 is divisibleby 3, 5 is in [5], 5 is gt 3, none is none, 'a' is"
                        + " defined, config.zz is undefined, 1 is true]",
                List.of(true, true, true, true, true, true, true, false));
        assertFails("5 is nosuchtest", PythonError.Kind.SYNTAX);
        assertFails("5|nosuchfilter", PythonError.Kind.SYNTAX);
    }
}

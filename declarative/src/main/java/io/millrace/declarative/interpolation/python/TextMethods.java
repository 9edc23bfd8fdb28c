package io.millrace.declarative.interpolation.python;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Methods of {@code str}, of marked-up text and of {@code bytes}. */
final class TextMethods {
    private static final Set<String> KEEPS_MARKUP =
            Set.of(
                    "capitalize",
                    "title",
                    "lower",
                    "upper",
                    "replace",
                    "ljust",
                    "rjust",
                    "lstrip",
                    "rstrip",
                    "center",
                    "strip",
                    "translate",
                    "expandtabs",
                    "swapcase",
                    "zfill",
                    "casefold",
                    "removeprefix",
                    "removesuffix",
                    "partition",
                    "rpartition",
                    "format",
                    "format_map",
                    "join",
                    "split",
                    "rsplit",
                    "splitlines");

    static final Map<String, Method> TABLE =
            Map.ofEntries(
                    entry("lower", Text::lower),
                    entry("upper", Text::upper),
                    entry("title", Text::title),
                    entry("capitalize", Text::capitalize),
                    entry("swapcase", Text::swapCase),
                    entry("casefold", Text::caseFold),
                    Map.entry(
                            "strip",
                            (self, arguments) -> {
                                String set = stripSet("strip", arguments);
                                return Text.stripRight(Text.stripLeft((String) self, set), set);
                            }),
                    Map.entry(
                            "lstrip",
                            (self, arguments) ->
                                    Text.stripLeft((String) self, stripSet("lstrip", arguments))),
                    Map.entry(
                            "rstrip",
                            (self, arguments) ->
                                    Text.stripRight((String) self, stripSet("rstrip", arguments))),
                    Map.entry("split", (self, arguments) -> split((String) self, arguments, false)),
                    Map.entry("rsplit", (self, arguments) -> split((String) self, arguments, true)),
                    Map.entry(
                            "splitlines",
                            (self, arguments) -> {
                                Object keep = arguments.bind("splitlines", 0, "keepends")[0];
                                return Text.splitLines(
                                        (String) self,
                                        !Python.isMissing(keep) && Python.isTrue(keep));
                            }),
                    Map.entry(
                            "join",
                            (self, arguments) -> {
                                arguments.checkPositional("join", 1, 1);
                                return join((String) self, arguments.get(0));
                            }),
                    Map.entry(
                            "replace",
                            (self, arguments) -> {
                                arguments.checkPositional("replace", 2, 3);
                                String old =
                                        Python.requireText(
                                                "replace() argument 1 must be str",
                                                arguments.get(0));
                                String replacement =
                                        Python.requireText(
                                                "replace() argument 2 must be str",
                                                arguments.get(1));
                                return Text.replace(
                                        (String) self,
                                        old,
                                        replacement,
                                        Python.index(arguments.get(2, -1L)));
                            }),
                    Map.entry(
                            "startswith",
                            (self, arguments) ->
                                    affix(
                                            "startswith",
                                            (String) self,
                                            arguments,
                                            String::startsWith)),
                    Map.entry(
                            "endswith",
                            (self, arguments) ->
                                    affix("endswith", (String) self, arguments, String::endsWith)),
                    Map.entry(
                            "find",
                            (self, arguments) -> find("find", (String) self, arguments, false)),
                    Map.entry(
                            "rfind",
                            (self, arguments) -> find("rfind", (String) self, arguments, true)),
                    Map.entry(
                            "index",
                            (self, arguments) ->
                                    found(find("index", (String) self, arguments, false))),
                    Map.entry(
                            "rindex",
                            (self, arguments) ->
                                    found(find("rindex", (String) self, arguments, true))),
                    Map.entry("count", (self, arguments) -> count((String) self, arguments)),
                    Map.entry(
                            "center", (self, arguments) -> pad("center", (String) self, arguments)),
                    Map.entry("ljust", (self, arguments) -> pad("ljust", (String) self, arguments)),
                    Map.entry("rjust", (self, arguments) -> pad("rjust", (String) self, arguments)),
                    Map.entry(
                            "zfill",
                            (self, arguments) -> {
                                arguments.checkPositional("zfill", 1, 1);
                                return zeroFill((String) self, Python.index(arguments.get(0)));
                            }),
                    Map.entry(
                            "expandtabs",
                            (self, arguments) -> {
                                Object size = arguments.bind("expandtabs", 0, "tabsize")[0];
                                return expandTabs(
                                        (String) self,
                                        Python.isMissing(size) ? 8 : Python.index(size));
                            }),
                    Map.entry(
                            "partition",
                            (self, arguments) -> partition((String) self, arguments, false)),
                    Map.entry(
                            "rpartition",
                            (self, arguments) -> partition((String) self, arguments, true)),
                    Map.entry(
                            "removeprefix",
                            (self, arguments) -> {
                                arguments.checkPositional("removeprefix", 1, 1);
                                String prefix =
                                        Python.requireText(
                                                "removeprefix() argument must be str",
                                                arguments.get(0));
                                return ((String) self).startsWith(prefix)
                                        ? ((String) self).substring(prefix.length())
                                        : self;
                            }),
                    Map.entry(
                            "removesuffix",
                            (self, arguments) -> {
                                arguments.checkPositional("removesuffix", 1, 1);
                                String suffix =
                                        Python.requireText(
                                                "removesuffix() argument must be str",
                                                arguments.get(0));
                                String text = (String) self;
                                return text.endsWith(suffix)
                                        ? text.substring(0, text.length() - suffix.length())
                                        : self;
                            }),
                    Map.entry(
                            "encode",
                            (self, arguments) -> {
                                @Nullable Object[] bound =
                                        arguments.bind("encode", 0, "encoding", "errors");
                                return new Bytes(
                                        encode(
                                                (String) self,
                                                charset(bound[0]),
                                                onError(bound[1])));
                            }),
                    Map.entry(
                            "format",
                            (self, arguments) ->
                                    StringFormat.format(
                                            (String) self, arguments, UnaryOperator.identity())),
                    Map.entry(
                            "format_map",
                            (self, arguments) ->
                                    StringFormat.formatMap(
                                            (String) self,
                                            onlyMapping(arguments),
                                            UnaryOperator.identity())),
                    Map.entry(
                            "translate",
                            (self, arguments) -> {
                                arguments.checkPositional("translate", 1, 1);
                                return translate((String) self, arguments.get(0));
                            }),
                    Map.entry("maketrans", (_, arguments) -> makeTranslation(arguments)),
                    test("isalnum", c -> Character.isLetter(c) || isNumeric(c)),
                    test("isalpha", Character::isLetter),
                    test("isdigit", TextMethods::isDigit),
                    test("isdecimal", c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER),
                    test("isnumeric", TextMethods::isNumeric),
                    test("isspace", Text::isSpace),
                    Map.entry(
                            "isprintable",
                            (self, arguments) -> {
                                arguments.checkPositional("isprintable", 0, 0);
                                return ((String) self).codePoints().allMatch(Repr::isPrintable);
                            }),
                    Map.entry(
                            "isascii",
                            (self, arguments) -> {
                                arguments.checkPositional("isascii", 0, 0);
                                return ((String) self).codePoints().allMatch(c -> c < 128);
                            }),
                    Map.entry(
                            "islower",
                            (self, arguments) -> {
                                arguments.checkPositional("islower", 0, 0);
                                return isLower((String) self);
                            }),
                    Map.entry(
                            "isupper",
                            (self, arguments) -> {
                                arguments.checkPositional("isupper", 0, 0);
                                return isUpper((String) self);
                            }),
                    Map.entry(
                            "istitle",
                            (self, arguments) -> {
                                arguments.checkPositional("istitle", 0, 0);
                                return isTitle((String) self);
                            }),
                    Map.entry(
                            "isidentifier",
                            (self, arguments) -> {
                                arguments.checkPositional("isidentifier", 0, 0);
                                return isIdentifier((String) self);
                            }));

    static final Map<String, Method> MARKUP = markupTable();

    static final Map<String, Method> BYTES =
            Map.ofEntries(
                    Map.entry(
                            "decode",
                            (self, arguments) -> {
                                @Nullable Object[] bound =
                                        arguments.bind("decode", 0, "encoding", "errors");
                                return decode((Bytes) self, charset(bound[0]), onError(bound[1]));
                            }),
                    Map.entry(
                            "hex",
                            (self, arguments) -> {
                                arguments.checkPositional("hex", 0, 0);
                                return HexFormat.of().formatHex(((Bytes) self).content());
                            }),
                    onBytes("lower"),
                    onBytes("upper"),
                    onBytes("strip"),
                    onBytes("lstrip"),
                    onBytes("rstrip"),
                    onBytes("split"),
                    onBytes("rsplit"),
                    onBytes("replace"),
                    onBytes("startswith"),
                    onBytes("endswith"),
                    onBytes("find"),
                    onBytes("rfind"),
                    onBytes("count"),
                    onBytes("join"),
                    onBytes("center"),
                    onBytes("ljust"),
                    onBytes("rjust"),
                    onBytes("zfill"),
                    onBytes("index"),
                    onBytes("title"),
                    onBytes("capitalize"),
                    onBytes("swapcase"),
                    onBytes("splitlines"),
                    onBytes("partition"),
                    onBytes("rpartition"),
                    onBytes("removeprefix"),
                    onBytes("removesuffix"),
                    onBytes("isalnum"),
                    onBytes("isalpha"),
                    onBytes("isdigit"),
                    onBytes("isspace"),
                    onBytes("islower"),
                    onBytes("isupper"),
                    onBytes("istitle"),
                    onBytes("isascii"));

    private TextMethods() {}

    private static Map.Entry<String, Method> entry(String name, UnaryOperator<String> operation) {
        return Map.entry(
                name,
                (self, arguments) -> {
                    arguments.checkPositional(name, 0, 0);
                    return operation.apply((String) self);
                });
    }

    private static Map.Entry<String, Method> test(String name, IntPredicate test) {
        return Map.entry(
                name,
                (self, arguments) -> {
                    arguments.checkPositional(name, 0, 0);
                    return !((String) self).isEmpty()
                            && ((String) self).codePoints().allMatch(test);
                });
    }

    /** The method of text, on bytes that pass as characters from 0 to 255. */
    private static Map.Entry<String, Method> onBytes(String name) {
        return Map.entry(
                name,
                (self, arguments) -> {
                    @Nullable Object[] asText = arguments.positional();
                    for (int i = 0; i < asText.length; i++) {
                        asText[i] =
                                asText[i] instanceof Bytes bytes
                                        ? bytes.latin1()
                                        : asText[i] instanceof List<?> list
                                                ? list.stream()
                                                        .map(TextMethods::textOfBytes)
                                                        .toList()
                                                : refuseText(asText[i]);
                    }
                    Object result =
                            table(name)
                                    .call(
                                            ((Bytes) self).latin1(),
                                            Arguments.of(asText, arguments.keywords()));
                    if (result instanceof Tuple tuple) {
                        return Tuple.copyOf(
                                tuple.stream().map(part -> latin1((String) part)).toList());
                    }
                    return result instanceof String text
                            ? latin1(text)
                            : result instanceof List<?> list
                                    ? new ArrayList<Object>(
                                            list.stream()
                                                    .map(part -> latin1((String) part))
                                                    .toList())
                                    : result;
                });
    }

    private static Method table(String name) {
        return Objects.requireNonNull(TABLE.get(name));
    }

    private static @Nullable Object refuseText(@Nullable Object value) {
        if (Python.text(value) != null) {
            throw PythonError.type("a bytes-like object is required, not 'str'");
        }
        return value;
    }

    private static Object textOfBytes(@Nullable Object value) {
        if (value instanceof Bytes bytes) {
            return bytes.latin1();
        }
        throw PythonError.type(
                "sequence item: expected a bytes-like object, %s found"
                        .formatted(Python.typeName(value)));
    }

    private static Bytes latin1(String text) {
        return new Bytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Map<String, Method> markupTable() {
        Map<String, Method> table = new HashMap<>();
        TABLE.forEach((name, method) -> {
            boolean keeps = KEEPS_MARKUP.contains(name);
            table.put(
                    name,
                    (self, arguments) -> {
                        Object result =
                                method.call(((Markup) self).text(), plainArguments(arguments));
                        return keeps ? marked(result) : result;
                    });
        });
        table.put(
                "replace",
                (self, arguments) -> {
                    @Nullable Object[] bound = arguments.bind("replace", 2, "old", "new", "count");
                    String old = Python.requireText("replace() argument 1 must be str", bound[0]);
                    int most = Python.isMissing(bound[2]) ? -1 : Python.index(bound[2]);
                    return new Markup(
                            Text.replace(((Markup) self).text(), old, escaped(bound[1]), most));
                });
        table.put(
                "join",
                (self, arguments) -> {
                    arguments.checkPositional("join", 1, 1);
                    return new Markup(
                            join(
                                    ((Markup) self).text(),
                                    Python.list(arguments.get(0)).stream()
                                            .map(TextMethods::escaped)
                                            .toList()));
                });
        table.put(
                "format",
                (self, arguments) ->
                        new Markup(
                                StringFormat.format(
                                        ((Markup) self).text(), arguments, Markup::escape)));
        table.put(
                "format_map",
                (self, arguments) ->
                        new Markup(
                                StringFormat.formatMap(
                                        ((Markup) self).text(),
                                        onlyMapping(arguments),
                                        Markup::escape)));
        table.put("unescape", (self, _) -> Html.unescape(((Markup) self).text()));
        table.put("striptags", (self, _) -> Html.stripTags(((Markup) self).text()));
        table.put(
                "escape",
                (_, arguments) -> {
                    arguments.checkPositional("escape", 1, 1);
                    return new Markup(escaped(arguments.get(0)));
                });
        return Map.copyOf(table);
    }

    private static Arguments plainArguments(Arguments arguments) {
        @Nullable Object[] plain = arguments.positional();
        for (int i = 0; i < plain.length; i++) {
            plain[i] = plain[i] instanceof Markup markup ? markup.text() : plain[i];
        }
        return Arguments.of(plain, arguments.keywords());
    }

    private static String escaped(@Nullable Object value) {
        return value instanceof Markup markup ? markup.text() : Markup.escape(Python.str(value));
    }

    private static @Nullable Object marked(@Nullable Object value) {
        return switch (value) {
            case String text -> new Markup(text);
            case Tuple tuple -> Tuple.copyOf(tuple.stream().map(TextMethods::marked).toList());
            case List<?> list ->
                    new ArrayList<Object>(list.stream().map(TextMethods::marked).toList());
            case null, default -> value;
        };
    }

    private static @Nullable String stripSet(String name, Arguments arguments) {
        arguments.checkPositional(name, 0, 1);
        Object set = arguments.get(0, null);
        return set == null
                ? null
                : Python.requireText("%s arg must be None or str".formatted(name), set);
    }

    private static List<Object> split(String text, Arguments arguments, boolean fromRight) {
        @Nullable Object[] bound = arguments.bind("split", 0, "sep", "maxsplit");
        int most = Python.isMissing(bound[1]) ? -1 : Python.index(bound[1]);
        if (Python.isMissing(bound[0]) || bound[0] == null) {
            return fromRight ? Text.splitWordsRight(text, most) : Text.splitWords(text, most);
        }
        String separator = Python.requireText("must be str or None", bound[0]);
        return fromRight
                ? Text.splitRight(text, separator, most)
                : Text.split(text, separator, most);
    }

    static String join(String separator, @Nullable Object items) {
        var result = new StringBuilder();
        String between = "";
        int at = 0;
        for (Object item : Python.list(items)) {
            String text = Python.text(item);
            if (text == null) {
                throw PythonError.type(
                        "sequence item %d: expected str instance, %s found"
                                .formatted(at, Python.typeName(item)));
            }
            result.append(between).append(text);
            Limits.checkSize(result.length());
            between = separator;
            at++;
        }
        return result.toString();
    }

    private interface Affix {
        boolean matches(String text, String affix);
    }

    private static Object affix(String name, String text, Arguments arguments, Affix affix) {
        arguments.checkPositional(name, 1, 3);
        int size = Text.length(text);
        int start =
                arguments.get(1, null) == null ? 0 : ContainerMethods.bound(arguments.get(1), size);
        int end =
                arguments.get(2, null) == null
                        ? size
                        : ContainerMethods.bound(arguments.get(2), size);
        boolean outside =
                (arguments.get(1, null) != null && Python.index(arguments.get(1)) > size)
                        || start > end;
        String part = Text.slice(text, start, end);
        if (arguments.get(0) instanceof Tuple options) {
            for (Object option : options) {
                String wanted =
                        Python.requireText(
                                "tuple for %s must only contain str".formatted(name), option);
                if (!outside && affix.matches(part, wanted)) {
                    return true;
                }
            }
            return false;
        }
        String wanted =
                Python.requireText(
                        "%s first arg must be str or a tuple of str".formatted(name),
                        arguments.get(0));
        return !outside && affix.matches(part, wanted);
    }

    private static Long find(String name, String text, Arguments arguments, boolean last) {
        arguments.checkPositional(name, 1, 3);
        String wanted = Python.requireText("must be str", arguments.get(0));
        int size = Text.length(text);
        int start =
                arguments.get(1, null) == null ? 0 : ContainerMethods.bound(arguments.get(1), size);
        int end =
                arguments.get(2, null) == null
                        ? size
                        : ContainerMethods.bound(arguments.get(2), size);
        if (start > end
                || (arguments.get(1, null) != null && Python.index(arguments.get(1)) > size)) {
            return -1L;
        }
        String part = Text.slice(text, start, end);
        int at = last ? part.lastIndexOf(wanted) : part.indexOf(wanted);
        return at < 0 ? -1L : (long) start + part.codePointCount(0, at);
    }

    private static Long found(Long position) {
        if (position < 0) {
            throw PythonError.value("substring not found");
        }
        return position;
    }

    private static Long count(String text, Arguments arguments) {
        arguments.checkPositional("count", 1, 3);
        String wanted = Python.requireText("must be str", arguments.get(0));
        int size = Text.length(text);
        int start =
                arguments.get(1, null) == null ? 0 : ContainerMethods.bound(arguments.get(1), size);
        int end =
                arguments.get(2, null) == null
                        ? size
                        : ContainerMethods.bound(arguments.get(2), size);
        if (start > end) {
            return 0L;
        }
        String part = Text.slice(text, start, end);
        if (wanted.isEmpty()) {
            return (long) Text.length(part) + 1;
        }
        long count = 0;
        for (int at = part.indexOf(wanted);
                at >= 0;
                at = part.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    private static String pad(String name, String text, Arguments arguments) {
        arguments.checkPositional(name, 1, 2);
        int width = Python.index(arguments.get(0));
        String fill = " ";
        if (arguments.count() > 1) {
            fill =
                    Python.requireText(
                            "The fill character must be a unicode character", arguments.get(1));
            if (Text.length(fill) != 1) {
                throw PythonError.type("The fill character must be exactly one character long");
            }
        }
        int missing = width - Text.length(text);
        if (missing <= 0) {
            return text;
        }
        Limits.checkSize(width);
        int left =
                switch (name) {
                    case "ljust" -> 0;
                    case "rjust" -> missing;
                    // CPython puts the odd blank to the left if the width is odd too.
                    default -> missing / 2 + (missing & width & 1);
                };
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }

    private static String zeroFill(String text, int width) {
        int missing = width - Text.length(text);
        if (missing <= 0) {
            return text;
        }
        Limits.checkSize(width);
        int head = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        return text.substring(0, head) + "0".repeat(missing) + text.substring(head);
    }

    private static String expandTabs(String text, int size) {
        var result = new StringBuilder();
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                int blanks = size > 0 ? size - column % size : 0;
                Limits.checkSize((long) result.length() + blanks);
                result.append(" ".repeat(blanks));
                column += blanks;
            } else {
                result.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return result.toString();
    }

    private static Tuple partition(String text, Arguments arguments, boolean last) {
        arguments.checkPositional("partition", 1, 1);
        String separator = Python.requireText("must be str", arguments.get(0));
        if (separator.isEmpty()) {
            throw PythonError.value("empty separator");
        }
        int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    private static Map<?, ?> onlyMapping(Arguments arguments) {
        arguments.checkPositional("format_map", 1, 1);
        if (arguments.get(0) instanceof Map<?, ?> map) {
            return map;
        }
        throw PythonError.type(
                "'%s' object is not a mapping".formatted(Python.typeName(arguments.get(0))));
    }

    private static String translate(String text, @Nullable Object table) {
        var result = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    Object replacement;
                    try {
                        replacement = Python.item(table, (long) c);
                    } catch (PythonError error) {
                        if (!error.isLookup()) {
                            throw error;
                        }
                        replacement = (long) c;
                    }
                    if (replacement instanceof Long point) {
                        result.appendCodePoint(point.intValue());
                    } else if (replacement != null) {
                        result.append(
                                Python.requireText(
                                        "character mapping must return integer, None or str",
                                        replacement));
                    }
                });
        return result.toString();
    }

    private static Object makeTranslation(Arguments arguments) {
        arguments.checkPositional("maketrans", 1, 3);
        Map<Object, Object> table = new LinkedHashMap<>();
        if (arguments.count() == 1) {
            if (!(arguments.get(0) instanceof Map<?, ?> map)) {
                throw PythonError.type(
                        "if you give only one argument to maketrans it must be a dict");
            }
            map.forEach((key, value) ->
                    table.put(
                            key instanceof String text ? (Object) (long) text.codePointAt(0) : key,
                            value));
            return table;
        }
        int[] from =
                Python.requireText("maketrans arguments must be str", arguments.get(0))
                        .codePoints()
                        .toArray();
        int[] to =
                Python.requireText("maketrans arguments must be str", arguments.get(1))
                        .codePoints()
                        .toArray();
        if (from.length != to.length) {
            throw PythonError.value("the first two maketrans arguments must have equal length");
        }
        for (int i = 0; i < from.length; i++) {
            table.put((long) from[i], (long) to[i]);
        }
        if (arguments.count() == 3) {
            Python.requireText("maketrans arguments must be str", arguments.get(2))
                    .codePoints()
                    .forEach(c -> table.put((long) c, null));
        }
        return table;
    }

    private static boolean isDigit(int c) {
        return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
                || c == 0xB2
                || c == 0xB3
                || c == 0xB9
                || (c >= 0x2070 && c <= 0x2079 && c != 0x2071)
                || (c >= 0x2080 && c <= 0x2089)
                || (c >= 0x2460 && c <= 0x2468);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    static boolean isLower(String text) {
        return text.codePoints()
                        .noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c))
                && text.codePoints().anyMatch(Character::isLowerCase);
    }

    static boolean isUpper(String text) {
        return text.codePoints()
                        .noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c))
                && text.codePoints().anyMatch(Character::isUpperCase);
    }

    private static boolean isTitle(String text) {
        boolean inWord = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if ((upper && inWord) || (Character.isLowerCase(c) && !inWord)) {
                return false;
            }
            inWord = upper || Character.isLowerCase(c);
            any |= inWord;
        }
        return any;
    }

    /** Whether text is a name in Python. */
    static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        return (first == '_' || Character.isUnicodeIdentifierStart(first))
                && text.codePoints()
                        .skip(1)
                        .allMatch(c ->
                                c == '_'
                                        || (Character.isUnicodeIdentifierPart(c)
                                                && !Character.isIdentifierIgnorable(c)));
    }

    private static Charset charset(@Nullable Object name) {
        if (Python.isMissing(name)) {
            return StandardCharsets.UTF_8;
        }
        String text =
                Text.lower(Python.requireText("encoding must be str", name)).replace('_', '-');
        return switch (text) {
            case "utf-8", "utf8", "u8" -> StandardCharsets.UTF_8;
            case "ascii", "us-ascii", "646" -> StandardCharsets.US_ASCII;
            case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1" ->
                    StandardCharsets.ISO_8859_1;
            case "utf-16" -> Charset.forName("x-UTF-16LE-BOM");
            case "utf-16-le", "utf-16le" -> StandardCharsets.UTF_16LE;
            case "utf-16-be", "utf-16be" -> StandardCharsets.UTF_16BE;
            default -> {
                try {
                    yield Charset.forName(text);
                } catch (IllegalArgumentException _) {
                    throw PythonError.key("unknown encoding: %s".formatted(text));
                }
            }
        };
    }

    private static CodingErrorAction onError(@Nullable Object name) {
        if (Python.isMissing(name)) {
            return CodingErrorAction.REPORT;
        }
        return switch (Python.requireText("errors must be str", name)) {
            case "ignore" -> CodingErrorAction.IGNORE;
            case "replace" -> CodingErrorAction.REPLACE;
            default -> CodingErrorAction.REPORT;
        };
    }

    static byte[] encode(String text, Charset charset, CodingErrorAction onError) {
        try {
            ByteBuffer buffer =
                    charset.newEncoder()
                            .onMalformedInput(onError)
                            .onUnmappableCharacter(onError)
                            .encode(CharBuffer.wrap(text));
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (CharacterCodingException _) {
            throw PythonError.value("'%s' codec can't encode characters".formatted(charset.name()));
        }
    }

    static String decode(Bytes bytes, Charset charset, CodingErrorAction onError) {
        try {
            return charset.newDecoder()
                    .onMalformedInput(onError)
                    .onUnmappableCharacter(onError)
                    .decode(ByteBuffer.wrap(bytes.content()))
                    .toString();
        } catch (CharacterCodingException _) {
            throw PythonError.value("'%s' codec can't decode bytes".formatted(charset.name()));
        }
    }
}

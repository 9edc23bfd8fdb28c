package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Html;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Limits;
import io.millrace.declarative.interpolation.python.Markup;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Sorting;
import io.millrace.declarative.interpolation.python.Text;
import io.millrace.declarative.interpolation.python.Tuple;
import io.millrace.declarative.interpolation.python.Undefined;
import io.millrace.declarative.interpolation.template.Filter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filters that work on text, numbers and single values. */
final class TextFilters {
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern TITLE_BREAK =
            Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern ATTRIBUTE_BREAK = Pattern.compile("[\\s/>=]");
    private static final int TRUNCATE_LEEWAY = 5;

    private TextFilters() {}

    static Map<String, Filter> table() {
        Map<String, Filter> table = new HashMap<>();
        table.put(
                "lower", (value, arguments) -> method("lower", value, arguments.bind("lower", 0)));
        table.put(
                "upper", (value, arguments) -> method("upper", value, arguments.bind("upper", 0)));
        table.put(
                "capitalize",
                (value, arguments) -> method("capitalize", value, arguments.bind("capitalize", 0)));
        table.put("title", TextFilters::title);
        table.put(
                "trim",
                (value, arguments) -> {
                    Object chars = arguments.bind("trim", 0, "chars")[0];
                    return method("strip", value, Python.isMissing(chars) ? null : chars);
                });
        table.put(
                "center",
                (value, arguments) -> {
                    Object width = arguments.bind("center", 0, "width")[0];
                    return method("center", value, Python.isMissing(width) ? 80L : width);
                });
        table.put(
                "replace",
                (value, arguments) -> {
                    @Nullable Object[] bound = arguments.bind("replace", 2, "old", "new", "count");
                    int most =
                            Python.isMissing(bound[2]) || bound[2] == null
                                    ? -1
                                    : Python.index(bound[2]);
                    return Text.replace(
                            Python.str(value), Python.str(bound[0]), Python.str(bound[1]), most);
                });
        table.put("indent", TextFilters::indent);
        table.put("truncate", TextFilters::truncate);
        table.put(
                "wordcount",
                (value, arguments) -> {
                    arguments.bind("wordcount", 0);
                    return WORD.matcher(Python.str(value)).results().count();
                });
        table.put("wordwrap", TextFilters::wordWrap);
        table.put("format", TextFilters::format);
        table.put("int", TextFilters::toInteger);
        table.put(
                "float",
                (value, arguments) -> {
                    Object otherwise = arguments.bind("float", 0, "default")[0];
                    try {
                        return Python.toReal(value);
                    } catch (PythonError error) {
                        if (isTypeOrValue(error)) {
                            return Python.isMissing(otherwise) ? (Object) 0.0 : otherwise;
                        }
                        throw error;
                    }
                });
        table.put(
                "abs",
                (value, arguments) -> {
                    arguments.checkPositional("abs", 0, 0);
                    return absolute(value);
                });
        table.put("round", TextFilters::round);
        table.put("filesizeformat", TextFilters::fileSize);
        Filter byDefault =
                (value, arguments) -> {
                    @Nullable Object[] bound =
                            arguments.bind("default", 0, "default_value", "boolean");
                    boolean missing =
                            value instanceof Undefined
                                    || (!Python.isMissing(bound[1])
                                            && Python.isTrue(bound[1])
                                            && !Python.isTrue(value));
                    return missing ? Python.isMissing(bound[0]) ? "" : bound[0] : value;
                };
        table.put("default", byDefault);
        table.put("d", byDefault);
        table.put(
                "attr",
                (value, arguments) -> {
                    Object name = arguments.bind("attr", 1, "name")[0];
                    Object found =
                            Python.rawAttribute(
                                    value,
                                    Python.requireText("attribute name must be string", name));
                    return Python.isMissing(found) ? Undefined.element(value, name) : found;
                });
        Filter escape =
                (value, arguments) -> {
                    arguments.checkPositional("escape", 0, 0);
                    return value instanceof Markup
                            ? value
                            : new Markup(Markup.escape(Python.str(value)));
                };
        table.put("escape", escape);
        table.put("e", escape);
        table.put(
                "forceescape",
                (value, arguments) -> {
                    arguments.bind("forceescape", 0);
                    return new Markup(Markup.escape(Python.str(value)));
                });
        table.put(
                "safe",
                (value, arguments) -> {
                    arguments.bind("safe", 0);
                    return new Markup(Python.str(value));
                });
        table.put(
                "striptags",
                (value, arguments) -> {
                    arguments.bind("striptags", 0);
                    return Html.stripTags(Python.str(value));
                });
        table.put(
                "tojson",
                (value, arguments) -> {
                    Object indent = arguments.bind("tojson", 0, "indent")[0];
                    int width =
                            Python.isMissing(indent) || indent == null ? -1 : Python.index(indent);
                    String json = Json.dumps(value, true, width);
                    return new Markup(
                            json.replace("<", "\\u003c")
                                    .replace(">", "\\u003e")
                                    .replace("&", "\\u0026")
                                    .replace("'", "\\u0027"));
                });
        table.put(
                "pprint",
                (value, arguments) -> {
                    arguments.bind("pprint", 0);
                    return Python.repr(sortedKeys(value, 0));
                });
        table.put("urlencode", TextFilters::urlEncode);
        table.put("urlize", TextFilters::urlize);
        table.put("xmlattr", TextFilters::xmlAttributes);
        return table;
    }

    private static boolean isTypeOrValue(PythonError error) {
        return error.kind() == PythonError.Kind.TYPE || error.kind() == PythonError.Kind.VALUE;
    }

    /** A method of the value's text, which stays marked up if it was. */
    private static @Nullable Object method(
            String name, @Nullable Object value, @Nullable Object... arguments) {
        Object text = Python.text(value) == null ? Python.str(value) : value;
        return Python.call(Python.attribute(text, name), Arguments.of(arguments));
    }

    private static Object title(@Nullable Object value, Arguments arguments) {
        arguments.bind("title", 0);
        String text = Python.str(value);
        var result = new StringBuilder();
        Matcher breaks = TITLE_BREAK.matcher(text);
        int at = 0;
        while (breaks.find()) {
            result.append(titled(text.substring(at, breaks.start()))).append(breaks.group());
            at = breaks.end();
        }
        return result.append(titled(text.substring(at))).toString();
    }

    private static String titled(String word) {
        if (word.isEmpty()) {
            return word;
        }
        int first = Character.charCount(word.codePointAt(0));
        return Text.upper(word.substring(0, first)) + Text.lower(word.substring(first));
    }

    private static Object indent(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("indent", 0, "width", "first", "blank");
        String given = Python.text(bound[0]);
        String indention =
                Python.isMissing(bound[0])
                        ? "    "
                        : given != null ? given : Text.repeat(" ", Python.index(bound[0]));
        boolean first = !Python.isMissing(bound[1]) && Python.isTrue(bound[1]);
        boolean blank = !Python.isMissing(bound[2]) && Python.isTrue(bound[2]);
        if (value instanceof List<?> && !(value instanceof Tuple)) {
            // Python appends the line end to a list, in place, and finds only then that it isn't
            // text.
            throw PythonError.attribute("'list' object has no attribute 'splitlines'");
        }
        String text =
                Python.str(Operators.add(value, value instanceof Markup ? new Markup("\n") : "\n"));
        var result = new StringBuilder(first ? indention : "");
        boolean atStart = true;
        for (Object line : Text.splitLines(text, false)) {
            if (!atStart) {
                result.append('\n').append(blank || !((String) line).isEmpty() ? indention : "");
            }
            result.append(line);
            Limits.checkSize(result.length());
            atStart = false;
        }
        return value instanceof Markup ? new Markup(result.toString()) : result.toString();
    }

    private static @Nullable Object truncate(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = Python.isMissing(bound[0]) ? 255 : Python.index(bound[0]);
        boolean killWords = !Python.isMissing(bound[1]) && Python.isTrue(bound[1]);
        String end =
                Python.isMissing(bound[2])
                        ? "..."
                        : Python.requireText("end must be str", bound[2]);
        int leeway =
                Python.isMissing(bound[3]) || bound[3] == null
                        ? TRUNCATE_LEEWAY
                        : Python.index(bound[3]);
        if (length < Text.length(end) || leeway < 0) {
            throw new PythonError(
                    PythonError.Kind.ASSERTION,
                    "expected length >= %d and leeway >= 0".formatted(Text.length(end)));
        }
        if (Python.length(value) <= (long) length + leeway) {
            return value;
        }
        if (value instanceof List<?> && !killWords) {
            throw PythonError.attribute("'list' object has no attribute 'rsplit'");
        }
        String text = Python.requireText("can only truncate str", value);
        String cut = Text.slice(text, 0, length - Text.length(end));
        int space = cut.lastIndexOf(' ');
        return (killWords || space < 0 ? cut : cut.substring(0, space)) + end;
    }

    private static Object wordWrap(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind(
                        "wordwrap",
                        0,
                        "width",
                        "break_long_words",
                        "wrapstring",
                        "break_on_hyphens");
        int width = Python.isMissing(bound[0]) ? 79 : Python.index(bound[0]);
        boolean breakLongWords = Python.isMissing(bound[1]) || Python.isTrue(bound[1]);
        String newLine =
                Python.isMissing(bound[2]) || bound[2] == null
                        ? "\n"
                        : Python.requireText("wrapstring must be str", bound[2]);
        boolean breakOnHyphens = Python.isMissing(bound[3]) || Python.isTrue(bound[3]);
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        String text = Python.text(value);
        if (text == null) {
            throw PythonError.attribute(
                    "'%s' object has no attribute 'splitlines'".formatted(Python.typeName(value)));
        }
        List<String> lines = new ArrayList<>();
        for (Object line : Text.splitLines(text, false)) {
            lines.add(
                    String.join(
                            newLine,
                            new Wrapping(width, breakLongWords, breakOnHyphens)
                                    .wrap((String) line)));
        }
        return String.join(newLine, lines);
    }

    private static Object format(@Nullable Object value, Arguments arguments) {
        if (arguments.count() > 0 && !arguments.keywords().isEmpty()) {
            throw new PythonError(
                    PythonError.Kind.FILTER_ARGUMENT,
                    "can't handle positional and keyword arguments at the same time");
        }
        Object text = value instanceof Markup ? value : Python.str(value);
        Object values =
                arguments.keywords().isEmpty()
                        ? Tuple.of(arguments.positional())
                        : new LinkedHashMap<>(arguments.keywords());
        return Operators.modulo(text, values);
    }

    private static @Nullable Object toInteger(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("int", 0, "default", "base");
        try {
            String text = Python.text(value);
            return text == null
                    ? Python.toInteger(value)
                    : Numbers.parseInteger(
                            text, Python.isMissing(bound[1]) ? 10 : Python.index(bound[1]));
        } catch (PythonError error) {
            if (!isTypeOrValue(error)) {
                throw error;
            }
        }
        // So that "42.23" gives 42.
        try {
            return Numbers.truncate(Python.toReal(value));
        } catch (PythonError error) {
            if (!isTypeOrValue(error) && error.kind() != PythonError.Kind.OVERFLOW) {
                throw error;
            }
            return Python.isMissing(bound[0]) ? (Object) 0L : bound[0];
        }
    }

    private static Object absolute(@Nullable Object value) {
        if (value != null && (Numbers.isInteger(value) || value instanceof Double)) {
            return Numbers.absolute(value);
        }
        if (Python.typeName(value).equals("datetime.timedelta")) {
            return Python.isTrue(
                            Comparison.ordered(
                                    Comparison.Ordering.LESS,
                                    value,
                                    Operators.subtract(value, value)))
                    ? Operators.negate(value)
                    : Operators.plus(value);
        }
        throw PythonError.type(
                "bad operand type for abs(): '%s'".formatted(Python.typeName(value)));
    }

    private static Object round(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("round", 0, "precision", "method");
        String method =
                Python.isMissing(bound[1]) ? "common" : String.valueOf(Python.text(bound[1]));
        if (!Set.of("common", "ceil", "floor").contains(method)) {
            throw new PythonError(
                    PythonError.Kind.FILTER_ARGUMENT, "method must be common, ceil or floor");
        }
        Object precision = Python.isMissing(bound[0]) ? (Object) 0L : bound[0];
        boolean number = Numbers.isInteger(value) || value instanceof Double;
        if (method.equals("common")) {
            if (value == null || !number) {
                throw PythonError.type(
                        "type %s doesn't define __round__ method"
                                .formatted(Python.typeName(value)));
            }
            return precision == null
                    ? Numbers.truncate(Python.toReal(Numbers.round(value, 0)))
                    : Numbers.round(value, Python.index(precision));
        }
        Object factor = Operators.power(10L, precision);
        Object scaled = requireNumber(Operators.multiply(value, factor));
        Object whole =
                scaled instanceof Double real
                        ? Numbers.truncate(
                                method.equals("ceil") ? Math.ceil(real) : Math.floor(real))
                        : scaled;
        return Operators.divide(whole, factor);
    }

    private static Object requireNumber(Object value) {
        if (Numbers.isInteger(value) || value instanceof Double) {
            return value;
        }
        throw PythonError.type("must be real number, not %s".formatted(Python.typeName(value)));
    }

    private static Object fileSize(@Nullable Object value, Arguments arguments) {
        Object flag = arguments.bind("filesizeformat", 0, "binary")[0];
        boolean binary = !Python.isMissing(flag) && Python.isTrue(flag);
        double bytes = Python.toReal(value);
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return "%s Bytes".formatted(Python.str(Numbers.truncate(bytes)));
        }
        List<String> prefixes =
                binary
                        ? List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
                        : List.of("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB");
        double unit = base;
        String prefix = "";
        for (int i = 0; i < prefixes.size(); i++) {
            prefix = prefixes.get(i);
            unit = Math.pow(base, i + 2);
            if (bytes < unit) {
                break;
            }
        }
        return Operators.modulo("%.1f", base * bytes / unit) + " " + prefix;
    }

    /** The value with the keys of its dicts in order, as the pretty printer has them. */
    private static @Nullable Object sortedKeys(@Nullable Object value, int depth) {
        if (depth > 100) {
            return value;
        }
        if (value instanceof Map<?, ?> map) {
            List<Object> keys;
            try {
                keys = Sorting.sorted(new ArrayList<Object>(map.keySet()), key -> key, false);
            } catch (PythonError _) {
                keys = new ArrayList<>(map.keySet());
            }
            Map<Object, Object> sorted = new LinkedHashMap<>();
            keys.forEach(key -> sorted.put(key, sortedKeys(map.get(key), depth + 1)));
            return sorted;
        }
        if (value instanceof List<?> list && !(value instanceof Tuple)) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(sortedKeys(item, depth + 1)));
            return items;
        }
        return value;
    }

    private static Object urlEncode(@Nullable Object value, Arguments arguments) {
        arguments.bind("urlencode", 0);
        if (Python.text(value) != null || !Python.isIterable(value)) {
            return Percent.quote(Python.str(value), "/");
        }
        List<String> pairs = new ArrayList<>();
        Object source =
                Python.isDict(value)
                        ? Python.call(Python.attribute(value, "items"), Arguments.NONE)
                        : value;
        for (Object pair : Python.list(source)) {
            if (!Python.isIterable(pair)) {
                throw PythonError.type(
                        "cannot unpack non-iterable %s object".formatted(Python.typeName(pair)));
            }
            List<Object> parts = Python.list(pair);
            if (parts.size() != 2) {
                throw PythonError.value(
                        "2 values to unpack expected, got %d".formatted(parts.size()));
            }
            pairs.add(
                    Percent.quotePlus(Python.str(parts.get(0)))
                            + "="
                            + Percent.quotePlus(Python.str(parts.get(1))));
        }
        return String.join("&", pairs);
    }

    private static Object urlize(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind(
                        "urlize",
                        0,
                        "trim_url_limit",
                        "nofollow",
                        "target",
                        "rel",
                        "extra_schemes");
        int limit =
                Python.isMissing(bound[0]) || bound[0] == null
                        ? Integer.MAX_VALUE
                        : Python.index(bound[0]);
        Set<String> rel = new TreeSet<>(Set.of("noopener"));
        if (!Python.isMissing(bound[1]) && Python.isTrue(bound[1])) {
            rel.add("nofollow");
        }
        String more = Python.text(bound[3]);
        if (more != null) {
            rel.addAll(List.of(more.trim().split("\\s+")));
            rel.remove("");
        }
        String target = Python.text(bound[2]);
        String extras =
                " rel=\"%s\"%s"
                        .formatted(
                                Markup.escape(String.join(" ", rel)),
                                target == null
                                        ? ""
                                        : " target=\"%s\"".formatted(Markup.escape(target)));
        return Links.mark(Markup.escape(Python.str(value)), limit, extras);
    }

    private static Object xmlAttributes(@Nullable Object value, Arguments arguments) {
        Object flag = arguments.bind("xmlattr", 0, "autospace")[0];
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw PythonError.attribute(
                    "'%s' object has no attribute 'items'".formatted(Python.typeName(value)));
        }
        List<String> attributes = new ArrayList<>();
        map.forEach((key, item) -> {
            if (item != null && !(item instanceof Undefined)) {
                String name = Python.requireText("expected string or bytes-like object", key);
                if (ATTRIBUTE_BREAK.matcher(name).find()) {
                    throw PythonError.value(
                            "Invalid character in attribute name: %s".formatted(Python.repr(name)));
                }
                attributes.add(
                        "%s=\"%s\""
                                .formatted(
                                        Markup.escape(name),
                                        item instanceof Markup markup
                                                ? markup.text()
                                                : Markup.escape(Python.str(item))));
            }
        });
        String text = String.join(" ", attributes);
        return text.isEmpty() || (!Python.isMissing(flag) && !Python.isTrue(flag))
                ? text
                : " " + text;
    }
}

package io.millrace.declarative.manifest;

import io.millrace.declarative.interpolation.python.Dicts;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML 1.1 as Python values: {@code yes} and {@code off} are flags, {@code 012} is octal, {@code
 * 1:30} is ninety, aliases and merges work, the last of equal keys wins. Dates stay the text that
 * they were written as: nothing in a manifest is a date, and text is what their authors meant.
 *
 * <p>Which scalars are numbers, flags and nulls is from the type repository of YAML 1.1
 * (yaml.org/type), where a float needs a dot.
 */
public final class YamlText {
    /** Deeper than any manifest, and within the stack of a thread. */
    private static final int DEEPEST = 200;

    /** More than the largest public manifest has, by far. */
    private static final int MOST_CODE_POINTS = 64 * 1024 * 1024;

    private static final int MOST_ALIASES = 10_000;

    private static final long MOST_VALUES = 2_000_000;

    private YamlText() {}

    /**
     * The value of {@code text}.
     *
     * @throws ConfigurationFailure where it is no YAML; the message has line and column
     */
    public static @Nullable Object parse(String text) {
        try {
            return parseOrThrow(text);
        } catch (MarkedYAMLException error) {
            Mark mark = error.getProblemMark();
            throw new ConfigurationFailure(
                    mark == null
                            ? "This is no YAML: %s.".formatted(error.getProblem())
                            : "%d:%d: This is no YAML: %s."
                                    .formatted(
                                            mark.getLine() + 1,
                                            mark.getColumn() + 1,
                                            error.getProblem()));
        } catch (YAMLException error) {
            throw new ConfigurationFailure("This is no YAML: " + error.getMessage());
        }
    }

    /** The value of {@code text}, or {@code text} itself where it is no YAML. */
    public static @Nullable Object parseOrKeep(String text) {
        try {
            return parseOrThrow(text);
        } catch (YAMLException _) {
            return text;
        }
    }

    /** The value of {@code text}, with the places of all its parts. */
    public static Located locate(String text) throws YamlProblem {
        try {
            Node node = compose(text);
            return node == null
                    ? new Located.Scalar(new Located.Place(1, 1), null)
                    : located(node, 0);
        } catch (MarkedYAMLException error) {
            throw new YamlProblem(
                    String.valueOf(error.getProblem()), place(error.getProblemMark()));
        } catch (YAMLException error) {
            throw new YamlProblem(String.valueOf(error.getMessage()), place(null));
        }
    }

    private static Located.Place place(@Nullable Mark mark) {
        return mark == null
                ? new Located.Place(1, 1)
                : new Located.Place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Located located(Node node, int depth) {
        if (depth > DEEPEST) {
            throw new YAMLException("it is nested too deeply, or contains itself");
        }
        Located.Place place = place(node.getStartMark());
        return switch (node) {
            case SequenceNode sequence -> {
                List<Located> items = new ArrayList<>(sequence.getValue().size());
                for (Node item : sequence.getValue()) {
                    items.add(located(item, depth + 1));
                }
                yield new Located.Items(place, items);
            }
            case MappingNode mapping -> locatedMapping(mapping, place, depth);
            case ScalarNode scalar -> new Located.Scalar(place, scalar(scalar));
            default -> throw new YAMLException("it has a node of an unknown kind");
        };
    }

    private static Located locatedMapping(MappingNode mapping, Located.Place place, int depth) {
        Map<Object, Located.Entry> merged = new LinkedHashMap<>();
        Map<Object, Located.Entry> own = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Located value = located(tuple.getValueNode(), depth + 1);
            if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
                mergeLocated(value, merged);
            } else {
                Object key = value(tuple.getKeyNode(), depth + 1);
                own.put(
                        key == null ? "null" : key,
                        new Located.Entry(place(tuple.getKeyNode().getStartMark()), value));
            }
        }
        merged.putAll(own);
        return new Located.Mapping(place, merged);
    }

    private static void mergeLocated(Located source, Map<Object, Located.Entry> merged) {
        switch (source) {
            case Located.Mapping map -> map.entries().forEach(merged::putIfAbsent);
            case Located.Items list -> list.items().forEach(item -> mergeLocated(item, merged));
            case Located.Scalar _ -> throw new YAMLException("<< needs a mapping");
        }
    }

    private static @Nullable Object parseOrThrow(String text) {
        Node node = compose(text);
        return node == null ? null : value(node, 0);
    }

    private static @Nullable Node compose(String text) {
        var loading = new LoaderOptions();
        loading.setNestingDepthLimit(DEEPEST);
        loading.setCodePointLimit(MOST_CODE_POINTS);
        loading.setMaxAliasesForCollections(MOST_ALIASES);
        loading.setAllowDuplicateKeys(true);
        var dumping = new DumperOptions();
        var yaml =
                new Yaml(
                        new SafeConstructor(loading),
                        new Representer(dumping),
                        dumping,
                        loading,
                        new Scalars());
        Node node = yaml.compose(new StringReader(text));
        if (node != null) {
            requireModest(node, new IdentityHashMap<>(), 0);
        }
        return node;
    }

    /**
     * How many values a node becomes once its aliases are written out; a few lines of aliases of
     * aliases make billions.
     */
    private static long requireModest(Node node, Map<Node, Long> known, int depth) {
        if (depth > DEEPEST) {
            throw new YAMLException("it is nested too deeply, or contains itself");
        }
        Long size = known.get(node);
        if (size != null) {
            return size;
        }
        long sum = 1;
        switch (node) {
            case SequenceNode sequence -> {
                for (Node item : sequence.getValue()) {
                    sum += requireModest(item, known, depth + 1);
                }
            }
            case MappingNode mapping -> {
                for (NodeTuple tuple : mapping.getValue()) {
                    sum += requireModest(tuple.getKeyNode(), known, depth + 1);
                    sum += requireModest(tuple.getValueNode(), known, depth + 1);
                }
            }
            default -> {}
        }
        if (sum > MOST_VALUES) {
            throw new YAMLException(
                    "with its aliases written out it has more than %d values"
                            .formatted(MOST_VALUES));
        }
        known.put(node, sum);
        return sum;
    }

    private static @Nullable Object value(Node node, int depth) {
        if (depth > DEEPEST) {
            throw new YAMLException("it is nested too deeply, or contains itself");
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar);
            case SequenceNode sequence -> {
                List<Object> items = new ArrayList<>(sequence.getValue().size());
                for (Node item : sequence.getValue()) {
                    items.add(value(item, depth + 1));
                }
                yield items;
            }
            case MappingNode mapping -> mapping(mapping, depth);
            default -> throw new YAMLException("it has a node of an unknown kind");
        };
    }

    private static Map<Object, Object> mapping(MappingNode mapping, int depth) {
        Map<Object, Object> merged = new LinkedHashMap<>();
        Map<Object, Object> own = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
                merge(value(tuple.getValueNode(), depth + 1), merged);
            } else {
                Dicts.put(
                        own,
                        value(tuple.getKeyNode(), depth + 1),
                        value(tuple.getValueNode(), depth + 1));
            }
        }
        if (merged.isEmpty()) {
            return own;
        }
        own.forEach((key, item) -> Dicts.put(merged, key, item));
        return merged;
    }

    /** What is merged first wins over what comes later. */
    private static void merge(@Nullable Object source, Map<Object, Object> merged) {
        switch (source) {
            case Map<?, ?> map ->
                    map.forEach((key, item) -> {
                        if (!merged.containsKey(key)) {
                            Dicts.put(merged, key, item);
                        }
                    });
            case List<?> list -> list.forEach(item -> merge(item, merged));
            case null, default -> throw new YAMLException("<< needs a mapping");
        }
    }

    private static @Nullable Object scalar(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (tag.equals(Tag.NULL)) {
            return null;
        }
        if (tag.equals(Tag.BOOL)) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "yes", "true", "on" -> true;
                default -> false;
            };
        }
        if (tag.equals(Tag.INT)) {
            return integer(text.replace("_", ""));
        }
        if (tag.equals(Tag.FLOAT)) {
            return real(text.replace("_", "").toLowerCase(Locale.ROOT));
        }
        return text;
    }

    private static Object integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        BigInteger size;
        if (digits.startsWith("0b")) {
            size = new BigInteger(digits.substring(2), 2);
        } else if (digits.startsWith("0x")) {
            size = new BigInteger(digits.substring(2), 16);
        } else if (digits.contains(":")) {
            size = BigInteger.ZERO;
            for (String part : digits.split(":")) {
                size = size.multiply(BigInteger.valueOf(60)).add(new BigInteger(part));
            }
        } else {
            size = new BigInteger(digits, digits.startsWith("0") ? 8 : 10);
        }
        BigInteger number = negative ? size.negate() : size;
        // Not a conditional expression, which would unbox and box again.
        if (number.bitLength() < Long.SIZE) {
            return number.longValue();
        }
        return number;
    }

    private static double real(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        double size;
        if (digits.equals(".inf")) {
            size = Double.POSITIVE_INFINITY;
        } else if (digits.equals(".nan")) {
            size = Double.NaN;
        } else if (digits.contains(":")) {
            size = 0;
            for (String part : digits.split(":")) {
                size = size * 60 + Double.parseDouble(part);
            }
        } else {
            size = Double.parseDouble(digits);
        }
        return negative ? -size : size;
    }

    /** Which plain scalars are more than text. */
    private static final class Scalars extends Resolver {
        private static final Pattern FLAG =
                Pattern.compile(
                        "yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");
        private static final Pattern REAL =
                Pattern.compile(
                        "[-+]?[0-9][0-9_]*\\.[0-9_]*([eE][-+][0-9]+)?"
                                + "|\\.[0-9][0-9_]*([eE][-+][0-9]+)?"
                                + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\\.[0-9_]*"
                                + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
        private static final Pattern INTEGER =
                Pattern.compile(
                        "[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+"
                                + "|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+");
        private static final Pattern NOTHING = Pattern.compile("~|null|Null|NULL|");

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, whole(FLAG), "yYnNtTfFoO");
            addImplicitResolver(Tag.FLOAT, whole(REAL), "-+0123456789.");
            addImplicitResolver(Tag.INT, whole(INTEGER), "-+0123456789");
            addImplicitResolver(Tag.MERGE, whole(Pattern.compile("<<")), "<");
            addImplicitResolver(Tag.NULL, whole(NOTHING), "~nN\0");
            addImplicitResolver(Tag.NULL, Pattern.compile("^$"), null);
        }

        private static Pattern whole(Pattern pattern) {
            return Pattern.compile("^(?:" + pattern + ")$");
        }
    }
}

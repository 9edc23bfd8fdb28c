package io.millrace.cli.pipeline;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A YAML document as JSON, that knows where each of its keys and values stands. */
public final class LocatedDocument {
    private static final int DEEPEST = 100;

    private final String file;
    private final JsonNode root;
    private final Map<String, Place> values;
    private final Map<String, Place> keys;
    private final Set<String> plain;

    /** From 1. */
    private record Place(int line, int column) {}

    private LocatedDocument(
            String file,
            JsonNode root,
            Map<String, Place> values,
            Map<String, Place> keys,
            Set<String> plain) {
        this.file = file;
        this.root = root;
        this.values = values;
        this.keys = keys;
        this.plain = plain;
    }

    /**
     * Parses {@code text}; nothing in it is taken for code.
     *
     * @param file how messages name it
     * @throws ProblemsException where it is no YAML document, or a key stands twice
     */
    public static LocatedDocument parse(String file, String text) {
        var loading = new LoaderOptions();
        loading.setNestingDepthLimit(DEEPEST);
        loading.setAllowDuplicateKeys(true); // found below, with their places
        var dumping = new DumperOptions();
        var yaml =
                new Yaml(
                        new SafeConstructor(loading),
                        new Representer(dumping),
                        dumping,
                        loading,
                        new DateFreeResolver());
        try {
            Node node = yaml.compose(new java.io.StringReader(text));
            var builder = new Builder(file);
            JsonNode root =
                    node == null
                            ? JsonNodeFactory.instance.objectNode()
                            : builder.convert(node, "", 0);
            if (!builder.problems.isEmpty()) {
                throw new ProblemsException(builder.problems);
            }
            return new LocatedDocument(file, root, builder.values, builder.keys, builder.plain);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            throw new ProblemsException(
                    List.of(
                            new Problem(
                                    file,
                                    mark == null ? 1 : mark.getLine() + 1,
                                    mark == null ? 1 : mark.getColumn() + 1,
                                    Problem.Severity.ERROR,
                                    "This is no YAML: " + e.getProblem() + ".")));
        } catch (YAMLException e) {
            throw new ProblemsException(
                    List.of(
                            new Problem(
                                    file,
                                    1,
                                    1,
                                    Problem.Severity.ERROR,
                                    "This is no YAML: " + e.getMessage())));
        }
    }

    public JsonNode root() {
        return root;
    }

    public String file() {
        return file;
    }

    /** The same document with another content of the same places. */
    LocatedDocument withRoot(JsonNode newRoot) {
        return new LocatedDocument(file, newRoot, values, keys, plain);
    }

    /** Whether the text at {@code pointer} was written without quotes. */
    boolean plain(String pointer) {
        return plain.contains(pointer);
    }

    /** An error at the value that {@code pointer} leads to, or at the nearest thing around it. */
    public Problem at(String pointer, String message) {
        return problem(values, pointer, Problem.Severity.ERROR, message);
    }

    /** An error at the key of what {@code pointer} leads to. */
    public Problem atKey(String pointer, String message) {
        return keys.containsKey(pointer)
                ? problem(keys, pointer, Problem.Severity.ERROR, message)
                : at(pointer, message);
    }

    public Problem warningAt(String pointer, String message) {
        return problem(values, pointer, Problem.Severity.WARNING, message);
    }

    public Problem warningAtKey(String pointer, String message) {
        return problem(keys, pointer, Problem.Severity.WARNING, message);
    }

    private Problem problem(
            Map<String, Place> places, String pointer, Problem.Severity severity, String message) {
        String at = pointer;
        while (!at.isEmpty() && !places.containsKey(at)) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        Place place = places.getOrDefault(at, values.getOrDefault(at, new Place(1, 1)));
        return new Problem(file, place.line, place.column, severity, message);
    }

    /** {@code pointer} with one more step. */
    public static String child(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    /**
     * YAML 1.1 without its dates: {@code 2026-01-01} stays a text, as every JSON schema expects.
     */
    private static final class DateFreeResolver extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
            addImplicitResolver(Tag.INT, INT, "-+0123456789");
            addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }

    private static final class Builder {
        private final String file;
        private final Map<String, Place> values = new HashMap<>();
        private final Map<String, Place> keys = new HashMap<>();
        private final Set<String> plain = new HashSet<>();
        private final List<Problem> problems = new ArrayList<>();
        private final JsonNodeFactory json = JsonNodeFactory.instance;

        Builder(String file) {
            this.file = file;
        }

        JsonNode convert(Node node, String pointer, int depth) {
            values.put(pointer, place(node));
            if (depth > DEEPEST) {
                problems.add(
                        problem(node, "This is nested too deep, or an alias leads into itself."));
                return json.nullNode();
            }
            return switch (node) {
                case MappingNode mapping -> mapping(mapping, pointer, depth);
                case SequenceNode sequence -> sequence(sequence, pointer, depth);
                case ScalarNode scalar -> scalar(scalar, pointer);
                default -> throw new IllegalStateException("a YAML node of an unknown kind");
            };
        }

        private ObjectNode mapping(MappingNode mapping, String pointer, int depth) {
            ObjectNode object = json.objectNode();
            for (NodeTuple tuple : mapping.getValue()) {
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    problems.add(problem(tuple.getKeyNode(), "A key is a text."));
                    continue;
                }
                if (key.getTag().equals(Tag.MERGE)) {
                    merge(object, tuple.getValueNode(), pointer, depth);
                    continue;
                }
                String at = child(pointer, key.getValue());
                if (keys.containsKey(at) && object.has(key.getValue())) {
                    problems.add(
                            problem(
                                    key,
                                    "The key \"%s\" stands here twice.".formatted(key.getValue())));
                }
                keys.put(at, place(key));
                object.set(key.getValue(), convert(tuple.getValueNode(), at, depth + 1));
            }
            return object;
        }

        private void merge(ObjectNode object, Node merged, String pointer, int depth) {
            if (merged instanceof SequenceNode several) {
                several.getValue().forEach(one -> merge(object, one, pointer, depth));
                return;
            }
            if (convert(merged, pointer, depth + 1) instanceof ObjectNode defaults) {
                defaults.properties()
                        .forEach(entry -> {
                            if (!object.has(entry.getKey())) {
                                object.set(entry.getKey(), entry.getValue());
                            }
                        });
            } else {
                problems.add(problem(merged, "Only a mapping can be merged in."));
            }
        }

        private ArrayNode sequence(SequenceNode sequence, String pointer, int depth) {
            ArrayNode array = json.arrayNode();
            for (Node element : sequence.getValue()) {
                array.add(convert(element, pointer + "/" + array.size(), depth + 1));
            }
            return array;
        }

        private JsonNode scalar(ScalarNode scalar, String pointer) {
            String text = scalar.getValue();
            if (scalar.isPlain()) {
                plain.add(pointer);
            }
            Tag tag = scalar.getTag();
            if (tag.equals(Tag.NULL)) {
                return json.nullNode();
            }
            if (tag.equals(Tag.BOOL)) {
                return json.booleanNode(
                        Set.of("y", "yes", "true", "on")
                                .contains(text.toLowerCase(java.util.Locale.ROOT)));
            }
            if (tag.equals(Tag.INT)) {
                return integer(text);
            }
            if (tag.equals(Tag.FLOAT)) {
                try {
                    return json.numberNode(new BigDecimal(text.replace("_", "")));
                } catch (NumberFormatException _) {
                    return json.stringNode(text); // .inf, .nan and numbers to the base of 60
                }
            }
            return json.stringNode(text);
        }

        private JsonNode integer(String text) {
            String digits = text.replace("_", "");
            try {
                BigInteger value;
                if (digits.matches("[-+]?0x[0-9a-fA-F]+")) {
                    value = new BigInteger(digits.replaceFirst("0x", ""), 16);
                } else if (digits.matches("[-+]?0[0-7]+")) {
                    value = new BigInteger(digits, 8);
                } else {
                    value = new BigInteger(digits);
                }
                return value.bitLength() < 32
                        ? json.numberNode(value.intValue())
                        : value.bitLength() < 64
                                ? json.numberNode(value.longValue())
                                : json.numberNode(value);
            } catch (NumberFormatException _) {
                return json.stringNode(text); // to the base of 60 or 2
            }
        }

        private Problem problem(Node node, String message) {
            Place place = place(node);
            return new Problem(file, place.line, place.column, Problem.Severity.ERROR, message);
        }

        private static Place place(Node node) {
            Mark mark = node.getStartMark();
            return new Place(mark.getLine() + 1, mark.getColumn() + 1);
        }
    }
}

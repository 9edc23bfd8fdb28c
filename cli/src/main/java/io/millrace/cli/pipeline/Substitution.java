package io.millrace.cli.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts values in the place of {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:PATH}} in
 * a document's texts. A dollar sign before it makes such a text stand for itself. What was put in
 * is not looked at again.
 */
final class Substitution {
    private static final Pattern VARIABLE =
            Pattern.compile(
                    "\\$\\$\\{|\\$\\{(?:file:([^}]*)|([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?)\\}");

    /** Known to the place that uses it, not to the environment. */
    private static final String SOURCE_NAMESPACE = "SOURCE_NAMESPACE";

    private final LocatedDocument document;
    private final UnaryOperator<@org.jspecify.annotations.Nullable String> environment;
    private final Path folder;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * @param environment the variable's value, null where it is not set
     * @param folder relative paths start here
     */
    Substitution(
            LocatedDocument document,
            UnaryOperator<@org.jspecify.annotations.Nullable String> environment,
            Path folder) {
        this.document = document;
        this.environment = environment;
        this.folder = folder;
    }

    /** The document with all values in their places; problems are told by {@link #problems}. */
    LocatedDocument apply() {
        return document.withRoot(apply(document.root(), ""));
    }

    List<Problem> problems() {
        return problems;
    }

    private JsonNode apply(JsonNode node, String pointer) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties()
                    .forEach(entry ->
                            copy.set(
                                    entry.getKey(),
                                    apply(
                                            entry.getValue(),
                                            LocatedDocument.child(pointer, entry.getKey()))));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                copy.add(apply(array.get(i), pointer + "/" + i));
            }
            return copy;
        }
        return node.isString()
                ? JsonNodeFactory.instance.stringNode(apply(node.asString(), pointer))
                : node;
    }

    private String apply(String text, String pointer) {
        Matcher matcher = VARIABLE.matcher(text);
        var result = new StringBuilder();
        while (matcher.find()) {
            String replacement;
            if (matcher.group().equals("$${")) {
                replacement = "${";
            } else if (matcher.group(1) != null) {
                replacement = content(matcher.group(1), pointer);
            } else if (matcher.group(2).equals(SOURCE_NAMESPACE)) {
                replacement = matcher.group();
            } else {
                replacement =
                        value(matcher.group(2), Optional.ofNullable(matcher.group(3)), pointer);
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(replacement));
        }
        return matcher.appendTail(result).toString();
    }

    private String value(String name, Optional<String> fallback, String pointer) {
        String value = environment.apply(name);
        if (value != null && (!value.isEmpty() || fallback.isEmpty())) {
            return value;
        }
        if (fallback.isEmpty()) {
            problems.add(
                    document.at(
                            pointer,
                            "The environment variable %s is not set. Set it, or give a default with ${%s:-default}."
                                    .formatted(name, name)));
        }
        return fallback.orElse("");
    }

    private String content(String path, String pointer) {
        try {
            return Files.readString(folder.resolve(path)).stripTrailing();
        } catch (IOException | java.nio.file.InvalidPathException e) {
            problems.add(
                    document.at(
                            pointer,
                            "The file %s can't be read (%s)."
                                    .formatted(path, e.getClass().getSimpleName())));
            return "";
        }
    }
}

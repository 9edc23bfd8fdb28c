package io.millrace.cli.registry;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.cli.pipeline.LocatedDocument;
import io.millrace.cli.pipeline.Problem;
import io.millrace.cli.pipeline.ProblemsException;
import io.millrace.protocol.text.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A connector's {@code metadata.yaml} (reference: protocol 8.2). */
public record ConnectorMetadata(ObjectNode data) {
    /** The file in a connector's folder. */
    public static final String FILE = "metadata.yaml";

    private static final String SCHEMA = "/registry/metadata.schema.json";

    /** What the patterns of the schema ask for. */
    private static final Map<String, String> MEANINGS =
            Map.of(
                    "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$", "a version such as 1.2.3",
                    "^[a-z0-9]+([._/-][a-z0-9]+)*$",
                            "a repository of images such as me/source-prices",
                    "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", "a UUID",
                    "^https?://[^\\s]+$", "an address that begins with https://");

    /**
     * Reads a folder's.
     *
     * @throws ProblemsException with everything that is wrong with it, by line and column
     */
    public static ConnectorMetadata read(Path folder) {
        Path file = folder.resolve(FILE);
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException _) {
            throw unreadable(file, "There is no such file, which tells what the connector is.");
        } catch (MalformedInputException _) {
            throw unreadable(file, "This is no text in UTF-8.");
        } catch (IOException failure) {
            throw unreadable(file, "It can't be read: " + failure.getMessage());
        }
        LocatedDocument document = LocatedDocument.parse(file.toString(), text);
        List<Problem> problems = problems(document);
        if (!problems.isEmpty()) {
            throw new ProblemsException(problems);
        }
        return new ConnectorMetadata((ObjectNode) document.root().path("data"));
    }

    private static ProblemsException unreadable(Path file, String message) {
        return new ProblemsException(
                List.of(new Problem(file.toString(), 1, 1, Problem.Severity.ERROR, message)));
    }

    private static Schema schema() {
        try (InputStream content = ConnectorMetadata.class.getResourceAsStream(SCHEMA)) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(JsonMapper.shared().readTree(Objects.requireNonNull(content)));
        } catch (IOException impossible) {
            throw new IllegalStateException("no resource " + SCHEMA, impossible);
        }
    }

    private static List<Problem> problems(LocatedDocument document) {
        var problems = new ArrayList<Problem>();
        for (Error error : schema().validate(document.root())) {
            problems.add(problem(document, error));
        }
        return problems;
    }

    private static Problem problem(LocatedDocument document, Error error) {
        String pointer = pointer(error);
        String name = pointer.isEmpty() ? "The file" : dotted(pointer);
        String keyword = String.valueOf(error.getKeyword());
        return switch (keyword) {
            case "required" ->
                    document.atKey(
                            pointer,
                            "%s is missing."
                                    .formatted(
                                            dotted(
                                                    LocatedDocument.child(
                                                            pointer,
                                                            String.valueOf(error.getProperty())))));
            case "additionalProperties" -> {
                String key = String.valueOf(error.getProperty());
                String at = LocatedDocument.child(pointer, key);
                yield document.atKey(
                        at,
                        pointer.endsWith("/breakingChanges")
                                ? "%s is no version such as 2.0.0.".formatted(dotted(at))
                                : "There is no key %s%s"
                                        .formatted(
                                                dotted(at), NearestName.hint(key, known(pointer))));
            }
            case "type" ->
                    document.at(
                            pointer,
                            "%s must be %s%s."
                                    .formatted(
                                            name,
                                            kind(error),
                                            quotable(error) ? "; put it in quotes" : ""));
            case "enum" ->
                    document.at(
                            pointer,
                            "%s must be one of %s%s."
                                    .formatted(
                                            name,
                                            texts(error.getSchemaNode()),
                                            isNumber(error.getInstanceNode())
                                                            && error.getSchemaNode()
                                                                    .path(0)
                                                                    .isString()
                                                    ? ", in quotes"
                                                    : ""));
            case "pattern" ->
                    document.at(
                            pointer,
                            "%s must be %s."
                                    .formatted(
                                            name,
                                            MEANINGS.getOrDefault(
                                                    error.getSchemaNode().asString(""),
                                                    "of another form")));
            case "format" ->
                    document.at(pointer, "%s must be a date such as 2026-11-21.".formatted(name));
            case "minLength", "minItems", "minProperties" ->
                    document.at(pointer, "%s is empty.".formatted(name));
            default -> document.at(pointer, "%s: %s.".formatted(name, error.getMessage()));
        };
    }

    private static String pointer(Error error) {
        var pointer = new StringBuilder();
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            pointer.append(
                    LocatedDocument.child(
                            "", String.valueOf(error.getInstanceLocation().getElement(i))));
        }
        return pointer.toString();
    }

    private static String dotted(String pointer) {
        return pointer.substring(1).replace("/", ".").replace("~1", "/").replace("~0", "~");
    }

    /** The keys that the schema has at a place. */
    private static List<String> known(String pointer) {
        Optional<JsonNode> schema = Optional.of(schema().getSchemaNode());
        JsonNode root = schema.get();
        JsonNode node = root;
        for (String step : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/")) {
            node = resolved(root, node);
            node = step.matches("\\d+") ? node.path("items") : node.path("properties").path(step);
        }
        return List.copyOf(resolved(root, node).path("properties").propertyNames());
    }

    private static JsonNode resolved(JsonNode root, JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : root.at(reference.substring(1));
    }

    private static String kind(Error error) {
        return switch (error.getSchemaNode().asString("")) {
            case "string" -> "a text";
            case "boolean" -> "true or false";
            case "integer" -> "a whole number";
            case "array" -> "a list";
            default -> "an object";
        };
    }

    /** A version such as 1.0 is a number in YAML. */
    private static boolean quotable(Error error) {
        return error.getSchemaNode().asString("").equals("string")
                && error.getInstanceNode() != null
                && error.getInstanceNode().isValueNode()
                && !error.getInstanceNode().isNull();
    }

    private static boolean isNumber(JsonNode value) {
        return value != null && value.isNumber();
    }

    private static String texts(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false)
                .map(value -> value.asString(value.toString()))
                .collect(Collectors.joining(", "));
    }

    public String repository() {
        return data.path("dockerRepository").asString("");
    }

    /** The connector's name without the owner. */
    public String shortName() {
        return repository().substring(repository().lastIndexOf('/') + 1);
    }

    public String version() {
        return data.path("dockerImageTag").asString("");
    }

    public String kind() {
        return data.path("connectorType").asString("");
    }

    /** {@code java}, {@code python} and so on; empty where no tag tells. */
    public String language() {
        return data.path("tags")
                .valueStream()
                .map(tag -> tag.asString(""))
                .filter(tag -> tag.startsWith("language:"))
                .map(tag -> tag.substring("language:".length()))
                .findFirst()
                .orElse("");
    }
}

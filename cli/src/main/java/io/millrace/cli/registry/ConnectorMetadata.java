package io.millrace.cli.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A connector's {@code metadata.yaml} (reference: protocol 8.2). */
public record ConnectorMetadata(JsonNode data, List<String> problems) {
    private static final List<String> REQUIRED =
            List.of(
                    "name",
                    "definitionId",
                    "connectorType",
                    "connectorSubtype",
                    "dockerRepository",
                    "dockerImageTag",
                    "license",
                    "documentationUrl",
                    "githubIssueLabel",
                    "releaseStage");

    private static final Set<String> KNOWN =
            Set.of(
                    "name",
                    "definitionId",
                    "connectorType",
                    "connectorSubtype",
                    "dockerRepository",
                    "dockerImageTag",
                    "license",
                    "documentationUrl",
                    "githubIssueLabel",
                    "releaseStage",
                    "icon",
                    "supportLevel",
                    "releaseDate",
                    "protocolVersion",
                    "erdUrl",
                    "externalDocumentationUrls",
                    "tags",
                    "connectorBuildOptions",
                    "connectorTestSuitesOptions",
                    "maxSecondsBetweenMessages",
                    "allowedHosts",
                    "suggestedStreams",
                    "resourceRequirements",
                    "registryOverrides",
                    "releases",
                    "normalizationConfig",
                    "supportsDbt",
                    "supportsNormalization",
                    "supportsRefreshes",
                    "supportsFileTransfer",
                    "supportsDataActivation",
                    "connectorIPCOptions",
                    "remoteRegistries",
                    "ab_internal",
                    "generated");

    private static final Pattern VERSION =
            Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(-[0-9A-Za-z.-]+)?");
    private static final Pattern REPOSITORY = Pattern.compile("[a-z0-9]+([._/-][a-z0-9]+)*");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    public ConnectorMetadata {
        problems = List.copyOf(problems);
    }

    /** Reads a folder's, and tells everything that is wrong with it. */
    public static ConnectorMetadata read(Path folder) {
        Path file = folder.resolve("metadata.yaml");
        try {
            Object loaded =
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            JsonNode root = JsonMapper.shared().valueToTree(loaded);
            return new ConnectorMetadata(root.path("data"), problems(root));
        } catch (IOException _) {
            return wrong("metadata.yaml isn't there, or can't be read");
        } catch (YAMLException wrong) {
            return wrong("metadata.yaml is no YAML: " + wrong.getMessage());
        }
    }

    private static ConnectorMetadata wrong(String problem) {
        return new ConnectorMetadata(JsonMapper.shared().createObjectNode(), List.of(problem));
    }

    private static List<String> problems(JsonNode root) {
        var problems = new ArrayList<String>();
        if (!root.path("metadataSpecVersion").asString("").equals("1.0")) {
            problems.add("metadataSpecVersion must be \"1.0\"");
        }
        for (String key : root.propertyNames()) {
            if (!key.equals("metadataSpecVersion") && !key.equals("data")) {
                problems.add("there is no key " + key);
            }
        }
        JsonNode data = root.path("data");
        for (String key : REQUIRED) {
            if (data.path(key).asString("").isBlank()) {
                problems.add("data.%s is missing".formatted(key));
            }
        }
        for (String key : data.propertyNames()) {
            if (!KNOWN.contains(key)) {
                problems.add("there is no key data." + key);
            }
        }
        one(data, "connectorType", Set.of("source", "destination"), problems);
        one(
                data,
                "connectorSubtype",
                Set.of(
                        "api",
                        "database",
                        "datalake",
                        "file",
                        "custom",
                        "message_queue",
                        "unknown",
                        "vectorstore"),
                problems);
        one(
                data,
                "releaseStage",
                Set.of("alpha", "beta", "generally_available", "custom"),
                problems);
        if (data.has("supportLevel")) {
            one(data, "supportLevel", Set.of("community", "certified", "archived"), problems);
        }
        matches(data, "dockerImageTag", VERSION, "a version such as 1.2.3", problems);
        matches(data, "dockerRepository", REPOSITORY, "a repository such as me/source-x", problems);
        matches(data, "definitionId", UUID, "a UUID", problems);
        return problems;
    }

    private static void one(JsonNode data, String key, Set<String> values, List<String> problems) {
        String value = data.path(key).asString("");
        if (!value.isEmpty() && !values.contains(value)) {
            problems.add(
                    "data.%s is %s, and must be one of %s"
                            .formatted(
                                    key,
                                    value,
                                    String.join(", ", values.stream().sorted().toList())));
        }
    }

    private static void matches(
            JsonNode data, String key, Pattern pattern, String what, List<String> problems) {
        String value = data.path(key).asString("");
        if (!value.isEmpty() && !pattern.matcher(value).matches()) {
            problems.add("data.%s must be %s".formatted(key, what));
        }
    }

    public String repository() {
        return data.path("dockerRepository").asString("");
    }

    public String version() {
        return data.path("dockerImageTag").asString("");
    }

    public String kind() {
        return data.path("connectorType").asString("");
    }
}

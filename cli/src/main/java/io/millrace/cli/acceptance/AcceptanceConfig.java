package io.millrace.cli.acceptance;

import io.millrace.protocol.json.Json;
import io.millrace.protocol.text.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The reference's {@code acceptance-test-config.yml} of a connector's folder (reference: protocol
 * 7.1), with {@code destination_tests} beside it. Every failure here is a {@link
 * WrongConfigurationException}: nothing was tested.
 */
final class AcceptanceConfig {
    static final String FILE = "acceptance-test-config.yml";

    private static final Set<String> ROOT =
            Set.of(
                    "connector_image",
                    "base_path",
                    "test_strictness_level",
                    "cached_discovered_catalog",
                    "custom_environment_variables",
                    "acceptance_tests",
                    "destination_tests",
                    "tests");

    private static final Set<String> COMMON =
            Set.of(
                    "config_path",
                    "timeout_seconds",
                    "deployment_mode",
                    ClientContainer.KEY,
                    "iam_role");

    /** What a test of each suite takes beside the common keys. */
    private static final Map<String, Set<String>> SUITES =
            Map.of(
                    "spec",
                    Set.of(
                            "spec_path",
                            "connector_spec",
                            "backward_compatibility_tests_config",
                            "auth_default_method"),
                    "connection",
                    Set.of("status"),
                    "discovery",
                    Set.of(
                            "backward_compatibility_tests_config",
                            "validate_primary_keys_data_type"),
                    "basic_read",
                    Set.of(
                            "configured_catalog_path",
                            "empty_streams",
                            "ignored_fields",
                            "expect_records",
                            "validate_schema",
                            "validate_stream_statuses",
                            "validate_state_messages",
                            "validate_primary_keys_data_type",
                            "fail_on_extra_columns",
                            "validate_data_points",
                            "expect_trace_message_on_failure",
                            "file_types"),
                    "full_refresh",
                    Set.of("configured_catalog_path", "ignored_fields"),
                    "incremental",
                    Set.of(
                            "configured_catalog_path",
                            "future_state",
                            "skip_comprehensive_incremental_tests"),
                    AttributeChecks.ATTRIBUTES,
                    Set.of("streams_without_primary_key", "allowed_hosts", "suggested_streams"),
                    AttributeChecks.DOCUMENTATION,
                    Set.of());

    private static final Set<String> DESTINATION =
            Set.of("config_path", "invalid_config_path", "retrieve", "timeout_seconds", "skip");

    private static final Set<String> FILE_TYPES =
            Set.of("skip_test", "bypass_reason", "unsupported_types");

    /** What the strict level asks for (7.1.3). */
    private static final List<String> ALWAYS =
            List.of("spec", "connection", "discovery", "basic_read", "full_refresh", "incremental");

    private final Path folder;
    private final ObjectNode root;

    private AcceptanceConfig(Path folder, ObjectNode root) {
        this.folder = folder;
        this.root = root;
    }

    /** The configuration in a connector's folder. */
    static AcceptanceConfig load(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new WrongConfigurationException(
                    Files.isDirectory(folder)
                            ? "There is no %s in %s, which says what to test."
                                    .formatted(FILE, folder)
                            : "There is no folder %s.".formatted(folder));
        }
        if (!(read(file) instanceof ObjectNode root)) {
            throw wrong(file, "It must be an object.");
        }
        requireKnown(file, "", root, ROOT);
        if (root.has("tests")) {
            // The form of old: lists without a level for reasons.
            ObjectNode suites = root.withObjectProperty("acceptance_tests");
            root.path("tests")
                    .properties()
                    .forEach(suite ->
                            suites.putObject(suite.getKey()).set("tests", suite.getValue()));
        }
        validate(file, root);
        return new AcceptanceConfig(folder, root);
    }

    private static void validate(Path file, ObjectNode root) {
        JsonNode suites = root.path("acceptance_tests");
        for (var suite : suites.properties()) {
            String at = "acceptance_tests." + suite.getKey();
            Set<String> own = SUITES.get(suite.getKey());
            if (own == null) {
                throw unknown(file, at, suite.getKey(), SUITES.keySet());
            }
            requireKnown(file, at, suite.getValue(), Set.of("tests", "bypass_reason"));
            if (suite.getValue().has("tests") && suite.getValue().has("bypass_reason")) {
                throw wrong(file, at + " has both tests and a bypass_reason.");
            }
            var known = new java.util.HashSet<>(COMMON);
            known.addAll(own);
            for (JsonNode test : suite.getValue().path("tests")) {
                requireKnown(file, at + ".tests", test, known);
                requireKnown(
                        file,
                        at + ".tests." + ClientContainer.KEY,
                        test.path(ClientContainer.KEY),
                        ClientContainer.KEYS);
                requireKnown(file, at + ".tests.file_types", test.path("file_types"), FILE_TYPES);
            }
        }
        requireKnown(file, "destination_tests", root.path("destination_tests"), DESTINATION);
        if (root.path("test_strictness_level").asString("low").equals("high")
                && !root.has("destination_tests")) {
            for (String suite : ALWAYS) {
                if (!suites.has(suite)) {
                    throw wrong(
                            file,
                            "the strictness level is high, so acceptance_tests.%s needs tests or a bypass_reason."
                                    .formatted(suite));
                }
            }
        }
    }

    private static void requireKnown(Path file, String at, JsonNode object, Set<String> known) {
        for (String key : object.propertyNames()) {
            if (!known.contains(key)) {
                throw unknown(file, at, key, known);
            }
        }
    }

    private static WrongConfigurationException unknown(
            Path file, String at, String key, Set<String> known) {
        return wrong(
                file,
                "there is no key \"%s\"%s%s"
                        .formatted(
                                key,
                                at.isEmpty() ? "" : " in " + at,
                                NearestName.hint(key, List.copyOf(known))));
    }

    private static WrongConfigurationException wrong(Path file, String message) {
        return new WrongConfigurationException("%s: %s".formatted(file, message));
    }

    /** The image that is tested, where nothing else says how the connector is started. */
    Optional<String> image() {
        return root.path("connector_image").asStringOpt().filter(image -> !image.isBlank());
    }

    Map<String, String> environment() {
        var environment = new java.util.LinkedHashMap<String, String>();
        root.path("custom_environment_variables")
                .properties()
                .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asString("")));
        return environment;
    }

    /** One set of values for a suite. */
    List<JsonNode> tests(String suite) {
        return root.path("acceptance_tests").path(suite).path("tests").valueStream().toList();
    }

    /** Why a suite isn't run; empty where it is. */
    Optional<String> bypassed(String suite) {
        JsonNode found = root.path("acceptance_tests").path(suite);
        Optional<String> reason = found.path("bypass_reason").asStringOpt();
        return reason.isPresent() || !found.path("tests").isEmpty()
                ? reason
                : Optional.of("not configured");
    }

    /** Whether anything is said of a suite. */
    boolean configured(String suite) {
        return root.path("acceptance_tests").has(suite);
    }

    /** Whether there are tests of a source. */
    boolean hasSourceTests() {
        return !root.path("acceptance_tests").isEmpty();
    }

    Optional<JsonNode> destinationTests() {
        return Optional.of(root.path("destination_tests")).filter(JsonNode::isObject);
    }

    Path path(String relative) {
        return folder.resolve(root.path("base_path").asString("")).resolve(relative).normalize();
    }

    /** A file of the folder that must be there. */
    JsonNode file(String relative) {
        Path file = path(relative);
        if (!Files.isRegularFile(file)) {
            throw new WrongConfigurationException(
                    "%s names %s, which isn't there.".formatted(folder.resolve(FILE), file));
        }
        return read(file);
    }

    /** A file with a value in each line. */
    List<JsonNode> lines(String relative) {
        Path file = path(relative);
        try {
            var lines = new ArrayList<JsonNode>();
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    lines.add(Json.mapper().readTree(line));
                }
            }
            return lines;
        } catch (IOException | JacksonException failure) {
            throw wrong(file, "it can't be read, or isn't a JSON value in each line.");
        }
    }

    /** JSON or YAML, by its ending. */
    static JsonNode read(Path file) {
        try {
            String text = Files.readString(file);
            if (file.toString().endsWith(".json")) {
                return Json.mapper().readTree(text);
            }
            Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
            return Json.mapper().valueToTree(loaded);
        } catch (YAMLException | JacksonException wrong) {
            // Its message may quote a secret.
            throw new WrongConfigurationException("%s is no JSON or YAML.".formatted(file));
        } catch (IOException failure) {
            throw new WrongConfigurationException("%s can't be read: %s".formatted(file, failure));
        }
    }
}

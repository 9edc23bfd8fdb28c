package io.millrace.cli.pipeline;

import io.millrace.cli.pipeline.PipelineFile.StreamEntry;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.text.NearestName;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.mapper.MapperChain;
import io.millrace.replication.mapper.MapperProblem;
import io.millrace.replication.sync.Naming;
import io.millrace.replication.sync.SchemaChangePolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Checks a pipeline's document and takes it apart. */
final class PipelineReader {
    private static final Set<String> KEYS =
            Set.of(
                    "name",
                    "source",
                    "destination",
                    "namespace",
                    "prefix",
                    "defaults",
                    "streams",
                    "schema_changes");
    private static final Set<String> DEFAULT_KEYS =
            Set.of("sync_mode", "cursor_field", "primary_key", "mappers");
    private static final Set<String> STREAM_KEYS =
            Set.of("sync_mode", "cursor_field", "primary_key", "fields", "mappers");

    private final LocatedDocument document;

    /** Kinds of connectors that are named by a path of the file system alone. */
    private static final List<String> PATHS = List.of("manifest", "folder");

    private final Path folder;
    private final Launchers launchers;
    private final List<Problem> problems;

    PipelineReader(
            LocatedDocument document, Path folder, Launchers launchers, List<Problem> problems) {
        this.document = document;
        this.launchers = launchers;
        this.folder = folder;
        this.problems = new ArrayList<>(problems);
    }

    PipelineFile read() {
        if (!(document.root() instanceof ObjectNode root)) {
            throw new ProblemsException(
                    List.of(
                            document.at(
                                    "",
                                    "A pipeline file is a mapping with the keys name, source and"
                                            + " destination.")));
        }
        knownKeys(root, "", KEYS);
        String name = requiredText(root, "name");
        if (name.isBlank() && root.has("name") && root.get("name").isString()) {
            problems.add(
                    document.at(
                            "/name",
                            "A pipeline's name is not empty: its checkpoints hang on it."));
        }
        Optional<ConnectorReference> source = connector(root, "source", Launcher.Role.SOURCE);
        Optional<ConnectorReference> destination =
                connector(root, "destination", Launcher.Role.DESTINATION);
        var naming = new Naming(text(root, "namespace", ""), text(root, "prefix", "").orElse(""));
        StreamEntry defaults =
                root.has("defaults")
                        ? entry("", "/defaults", root.get("defaults"), DEFAULT_KEYS)
                        : emptyEntry();
        Optional<List<StreamEntry>> streams = streams(root);
        SchemaChangePolicy policy =
                oneOf(
                                root,
                                "schema_changes",
                                "",
                                SchemaChangePolicy::parse,
                                Arrays.stream(SchemaChangePolicy.values())
                                        .map(SchemaChangePolicy::text)
                                        .toList())
                        .orElse(SchemaChangePolicy.PROPAGATE);
        if (problems.stream().anyMatch(Problem::error)) {
            throw new ProblemsException(problems);
        }
        return new PipelineFile(
                document,
                folder,
                name,
                source.orElseThrow(),
                destination.orElseThrow(),
                naming,
                defaults,
                streams,
                policy,
                problems);
    }

    private static StreamEntry emptyEntry() {
        return new StreamEntry(
                "",
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<ConnectorReference> connector(
            ObjectNode root, String key, Launcher.Role role) {
        String pointer = "/" + key;
        if (!root.has(key)) {
            problems.add(document.at("", "The key %s is missing.".formatted(key)));
            return Optional.empty();
        }
        var parsed = launchers.parse(located(root.get(key)), role);
        for (LaunchProblem problem : parsed.problems()) {
            String at = pointer + problem.pointer();
            problems.add(
                    problem.elsewhere()
                            .map(place -> Problem.of(place, problem))
                            .orElseGet(() ->
                                    problem.warning()
                                            ? document.warningAtKey(at, problem.message())
                                            : document.atKey(at, problem.message())));
        }
        return parsed.reference();
    }

    /** With the connector's path as it is from anywhere, so that it can be read by who lints. */
    private JsonNode located(JsonNode connector) {
        if (!(connector instanceof ObjectNode object)) {
            return connector;
        }
        ObjectNode copy = object.deepCopy();
        for (String kind : PATHS) {
            if (object.path(kind).isString() && !object.path(kind).asString().isBlank()) {
                copy.put(kind, folder.resolve(object.path(kind).asString()).normalize().toString());
            }
        }
        return copy;
    }

    private Optional<List<StreamEntry>> streams(ObjectNode root) {
        JsonNode node = root.path("streams");
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!(node instanceof ObjectNode streams)) {
            problems.add(
                    document.at(
                            "/streams",
                            "streams is a mapping from a stream's name to how it is synced."));
            return Optional.empty();
        }
        if (streams.isEmpty()) {
            problems.add(
                    document.at(
                            "/streams", "streams names no stream; leave it out to sync them all."));
        }
        List<StreamEntry> entries = new ArrayList<>();
        for (var stream : streams.properties()) {
            entries.add(
                    entry(
                            stream.getKey(),
                            LocatedDocument.child("/streams", stream.getKey()),
                            stream.getValue(),
                            STREAM_KEYS));
        }
        return Optional.of(entries);
    }

    private StreamEntry entry(String pattern, String pointer, JsonNode node, Set<String> known) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        if (node instanceof ObjectNode object) {
            settings = object;
            knownKeys(object, pointer, known);
        } else if (!node.isNull()) {
            problems.add(
                    document.at(
                            pointer,
                            "This is a mapping, such as {sync_mode: incremental_append}."));
        }
        Optional<SyncMode> mode =
                oneOf(
                        settings,
                        "sync_mode",
                        pointer,
                        SyncMode::parse,
                        Arrays.stream(SyncMode.values()).map(SyncMode::text).toList());
        return new StreamEntry(
                pattern,
                pointer,
                mode,
                texts(settings, "cursor_field", pointer),
                keys(settings, pointer),
                texts(settings, "fields", pointer),
                mappers(settings, pointer));
    }

    private Optional<List<JsonNode>> mappers(ObjectNode settings, String pointer) {
        JsonNode node = settings.path("mappers");
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isArray()) {
            problems.add(document.at(pointer + "/mappers", "mappers is a list, applied in order."));
            return Optional.empty();
        }
        List<JsonNode> mappers = new ArrayList<>();
        node.forEach(mappers::add);
        for (MapperProblem problem : MapperChain.lint(mappers)) {
            problems.add(document.at(pointer + "/mappers" + problem.place(), problem.message()));
        }
        return Optional.of(mappers);
    }

    private Optional<List<List<String>>> keys(ObjectNode settings, String pointer) {
        JsonNode node = settings.path("primary_key");
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        String at = pointer + "/primary_key";
        if (node.isString()) {
            return Optional.of(List.of(List.of(node.asString())));
        }
        List<List<String>> keys = new ArrayList<>();
        boolean valid = node.isArray() && !node.isEmpty();
        for (JsonNode part : node) {
            if (part.isString()) {
                keys.add(List.of(part.asString()));
            } else if (part.isArray()
                    && !part.isEmpty()
                    && part.values().stream().allMatch(JsonNode::isString)) {
                keys.add(part.values().stream().map(JsonNode::asString).toList());
            } else {
                valid = false;
            }
        }
        if (!valid) {
            problems.add(document.at(at, "primary_key is a list of columns, such as [id]."));
            return Optional.empty();
        }
        return Optional.of(keys);
    }

    private Optional<List<String>> texts(ObjectNode settings, String key, String pointer) {
        JsonNode node = settings.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (node.isString()) {
            return Optional.of(List.of(node.asString()));
        }
        if (node.isArray()
                && !node.isEmpty()
                && node.values().stream().allMatch(JsonNode::isString)) {
            return Optional.of(node.values().stream().map(JsonNode::asString).toList());
        }
        problems.add(
                document.at(
                        LocatedDocument.child(pointer, key),
                        key.equals("fields")
                                ? "fields is a list of columns, such as [id, name]."
                                : "%s is the name of a column.".formatted(key)));
        return Optional.empty();
    }

    private <T> Optional<T> oneOf(
            ObjectNode node,
            String key,
            String pointer,
            Function<String, Optional<T>> parse,
            List<String> known) {
        Optional<String> text = text(node, key, pointer);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<T> value = parse.apply(text.get());
        if (value.isEmpty()) {
            problems.add(
                    document.at(
                            LocatedDocument.child(pointer, key),
                            "There is no %s \"%s\"; it is one of %s%s"
                                    .formatted(
                                            key,
                                            text.get(),
                                            String.join(", ", known),
                                            NearestName.hint(text.get(), known))));
        }
        return value;
    }

    private Optional<String> text(ObjectNode node, String key, String pointer) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            problems.add(
                    document.at(
                            LocatedDocument.child(pointer, key), "%s is a text.".formatted(key)));
            return Optional.empty();
        }
        return Optional.of(value.asString());
    }

    private String requiredText(ObjectNode root, String key) {
        if (!root.has(key)) {
            problems.add(document.at("", "The key %s is missing.".formatted(key)));
        }
        return text(root, key, "").orElse("");
    }

    private void knownKeys(ObjectNode object, String pointer, Set<String> known) {
        for (String key : object.propertyNames()) {
            if (!known.contains(key)) {
                problems.add(
                        document.atKey(
                                LocatedDocument.child(pointer, key),
                                "Unknown key \"%s\"%s"
                                        .formatted(key, NearestName.hint(key, known))));
            }
        }
    }
}

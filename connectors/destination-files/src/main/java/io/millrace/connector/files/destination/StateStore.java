package io.millrace.connector.files.destination;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The hidden folder of checkpoints: one file for each pipeline, replaced as a whole. */
final class StateStore {
    static final String FOLDER = ".millrace";

    /** Grows when older versions can no longer understand a file. */
    static final int FORMAT_VERSION = 1;

    /** A process that was killed keeps its lock until the system has cleaned up after it. */
    private static final int LOCK_ATTEMPTS = 25;

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(200);

    private final Path folder;

    StateStore(Path root) {
        this.folder = root.resolve(FOLDER);
    }

    /** What a pipeline has committed, by stream. */
    Map<StreamName, StreamState> load(String pipeline) throws IOException {
        Path file = file(pipeline, ".json");
        return Files.exists(file) ? parse(file, read(file)) : Map.of();
    }

    /** Which pipeline writes to which folder, of all pipelines but {@code pipeline}. */
    Map<String, String> foldersOfOthers(String pipeline) throws IOException {
        Map<String, String> owners = new LinkedHashMap<>();
        for (Path file : Folder.list(folder)) {
            String name = file.getFileName().toString();
            if (name.endsWith(".json") && !name.endsWith(".receipt.json")) {
                JsonNode root = read(file);
                String owner = root.path("pipeline").asString("");
                if (!owner.equals(pipeline)) {
                    parse(file, root).values().forEach(state -> owners.put(state.folder(), owner));
                }
            }
        }
        return owners;
    }

    /** Commits: either all of {@code states} is durable afterwards, or nothing has changed. */
    void save(String pipeline, Collection<StreamState> states) throws IOException {
        JsonMapper json = JsonMapper.shared();
        ObjectNode root = json.createObjectNode();
        root.put("format_version", FORMAT_VERSION);
        root.put("pipeline", pipeline);
        var list = root.putArray("streams");
        for (StreamState state : states) {
            ObjectNode node = list.addObject();
            state.stream().namespace().ifPresent(name -> node.put("namespace", name));
            node.put("name", state.stream().name());
            node.put("folder", state.folder());
            node.put("generation", state.generation());
            node.put("complete", state.complete());
            node.put("replaces", state.replaces());
            state.state().ifPresent(value -> node.set("state", value));
            node.put("global_state", state.globalState());
            node.put("records", state.records());
            node.put("parts", state.parts());
            node.put("mode", state.mode().text());
            ObjectNode columns = node.putObject("columns");
            state.columns().forEach(columns::put);
            node.set("details", state.details());
            node.put("committed_at", state.committedAt().toEpochMilli());
        }
        Files.createDirectories(folder);
        Folder.replace(file(pipeline, ".json"), json.writeValueAsBytes(root));
    }

    void saveReceipt(String pipeline, JsonNode receipt) throws IOException {
        Files.createDirectories(folder);
        Folder.replace(
                file(pipeline, ".receipt.json"), JsonMapper.shared().writeValueAsBytes(receipt));
    }

    Optional<JsonNode> loadReceipt(String pipeline) throws IOException {
        Path file = file(pipeline, ".receipt.json");
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /** Keeps other writers of the same pipeline away until it is closed. */
    FileChannel lock(String pipeline) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        FileChannel channel =
                FileChannel.open(
                        file(pipeline, ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            for (int attempt = 1; !locked && attempt <= LOCK_ATTEMPTS; attempt++) {
                locked = tryLock(channel) != null;
                if (!locked) {
                    Thread.sleep(BETWEEN_ATTEMPTS);
                }
            }
            if (!locked) {
                throw new TransientFailure(
                        "Another process writes the pipeline \"%s\" into %s. Wait until it ends, or stop it."
                                .formatted(pipeline, folder.getParent()));
            }
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // this process holds it
        }
    }

    private JsonNode read(Path file) throws IOException {
        JsonNode root = JsonMapper.shared().readTree(Files.readAllBytes(file));
        int version = root.path("format_version").asInt(FORMAT_VERSION);
        if (version > FORMAT_VERSION) {
            throw new ConfigurationFailure(
                    "The checkpoints in %s were written by a newer version of Millrace (format %d; this one knows %d). Use that version."
                            .formatted(file, version, FORMAT_VERSION));
        }
        return root;
    }

    private static Map<StreamName, StreamState> parse(Path file, JsonNode root) {
        Map<StreamName, StreamState> states = new LinkedHashMap<>();
        for (JsonNode node : root.path("streams")) {
            var stream =
                    new StreamName(
                            node.has("namespace")
                                    ? Optional.of(node.path("namespace").asString())
                                    : Optional.empty(),
                            node.path("name").asString());
            Map<String, String> columns = new LinkedHashMap<>();
            node.path("columns")
                    .properties()
                    .forEach(entry -> columns.put(entry.getKey(), entry.getValue().asString()));
            states.put(
                    stream,
                    new StreamState(
                            stream,
                            node.path("folder").asString(),
                            node.path("generation").asLong(),
                            node.path("complete").asBoolean(),
                            node.path("replaces").asBoolean(),
                            node.has("state") ? Optional.of(node.path("state")) : Optional.empty(),
                            node.path("global_state").asBoolean(),
                            node.path("records").asLong(),
                            node.path("parts").asLong(),
                            SyncMode.parse(node.path("mode").asString())
                                    .orElseThrow(() ->
                                            new ConfigurationFailure(
                                                    "The checkpoints in %s are damaged."
                                                            .formatted(file))),
                            columns,
                            node.path("details"),
                            Instant.ofEpochMilli(node.path("committed_at").asLong())));
        }
        return states;
    }

    /** A file whose name tells the pipeline to people, and is the pipeline's alone. */
    private Path file(String pipeline, String ending) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(pipeline.getBytes(StandardCharsets.UTF_8));
            String readable = pipeline.replaceAll("[^A-Za-z0-9-]", "_");
            return folder.resolve(
                    readable.substring(0, Math.min(40, readable.length()))
                            + "-"
                            + HexFormat.of().formatHex(digest, 0, 6)
                            + ending);
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java has SHA-256", e);
        }
    }
}

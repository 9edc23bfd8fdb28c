package io.millrace.replication.checkpoint;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checkpoints, and the newest receipt, of one pipeline in a file: for destinations that keep
 * none. Each change replaces the file as a whole and is on disk when the call returns. Safe for all
 * threads of one process; processes exclude each other through {@link
 * io.millrace.replication.sync.PipelineLock}.
 */
public final class LocalCheckpoints {
    private static final int FORMAT = 1;

    private final Path file;
    private @Nullable Map<StreamName, StoredCheckpoint> loaded;
    private Optional<JsonNode> receipt = Optional.empty();

    /** Kept in {@code file}, which is made when there is something to keep. */
    public LocalCheckpoints(Path file) {
        this.file = file;
    }

    public synchronized List<StoredCheckpoint> list() {
        return List.copyOf(load().values());
    }

    public synchronized void save(StoredCheckpoint checkpoint) {
        load().put(checkpoint.stream(), checkpoint);
        write();
    }

    /** Forgets states; generations stay, since they only grow. */
    public synchronized void reset(Collection<StreamName> streams) {
        Map<StreamName, StoredCheckpoint> all = load();
        for (StreamName stream : streams) {
            all.computeIfPresent(
                    stream,
                    (_, old) ->
                            new StoredCheckpoint(
                                    old.stream(),
                                    old.generation(),
                                    true,
                                    Optional.empty(),
                                    false,
                                    0,
                                    old.table(),
                                    old.mode(),
                                    JsonMapper.shared().createObjectNode(),
                                    old.committedAt()));
        }
        write();
    }

    public synchronized void saveReceipt(JsonNode newReceipt) {
        load();
        receipt = Optional.of(newReceipt);
        write();
    }

    public synchronized Optional<JsonNode> loadReceipt() {
        load();
        return receipt;
    }

    private Map<StreamName, StoredCheckpoint> load() {
        if (loaded != null) {
            return loaded;
        }
        Map<StreamName, StoredCheckpoint> read = new LinkedHashMap<>();
        if (Files.exists(file)) {
            JsonNode root;
            try {
                root = JsonMapper.shared().readTree(Files.readString(file));
            } catch (IOException | JacksonException e) {
                throw new SystemFailure(
                        "The checkpoints in %s can't be read; restore the file, or delete it to read everything again."
                                .formatted(file),
                        String.valueOf(e.getMessage()),
                        e);
            }
            if (root.path("format").asInt(0) > FORMAT) {
                throw new ConfigurationFailure(
                        "The checkpoints in %s were written by a newer version of Millrace; use that one."
                                .formatted(file));
            }
            for (JsonNode entry : root.path("streams")) {
                StoredCheckpoint checkpoint = parse(entry);
                read.put(checkpoint.stream(), checkpoint);
            }
            receipt =
                    root.hasNonNull("receipt")
                            ? Optional.of(root.get("receipt"))
                            : Optional.empty();
        }
        loaded = read;
        return read;
    }

    private static StoredCheckpoint parse(JsonNode entry) {
        var name =
                new StreamName(
                        entry.hasNonNull("namespace")
                                ? Optional.of(entry.get("namespace").asString())
                                : Optional.empty(),
                        entry.path("name").asString(""));
        return new StoredCheckpoint(
                name,
                entry.path("generation").asLong(0),
                entry.path("complete").asBoolean(false),
                entry.hasNonNull("state") ? Optional.of(entry.get("state")) : Optional.empty(),
                entry.path("global").asBoolean(false),
                entry.path("records").asLong(0),
                entry.path("table").asString(""),
                SyncMode.parse(entry.path("mode").asString(""))
                        .orElse(SyncMode.FULL_REFRESH_APPEND),
                entry.path("details"),
                Instant.parse(entry.path("committed_at").asString("1970-01-01T00:00:00Z")));
    }

    private void write() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("format", FORMAT);
        var streams = root.putArray("streams");
        for (StoredCheckpoint checkpoint : new ArrayList<>(load().values())) {
            ObjectNode entry = streams.addObject();
            checkpoint.stream()
                    .namespace()
                    .ifPresent(namespace -> entry.put("namespace", namespace));
            entry.put("name", checkpoint.stream().name());
            entry.put("generation", checkpoint.generation());
            entry.put("complete", checkpoint.generationComplete());
            checkpoint.state().ifPresent(state -> entry.set("state", state));
            entry.put("global", checkpoint.globalState());
            entry.put("records", checkpoint.recordsCommitted());
            entry.put("table", checkpoint.table());
            entry.put("mode", checkpoint.mode().text());
            entry.set("details", checkpoint.details());
            entry.put("committed_at", checkpoint.committedAt().toString());
        }
        receipt.ifPresent(newest -> root.set("receipt", newest));
        try {
            replaceFile(file, root.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            Optional<SyncFailure> full =
                    FullDisk.of(e, file, "or set MILLRACE_HOME to a folder on another disk");
            if (full.isPresent()) {
                throw full.get();
            }
            throw new SystemFailure(
                    "The checkpoints can't be written to %s; make room there, or allow writing."
                            .formatted(file),
                    String.valueOf(e.getMessage()),
                    e);
        }
    }

    /** Puts {@code content} in the place of {@code file} in one step; it is on disk afterwards. */
    private static void replaceFile(Path file, byte[] content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (FileChannel channel =
                FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            var buffer = java.nio.ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(
                    next,
                    file,
                    StandardCopyOption.REPLACE_EXISTING); // such file systems have no better
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true); // the new name is durable only with its folder
        }
    }
}

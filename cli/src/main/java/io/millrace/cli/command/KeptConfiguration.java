package io.millrace.cli.command;

import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.sync.PipelineLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration that a source sent, mostly with a refreshed token: used from then on, unless
 * the pipeline file's own was edited since. Only the owner may read the file.
 */
final class KeptConfiguration {
    private final Path file;

    KeptConfiguration(Path file) {
        this.file = file;
    }

    /**
     * {@code written} with the kept configuration, if that was made from what {@code written} still
     * says.
     */
    ConnectorReference newest(ConnectorReference written) {
        if (!Files.exists(file)) {
            return written;
        }
        try {
            JsonNode kept = JsonMapper.shared().readTree(Files.readString(file));
            return kept.path("written").equals(written.config())
                            && kept.path("config") instanceof ObjectNode config
                    ? written.withConfig(config)
                    : written;
        } catch (IOException | JacksonException e) {
            throw new SystemFailure(
                    "The configuration that the source sent, in %s, can't be read. Delete the file to go on with the pipeline's own."
                            .formatted(file),
                    e.getClass()
                            .getSimpleName(), // a parser's message quotes what it read (invariant
                    // 7)
                    e);
        }
    }

    void keep(ConnectorReference written, JsonNode config) {
        ObjectNode kept = JsonMapper.shared().createObjectNode();
        kept.set("written", written.config());
        kept.set("config", config);
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(next);
            Files.createFile(
                    next,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(next, kept.toString());
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Optional<SyncFailure> full = FullDisk.of(e, file, PipelineLock.OTHER_HOME);
            if (full.isPresent()) {
                throw full.get();
            }
            throw new SystemFailure(
                    "The configuration that the source sent can't be kept in %s; make room there, or allow writing."
                            .formatted(file),
                    String.valueOf(e.getMessage()),
                    e);
        }
    }
}

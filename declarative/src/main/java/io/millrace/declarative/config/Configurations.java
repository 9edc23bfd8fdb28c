package io.millrace.declarative.config;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.record.RecordJson;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;

/** Configurations as they are kept. */
public final class Configurations {
    private Configurations() {}

    /** A copy that shares nothing which can be changed. */
    public static Map<String, Object> copy(Map<String, Object> config) {
        var json = new JsonBuffer(1024);
        RecordJson.write(config, json);
        return Json.parse(json.array(), 0, json.size()) instanceof Map<?, ?> map
                ? cast(map)
                : new LinkedHashMap<>();
    }

    @SuppressWarnings("unchecked") // keys of JSON are text
    private static Map<String, Object> cast(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    /**
     * Writes the configuration into {@code file}, whole or not at all: a process that dies
     * meanwhile leaves the old one (invariant 5). Only the owner can read a file that wasn't there
     * before.
     */
    public static void save(Map<String, Object> config, Path file) {
        var json = new JsonBuffer(1024);
        RecordJson.write(config, json);
        Path target = file.toAbsolutePath();
        try {
            Path draft = Files.createTempFile(target.getParent(), ".config-", ".json");
            try {
                Files.write(draft, json.toBytes());
                keepPermissions(target, draft);
                move(draft, target);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException | UncheckedIOException error) {
            throw new SystemFailure(
                    "The migrated configuration could not be written to %s. Make the file and its"
                                    .formatted(file)
                            + " folder writable.",
                    String.valueOf(error.getMessage()),
                    error);
        }
    }

    private static void keepPermissions(Path from, Path to) throws IOException {
        var known = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        if (known != null && Files.exists(from)) {
            Files.setPosixFilePermissions(to, known.readAttributes().permissions());
        } else if (known != null) {
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

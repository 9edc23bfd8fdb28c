package io.millrace.replication.launch.process;

import io.millrace.protocol.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The folder of one run's files, which our user alone can enter, and which is gone afterwards. */
public final class GuestFiles {
    private final Path folder;

    GuestFiles(Path folder) {
        this.folder = folder;
    }

    /** Writes a file that our user alone can read (invariant 7). */
    public Path write(String name, JsonNode content) throws IOException {
        Path path = folder.resolve(name);
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            Files.createFile(
                    path,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(path, Json.mapper().writeValueAsBytes(content));
        return path;
    }

    /** Writes each of {@code files} under its flag's name; the paths by flag, in that order. */
    public Map<String, Path> writeAll(Map<String, JsonNode> files) throws IOException {
        var paths = new LinkedHashMap<String, Path>();
        for (var file : files.entrySet()) {
            paths.put(file.getKey(), write(file.getKey() + ".json", file.getValue()));
        }
        return paths;
    }

    /**
     * Opens the files to whoever is given the folder itself, such as another user in a container.
     * On this machine nobody else gets as far as the folder.
     */
    public Path share() throws IOException {
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            try (var files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString("rw-r--r--"));
                }
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return folder;
    }
}

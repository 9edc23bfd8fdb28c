package io.millrace.replication.launch.environment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What belongs to a package in a folder: its files, without what tools and runs leave beside them
 * and without secrets.
 */
public final class FolderContent {
    private static final Set<String> NOT_CONTENT =
            Set.of(
                    "__pycache__",
                    "node_modules",
                    "venv",
                    "build",
                    "dist",
                    "target",
                    "secrets",
                    "bin",
                    "obj");

    private final Path folder;
    private final List<Path> files;

    private FolderContent(Path folder, List<Path> files) {
        this.folder = folder;
        this.files = files;
    }

    /**
     * @throws ConfigurationFailure where there is no such folder
     */
    public static FolderContent of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new ConfigurationFailure("There is no folder %s.".formatted(folder));
        }
        var files = new ArrayList<Path>();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        String name = String.valueOf(directory.getFileName());
                        boolean skipped =
                                !directory.equals(folder)
                                        && (name.startsWith(".")
                                                || name.endsWith(".egg-info")
                                                || NOT_CONTENT.contains(name));
                        return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile()) {
                            files.add(folder.relativize(file));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        files.sort(null);
        return new FolderContent(folder, files);
    }

    /** Changes with every name and every byte. */
    public String digest() throws IOException {
        MessageDigest digest = sha256();
        for (Path file : files) {
            byte[] content = Files.readAllBytes(folder.resolve(file));
            digest.update((file + "\0" + content.length + "\0").getBytes(UTF_8));
            digest.update(content);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    /** Copies the files, with the rights to run them. */
    public void copyTo(Path target) throws IOException {
        for (Path file : files) {
            Path copy = target.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(
                    folder.resolve(file), copy, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /** Whether there is such a file at the top. */
    public boolean has(String name) {
        return files.contains(Path.of(name));
    }

    /** The relative paths, sorted. */
    public Stream<Path> files() {
        return files.stream();
    }

    /** A short digest of texts, for the name of a folder. */
    public static String digestOf(String... texts) {
        MessageDigest digest = sha256();
        for (String text : texts) {
            byte[] bytes = text.getBytes(UTF_8);
            digest.update((bytes.length + "\0").getBytes(UTF_8));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}

package io.millrace.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A connector's folder as one file: the same bytes for the same content, and no secrets. */
public final class ConnectorArchive {
    /** What tools and runs leave beside a connector, and what is nobody else's business. */
    private static final Set<String> LEFT_OUT =
            Set.of("secrets", "__pycache__", "obj", "venv", "build");

    private static final FileTime TIME = FileTime.fromMillis(315_619_200_000L); // 1980, zip's first
    private static final Map<String, String> ZIP = Map.of("enablePosixFileAttributes", "true");

    private ConnectorArchive() {}

    /** Writes {@code archive} anew. */
    public static void write(Path folder, Path archive) throws IOException {
        List<Path> files = files(folder);
        Path target = archive.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path draft = Files.createTempDirectory(target.getParent(), ".archive-");
        Path made = draft.resolve("connector.zip");
        try {
            var options = new java.util.HashMap<>(ZIP);
            options.put("create", "true");
            try (FileSystem zip =
                    FileSystems.newFileSystem(URI.create("jar:" + made.toUri()), options)) {
                for (Path file : files) {
                    Path inside = zip.getPath("/" + file.toString().replace('\\', '/'));
                    directories(java.util.Objects.requireNonNull(inside.getParent()));
                    Files.write(inside, Files.readAllBytes(folder.resolve(file)));
                    boolean runs = Files.isExecutable(folder.resolve(file));
                    Files.setAttribute(
                            inside,
                            "zip:permissions",
                            PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
                    stamp(inside);
                }
            }
            Files.move(made, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
            Files.deleteIfExists(draft);
        }
    }

    private static void directories(Path folder) throws IOException {
        if (folder != null && !Files.exists(folder)) {
            directories(java.util.Objects.requireNonNull(folder.getParent()));
            Files.createDirectory(folder);
            stamp(folder);
        }
    }

    private static void stamp(Path inside) throws IOException {
        Files.getFileAttributeView(inside, BasicFileAttributeView.class).setTimes(TIME, TIME, TIME);
    }

    private static List<Path> files(Path folder) throws IOException {
        boolean needsModules =
                Files.exists(folder.resolve("package.json"))
                        && Files.readString(folder.resolve("package.json"))
                                .contains("\"dependencies\"");
        var files = new ArrayList<Path>();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        String name = String.valueOf(directory.getFileName());
                        boolean skipped =
                                name.startsWith(".")
                                        || LEFT_OUT.contains(name)
                                        || (name.equals("node_modules") && !needsModules)
                                        || directory.endsWith(Path.of("target", "classes"))
                                        || directory.endsWith(Path.of("target", "cache"))
                                        || directory.endsWith(Path.of("target", "landed"));
                        return skipped && !directory.equals(folder)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        Path relative = folder.relativize(file);
                        boolean made =
                                relative.getParent() != null
                                        && relative.getParent().equals(Path.of("target"))
                                        && (relative.toString().endsWith(".zip")
                                                || relative.toString().endsWith("-image.tar"));
                        if (attributes.isRegularFile()
                                && !made
                                && !String.valueOf(file.getFileName()).startsWith(".")) {
                            files.add(relative);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        files.sort(null);
        return files;
    }

    /** Unpacks into a folder that doesn't exist yet. */
    public static void unpack(Path archive, Path folder) throws IOException {
        Files.createDirectories(folder);
        try (FileSystem zip =
                FileSystems.newFileSystem(
                        URI.create("jar:" + archive.toAbsolutePath().toUri()), ZIP)) {
            Path root = zip.getPath("/");
            Files.walkFileTree(
                    root,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Path target =
                                    folder.resolve(root.relativize(file).toString()).normalize();
                            if (!target.startsWith(folder)) {
                                throw new IOException(
                                        "the archive has a file outside of itself: " + file);
                            }
                            Files.createDirectories(target.getParent());
                            Files.copy(file, target);
                            Files.setPosixFilePermissions(
                                    target, Files.getPosixFilePermissions(file));
                            return FileVisitResult.CONTINUE;
                        }
                    });
        }
    }

    /** {@code sha256:…} of a file. */
    public static String digest(Path file) throws IOException {
        try (InputStream input = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] part = new byte[1 << 16];
            for (int read = input.read(part); read >= 0; read = input.read(part)) {
                digest.update(part, 0, read);
            }
            return "sha256:" + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}

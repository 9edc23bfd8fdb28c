package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FilesOptions.Format;
import io.millrace.connector.files.source.FilesOptions.StreamOptions;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Source.BrokenStreams;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A stream and its files, in the order in which they are read: by key.
 *
 * @param primaryKey as the user gave it; empty for none
 */
record StreamFiles(String name, Format format, List<InputFile> files, List<String> primaryKey) {

    StreamFiles {
        files = files.stream().sorted(Comparator.comparing(InputFile::key)).toList();
        primaryKey = List.copyOf(primaryKey);
    }

    /**
     * The streams that {@code options} describe, by the files that are there now. Throws {@link
     * ConfigurationFailure} where there is none at all.
     *
     * @param directory where relative paths start
     * @param broken hears of the streams whose files aren't there, or don't belong together
     */
    static List<StreamFiles> find(FilesOptions options, Path directory, BrokenStreams broken) {
        if (!options.streams().isEmpty()) {
            List<StreamFiles> streams = new ArrayList<>();
            Set<String> names = new LinkedHashSet<>();
            for (StreamOptions stream : options.streams()) {
                if (!names.add(stream.name())) {
                    throw new ConfigurationFailure(
                            "Two streams are called \"%s\". Give each a name of its own."
                                    .formatted(stream.name()));
                }
                try {
                    streams.add(named(stream, options, directory));
                } catch (ConfigurationFailure failure) {
                    broken.add(StreamName.of(stream.name()), failure);
                }
            }
            return streams;
        }
        return byFileName(options, directory, broken);
    }

    private static StreamFiles named(StreamOptions stream, FilesOptions options, Path directory) {
        List<Path> found = List.of();
        if (options.path().isPresent()) {
            Path folder = resolve(directory, options.path().get());
            if (Files.isDirectory(folder)) {
                found = list(folder, stream.path());
            }
        }
        if (found.isEmpty()) {
            found = list(directory, stream.path());
        }
        Optional<Format> format = stream.format().or(options::format);
        List<InputFile> files =
                found.stream()
                        .filter(path -> format.isPresent() || known(path, stream.path()))
                        .map(path -> file(path, directory))
                        .toList();
        if (files.isEmpty()) {
            throw nothing(stream.path());
        }
        return new StreamFiles(
                stream.name(), format(stream.name(), files, format), files, stream.primaryKey());
    }

    private static List<StreamFiles> byFileName(
            FilesOptions options, Path directory, BrokenStreams broken) {
        String given = options.path().orElseThrow();
        Map<String, List<InputFile>> byName = new TreeMap<>();
        for (Path path : list(directory, given)) {
            if (options.format().isPresent() || known(path, given)) {
                byName.computeIfAbsent(
                                FileNames.streamName(path.getFileName().toString()),
                                _ -> new ArrayList<>())
                        .add(file(path, directory));
            }
        }
        if (byName.isEmpty()) {
            throw nothing(given);
        }
        List<StreamFiles> streams = new ArrayList<>();
        byName.forEach((name, files) -> {
            try {
                streams.add(
                        new StreamFiles(
                                name, format(name, files, options.format()), files, List.of()));
            } catch (ConfigurationFailure failure) {
                broken.add(StreamName.of(name), failure);
            }
        });
        return streams;
    }

    private static ConfigurationFailure nothing(String given) {
        return new ConfigurationFailure(
                "There is no file at \"%s\" that could be read. Correct the path, or set the \"format\" of files whose ending doesn't say it."
                        .formatted(given));
    }

    /** Whether the ending says the format; a file that was named must, others are passed over. */
    private static boolean known(Path path, String given) {
        String name = path.getFileName().toString();
        if (FileNames.format(name).isPresent()) {
            return true;
        }
        if (given.endsWith(name) && !isGlob(given)) {
            throw new ConfigurationFailure(
                    "The ending of %s doesn't say how it is written. Set its \"format\", such as csv."
                            .formatted(given));
        }
        return false;
    }

    private static Format format(String stream, List<InputFile> files, Optional<Format> given) {
        if (given.isPresent()) {
            return given.get();
        }
        Map<Format, InputFile> formats = new LinkedHashMap<>();
        for (InputFile file : files) {
            formats.putIfAbsent(
                    FileNames.format(file.path().getFileName().toString()).orElseThrow(), file);
        }
        if (formats.size() > 1) {
            List<String> keys = formats.values().stream().map(InputFile::key).toList();
            throw new ConfigurationFailure(
                    "The files %s and %s would be one stream, %s, and are written in different formats. List them under \"streams\"."
                            .formatted(keys.get(0), keys.get(1), stream));
        }
        return formats.keySet().iterator().next();
    }

    private static InputFile file(Path path, Path directory) {
        Path base = directory.toAbsolutePath().normalize();
        Path absolute = path.toAbsolutePath().normalize();
        Path shown = absolute.startsWith(base) ? base.relativize(absolute) : absolute;
        return new InputFile(absolute, shown.toString().replace('\\', '/'));
    }

    private static Path resolve(Path directory, String given) {
        try {
            return directory.resolve(given).normalize();
        } catch (InvalidPathException failure) {
            throw new ConfigurationFailure(
                    "\"%s\" can't be a path: %s.".formatted(given, failure.getReason()),
                    failure.toString(),
                    failure);
        }
    }

    private static boolean isGlob(String given) {
        return given.chars().anyMatch(character -> "*?[{".indexOf(character) >= 0);
    }

    /** The files at a path or glob. One that exists is a path, whatever characters it has. */
    private static List<Path> list(Path directory, String given) {
        if (!isGlob(given) || exists(directory, given)) {
            Path path = resolve(directory, given);
            if (Files.isDirectory(path)) {
                return walk(path, _ -> true);
            }
            return Files.exists(path) ? List.of(path) : List.of();
        }
        int wildcard = 0;
        String normal = given.startsWith("./") ? given.substring(2) : given;
        while ("*?[{".indexOf(normal.charAt(wildcard)) < 0) {
            wildcard++;
        }
        int slash = normal.lastIndexOf('/', wildcard);
        Path folder = resolve(directory, slash < 0 ? "" : normal.substring(0, slash + 1));
        String pattern = normal.substring(slash + 1);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        // A ** stands for no folder, too.
        List<PathMatcher> matchers = new ArrayList<>();
        try {
            matchers.add(folder.getFileSystem().getPathMatcher("glob:" + pattern));
            if (pattern.contains("**/")) {
                matchers.add(
                        folder.getFileSystem()
                                .getPathMatcher("glob:" + pattern.replace("**/", "")));
            }
        } catch (IllegalArgumentException failure) {
            throw new ConfigurationFailure(
                    "\"%s\" is no valid glob.".formatted(given), failure.toString(), failure);
        }
        return walk(
                folder,
                path ->
                        matchers.stream()
                                .anyMatch(matcher -> matcher.matches(folder.relativize(path))));
    }

    private static boolean exists(Path directory, String given) {
        try {
            return Files.exists(directory.resolve(given));
        } catch (InvalidPathException _) {
            return false; // some systems have no such names, but globs
        }
    }

    /** Files below {@code folder}; what begins with . or _ is no data. */
    private static List<Path> walk(Path folder, PathMatcher wanted) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(
                    folder,
                    EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                    Integer.MAX_VALUE,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path path, BasicFileAttributes attributes) {
                            return !path.equals(folder) && FileNames.isHidden(path)
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(
                                Path path, BasicFileAttributes attributes) {
                            if (attributes.isRegularFile()
                                    && !FileNames.isHidden(path)
                                    && wanted.matches(path)) {
                                found.add(path);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "The folder %s can't be listed: %s".formatted(folder, failure.getMessage()),
                    failure.toString(),
                    failure);
        }
        return found;
    }
}

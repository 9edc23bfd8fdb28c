package io.millrace.cli.registry;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A registry that is a directory. A version appears when its folder gets its name. Safe for several
 * threads and processes; on a shared disk as far as that has locks of files.
 */
public final class DirectoryRegistry implements Registry {
    private static final String LATEST = "latest";
    private static final String CANDIDATE = "release_candidate";
    private static final String STAGING = ".staging-";
    private static final String METADATA = "metadata";

    private final Path root;
    private final boolean mayCreate;
    private final Runnable beforeStep;

    /**
     * @param mayCreate whether one that isn't there is begun by its first version
     */
    public DirectoryRegistry(Path root, boolean mayCreate) {
        this(root, mayCreate, () -> {});
    }

    /**
     * @param beforeStep is run before each change of the directory; for tests that die there
     */
    DirectoryRegistry(Path root, boolean mayCreate, Runnable beforeStep) {
        this.root = root;
        this.mayCreate = mayCreate;
        this.beforeStep = beforeStep;
    }

    @Override
    public Listing list() {
        var byName = new TreeMap<String, List<Published>>();
        Path metadata = root.resolve(METADATA);
        if (!Files.isDirectory(metadata)) {
            if (mayCreate) {
                return new Listing(byName);
            }
            if (Files.isDirectory(root)) {
                throw new ConfigurationFailure("There is no registry at %s.".formatted(root));
            }
            // It may be a disk that isn't there now.
            throw new TransientFailure("There is no registry at %s.".formatted(root));
        }
        try {
            Files.walkFileTree(
                    metadata,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) {
                            Optional<Version> version =
                                    Version.parse(String.valueOf(folder.getFileName()));
                            if (version.isEmpty() || !Files.exists(folder.resolve(ENTRY))) {
                                return FileVisitResult.CONTINUE;
                            }
                            String name =
                                    metadata.relativize(folder.resolve("..").normalize())
                                            .toString()
                                            .replace('\\', '/');
                            byName.computeIfAbsent(name, _ -> new ArrayList<>())
                                    .add(new Published(name, version.get()));
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                    });
        } catch (IOException failure) {
            throw failed(failure);
        }
        return new Listing(byName);
    }

    private Path folder(Published published) {
        return root.resolve(METADATA)
                .resolve(published.name())
                .resolve(published.version().toString());
    }

    @Override
    public Optional<Path> file(Published published, String name) {
        return Optional.of(folder(published).resolve(name)).filter(Files::isRegularFile);
    }

    @Override
    public void add(Release release, Gate gate) throws InterruptedException {
        locked(() -> {
            removeStaging();
            Listing before = list();
            Published published = release.published();
            refuseIfThere(published, before);
            gate.check(this, before);
            Path folder = folder(published);
            Path staging = root.resolve(STAGING + UUID.randomUUID());
            try {
                step();
                Files.createDirectories(staging);
                for (Path file : release.files()) {
                    step();
                    Files.copy(file, staging.resolve(file.getFileName()));
                }
                step();
                Files.createDirectories(folder.resolve("..").normalize());
                step();
                Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(staging);
            }
            makeLists();
        });
    }

    static void refuseIfThere(Published published, Listing before) {
        if (before.find(published.name(), published.version()).isPresent()) {
            throw new ConfigurationFailure(
                    "%s is in the registry already. Publish another version.".formatted(published));
        }
    }

    @Override
    public void repair() throws InterruptedException {
        if (Files.isDirectory(root.resolve(METADATA))) {
            locked(() -> {
                removeStaging();
                makeLists();
            });
        }
    }

    /** A change of the directory. */
    private interface Change {
        void run() throws IOException, InterruptedException;
    }

    private void locked(Change change) throws InterruptedException {
        try {
            LockFile.hold(
                    LockFile.in(root, ".lock"),
                    () -> {
                        change.run();
                        return true;
                    });
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static SystemFailure failed(IOException failure) {
        return new SystemFailure(
                "The registry can't be read or written: %s".formatted(failure),
                String.valueOf(failure.getMessage()),
                failure);
    }

    private void step() {
        beforeStep.run();
    }

    private void removeStaging() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            for (Path file :
                    files.filter(each -> String.valueOf(each.getFileName()).startsWith(STAGING))
                            .toList()) {
                step();
                delete(file);
            }
        }
    }

    /** Makes what follows from the versions, where it is not as it must be. */
    private void makeLists() throws IOException, InterruptedException {
        Listing listing = list();
        for (String name : listing.byName().keySet()) {
            Optional<Published> release = listing.newestRelease(name);
            mirror(release, name, LATEST);
            mirror(listing.candidate(name), name, CANDIDATE);
        }
        for (Map.Entry<String, String> file : RegistryIndex.of(this, listing).entrySet()) {
            Path target = root.resolve(file.getKey());
            if (Files.exists(target) && Files.readString(target).equals(file.getValue())) {
                continue;
            }
            Files.createDirectories(target.resolve("..").normalize());
            Path draft = root.resolve(STAGING + UUID.randomUUID());
            step();
            Files.writeString(draft, file.getValue());
            step();
            Files.move(
                    draft,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes {@code as} a copy of a version's folder; no folder where there is no such version. */
    private void mirror(Optional<Published> published, String name, String as) throws IOException {
        Path copy = root.resolve(METADATA).resolve(name).resolve(as);
        if (published.isEmpty()) {
            if (Files.exists(copy)) {
                step();
                delete(copy);
            }
            return;
        }
        Path folder = folder(published.get());
        if (same(folder, copy)) {
            return;
        }
        Path draft = root.resolve(STAGING + UUID.randomUUID());
        step();
        Files.createDirectories(draft);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                step();
                Files.copy(file, draft.resolve(file.getFileName()));
            }
        }
        step();
        delete(copy);
        step();
        Files.move(draft, copy, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Folders appear whole and never change, so that their entries tell. */
    private static boolean same(Path folder, Path copy) throws IOException {
        Path entry = copy.resolve(ENTRY);
        return Files.exists(entry) && Files.mismatch(folder.resolve(ENTRY), entry) < 0;
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

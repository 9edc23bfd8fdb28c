package io.millrace.connector.duckdb.common;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * DuckDB's shared library, loaded once per class loader.
 *
 * <p>It is unpacked into a cache under a name that holds its version and size, as a file of its own
 * that is then renamed, so that processes that start at the same time don't meet: each finds no
 * file or a whole one.
 */
public final class DuckDbLibrary {
    /** The driver whose jar carries the library; see the root pom. */
    static final String VERSION = "2.0.0.1";

    private static final Object LOCK = new Object();
    private static volatile @org.jspecify.annotations.Nullable DuckDbLibrary loaded;

    private final NativeApi api;

    private DuckDbLibrary(NativeApi api) {
        this.api = api;
    }

    /**
     * The library; unpacks it below {@code cache} where it isn't there yet. Later calls return the
     * one that was loaded first.
     */
    public static DuckDbLibrary load(Path cache) {
        DuckDbLibrary library = loaded;
        if (library != null) {
            return library;
        }
        synchronized (LOCK) {
            library = loaded;
            if (library == null) {
                Path file = unpack(cache);
                Thread.ofPlatform().daemon().name("duckdb-callbacks").start(BatchTable::prepare);
                library = new DuckDbLibrary(new NativeApi(open(file)));
                loaded = library;
            }
            return library;
        }
    }

    /**
     * Begins to load the library on a thread of its own, while the caller does other things, where
     * it is already unpacked. It tells no failure: {@link #load} meets the same one.
     */
    public static void loadAhead(Path cache) {
        if (loaded == null) {
            Thread.ofPlatform().daemon().name("duckdb-library").start(() -> tryToLoad(cache));
        }
    }

    private static void tryToLoad(Path cache) {
        try (Stream<Path> unpacked = Files.list(directory(cache))) {
            // Unpacking is left to who waits for it: this thread may end with the process.
            if (unpacked.anyMatch(file -> file.toString().endsWith(resourceName()))) {
                load(cache);
            }
        } catch (IOException | SyncFailure _) {
            // It isn't unpacked, or can't be loaded.
        }
    }

    NativeApi api() {
        return api;
    }

    private static SymbolLookup open(Path file) {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new SystemFailure(
                    "DuckDB's library could not be loaded. Delete " + file + " and try again.",
                    "dlopen of " + file,
                    e);
        }
    }

    private static Path unpack(Path cache) {
        String resource = resourceName();
        URL url = DuckDbLibrary.class.getResource("/" + resource);
        if (url == null) {
            throw new ConfigurationFailure(
                    "DuckDB has no library for this machine (%s, %s)."
                            .formatted(
                                    System.getProperty("os.name"), System.getProperty("os.arch")),
                    "no resource " + resource);
        }
        try {
            URLConnection connection = url.openConnection();
            long size = connection.getContentLengthLong();
            Path directory = directory(cache);
            Path file = directory.resolve(size + "-" + resource);
            if (Files.isRegularFile(file) && Files.size(file) == size) {
                closeQuietly(connection);
                return file;
            }
            Files.createDirectories(directory);
            Path part = Files.createTempFile(directory, ".unpacking-", ".part");
            try (InputStream content = connection.getInputStream()) {
                Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
                moveInto(part, file);
            } finally {
                Files.deleteIfExists(part);
            }
            return file;
        } catch (IOException e) {
            throw new TransientFailure(
                    "DuckDB's library could not be unpacked into %s: %s"
                            .formatted(cache, e.getMessage()),
                    "unpacking " + resource,
                    e);
        }
    }

    private static Path directory(Path cache) {
        return cache.resolve("duckdb-" + VERSION);
    }

    private static void moveInto(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException _) {
            // Another process was first, on a system that doesn't replace: theirs is the same.
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Asking for the length has opened the jar's entry; it is to be closed again. */
    private static void closeQuietly(URLConnection connection) throws IOException {
        connection.getInputStream().close();
    }

    private static String resourceName() {
        return resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /** The name of the library inside of the driver's jar. */
    static String resourceName(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String arch = osArch.toLowerCase(Locale.ROOT);
        String system = os.contains("win") ? "windows" : os.contains("mac") ? "macos" : "linux";
        String processor = arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "amd64";
        return "libduckdb_java.so_" + system + "_" + processor;
    }
}

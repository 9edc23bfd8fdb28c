package io.millrace.connector.files.destination;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Puts a folder into the place of another in one step: Linux exchanges two names at once ({@code
 * renameat2} with {@code RENAME_EXCHANGE}, linux/fs.h). Where the system or the file system can't,
 * there is an instant with neither.
 */
final class FolderSwap {
    private static final int AT_FDCWD = -100;
    private static final int RENAME_EXCHANGE = 2;
    private static final Optional<MethodHandle> RENAMEAT2 = find();

    private FolderSwap() {}

    private static Optional<MethodHandle> find() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("renameat2")
                .map(address ->
                        linker.downcallHandle(
                                address,
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.JAVA_INT)));
    }

    /**
     * {@code fresh} gets the name of {@code current}, whose content is under the name of {@code
     * fresh} or gone afterwards.
     */
    static void swap(Path fresh, Path current) throws IOException {
        if (!Files.exists(current)) {
            Files.move(fresh, current, StandardCopyOption.ATOMIC_MOVE);
        } else if (!exchange(fresh, current)) {
            Path old = current.resolveSibling(fresh.getFileName() + ".old");
            Folder.delete(old);
            Files.move(current, old, StandardCopyOption.ATOMIC_MOVE);
            Files.move(fresh, current, StandardCopyOption.ATOMIC_MOVE);
            Files.move(old, fresh, StandardCopyOption.ATOMIC_MOVE);
        }
        Folder.syncNames(Folder.parent(current));
    }

    private static boolean exchange(Path first, Path second) {
        if (RENAMEAT2.isEmpty()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(first.toString());
            MemorySegment other = arena.allocateFrom(second.toString());
            return (int)
                            RENAMEAT2
                                    .orElseThrow()
                                    .invokeExact(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE)
                    == 0;
        } catch (Throwable e) {
            throw new AssertionError("C functions throw nothing", e);
        }
    }
}

package io.millrace.protocol.batch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's allocator. Arenas are not used for batches: closing a shared one stops every
 * thread for a moment, and an access through one checks its liveness each time.
 */
final class NativeMemory {
    private static final MethodHandle MALLOC;
    private static final MethodHandle FREE;

    static {
        Linker linker = Linker.nativeLinker();
        MALLOC =
                linker.downcallHandle(
                        linker.defaultLookup().find("malloc").orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        FREE =
                linker.downcallHandle(
                        linker.defaultLookup().find("free").orElseThrow(),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private NativeMemory() {}

    /**
     * {@code size} bytes of arbitrary content, aligned for every type; throws {@link
     * OutOfMemoryError}.
     */
    static MemorySegment allocate(long size) {
        MemorySegment address;
        try {
            address = (MemorySegment) MALLOC.invokeExact(size);
        } catch (Throwable e) {
            throw new AssertionError("malloc never throws", e);
        }
        if (address.address() == 0) {
            throw new OutOfMemoryError("no " + size + " bytes of native memory left");
        }
        return address.reinterpret(size);
    }

    static void free(MemorySegment segment) {
        try {
            FREE.invokeExact(segment);
        } catch (Throwable e) {
            throw new AssertionError("free never throws", e);
        }
    }
}

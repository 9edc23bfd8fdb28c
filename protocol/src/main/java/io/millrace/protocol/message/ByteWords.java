package io.millrace.protocol.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at eight bytes at once. Little-endian, so that lower bits are earlier bytes. */
final class ByteWords {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    private ByteWords() {}

    /** The eight bytes from {@code index} on; the array must have them. */
    static long at(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    static long repeat(int each) {
        return (each & 0xFFL) * LOW_BITS;
    }

    /** The high bit of each byte that is zero, and of no other. */
    static long zeros(long word) {
        return ~((((word & ~HIGH_BITS) + ~HIGH_BITS) | word) | ~HIGH_BITS);
    }

    /** The high bits of the bytes, as the eight lowest bits. */
    static long compress(long highBits) {
        return ((highBits >>> 7) * 0x0102040810204080L) >>> 56;
    }
}

package io.millrace.declarative.interpolation.library;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The unkeyed BLAKE2 hashes at full length (RFC 7693), which Python has and Java hasn't. */
final class Blake2 {
    private static final long[] IV = {
        0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
        0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
    };

    /** The message schedule, one permutation a round; BLAKE2b begins again after ten. */
    private static final String[] SIGMA = {
        "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8",
                "905724afe1bc683d",
        "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5",
                "a2847615fb9e3cd0"
    };

    private Blake2() {}

    /** BLAKE2b-512. */
    static byte[] b(byte[] content) {
        return hash(content, 64, 12, new int[] {32, 24, 16, 63});
    }

    /** BLAKE2s-256. */
    static byte[] s(byte[] content) {
        return hash(content, 32, 10, new int[] {16, 12, 8, 7});
    }

    /**
     * One algorithm for both: words are kept in longs, and cut to {@code length / 8} bytes where
     * the small one needs it.
     */
    private static byte[] hash(byte[] content, int length, int rounds, int[] rotations) {
        int wordBytes = length / 8;
        long mask = wordBytes == 8 ? -1L : 0xFFFFFFFFL;
        int blockSize = wordBytes * 16;
        var state = new long[8];
        for (int i = 0; i < 8; i++) {
            state[i] = wordBytes == 8 ? IV[i] : IV[i] >>> 32;
        }
        state[0] ^= 0x01010000L ^ length;
        int blocks = Math.max((content.length + blockSize - 1) / blockSize, 1);
        for (int block = 0; block < blocks; block++) {
            byte[] part =
                    Arrays.copyOf(
                            Arrays.copyOfRange(
                                    content,
                                    block * blockSize,
                                    Math.min((block + 1) * blockSize, content.length)),
                            blockSize);
            ByteBuffer buffer = ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN);
            var message = new long[16];
            for (int i = 0; i < 16; i++) {
                message[i] = wordBytes == 8 ? buffer.getLong(i * 8) : buffer.getInt(i * 4) & mask;
            }
            boolean last = block == blocks - 1;
            long counted = last ? content.length : (block + 1L) * blockSize;
            compress(state, message, counted, last, rounds, rotations, wordBytes);
        }
        ByteBuffer result = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : state) {
            if (wordBytes == 8) {
                result.putLong(word);
            } else {
                result.putInt((int) word);
            }
        }
        return result.array();
    }

    private static void compress(
            long[] state,
            long[] message,
            long counted,
            boolean last,
            int rounds,
            int[] rotations,
            int wordBytes) {
        long mask = wordBytes == 8 ? -1L : 0xFFFFFFFFL;
        var work = new long[16];
        for (int i = 0; i < 8; i++) {
            work[i] = state[i];
            work[i + 8] = wordBytes == 8 ? IV[i] : IV[i] >>> 32;
        }
        work[12] = (work[12] ^ counted) & mask;
        if (last) {
            work[14] = ~work[14] & mask;
        }
        for (int round = 0; round < rounds; round++) {
            String order = SIGMA[round % 10];
            for (int i = 0; i < 8; i++) {
                int column = i % 4;
                int shift = i < 4 ? 0 : 1;
                int a = column;
                int b = 4 + (column + shift) % 4;
                int c = 8 + (column + 2 * shift) % 4;
                int d = 12 + (column + 3 * shift) % 4;
                long x = message[Character.digit(order.charAt(2 * i), 16)];
                long y = message[Character.digit(order.charAt(2 * i + 1), 16)];
                work[a] = (work[a] + work[b] + x) & mask;
                work[d] = rotate(work[d] ^ work[a], rotations[0], wordBytes);
                work[c] = (work[c] + work[d]) & mask;
                work[b] = rotate(work[b] ^ work[c], rotations[1], wordBytes);
                work[a] = (work[a] + work[b] + y) & mask;
                work[d] = rotate(work[d] ^ work[a], rotations[2], wordBytes);
                work[c] = (work[c] + work[d]) & mask;
                work[b] = rotate(work[b] ^ work[c], rotations[3], wordBytes);
            }
        }
        for (int i = 0; i < 8; i++) {
            state[i] ^= work[i] ^ work[i + 8];
        }
    }

    private static long rotate(long word, int bits, int wordBytes) {
        return wordBytes == 8
                ? Long.rotateRight(word, bits)
                : Integer.rotateRight((int) word, bits) & 0xFFFFFFFFL;
    }
}

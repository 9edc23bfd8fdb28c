package io.millrace.connector.faker;

/**
 * Numbers that look random and depend on nothing but a seed, a row and a question about it: any row
 * can be made without those before it, in any order, on any thread.
 *
 * <p>The mixing function is SplitMix64's (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014).
 */
final class Randomness {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;

    Randomness(long seed, String stream) {
        this.seed = mix(seed * GOLDEN + stream.hashCode());
    }

    /** 64 random bits for {@code question} about {@code row}. */
    long bits(long row, int question) {
        return mix(mix(seed + row * GOLDEN) + question * GOLDEN);
    }

    /** A number from 0 to {@code bound - 1}. */
    long below(long row, int question, long bound) {
        return Math.unsignedMultiplyHigh(bits(row, question), bound);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

package io.millrace.protocol.schema;

/**
 * Bounds and special values of dates and timestamps in memory; see {@link ColumnType.Timestamp}.
 */
public final class Timestamps {
    public static final long INFINITY = Long.MAX_VALUE;
    public static final long NEGATIVE_INFINITY = -Long.MAX_VALUE;
    public static final int DATE_INFINITY = Integer.MAX_VALUE;
    public static final int DATE_NEGATIVE_INFINITY = -Integer.MAX_VALUE;

    /**
     * The last instant that 64 bits of microseconds hold unwrapped (in the year 294247), one below
     * infinity.
     */
    public static final long MAX_MICROS = Long.MAX_VALUE - 1;

    /**
     * 4714-11-24 BC, PostgreSQL's first day: everything below, but for -infinity, has wrapped
     * around.
     */
    public static final long MIN_MICROS = -210_866_803_200_000_000L;

    private Timestamps() {}

    /** Whether {@code micros} stands for an instant beyond {@link #MAX_MICROS}. */
    public static boolean wrapped(long micros) {
        return micros < MIN_MICROS && micros != NEGATIVE_INFINITY;
    }
}

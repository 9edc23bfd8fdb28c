package io.millrace.connector.postgres.common;

import io.millrace.protocol.schema.Timestamps;

/**
 * PostgreSQL counts days and microseconds from 2000 on, and marks infinity by the ends of the
 * number's range (datatype/timestamp.h); batches count from 1970.
 */
public final class PostgresEpoch {
    /** Days from 1970-01-01 to 2000-01-01. */
    public static final int DAYS = 10_957;

    /** The same in microseconds. */
    public static final long MICROS = DAYS * 86_400_000_000L;

    /** The days that a {@code date} holds, since 1970: 4713 BC to 5874897 AD. */
    public static final int FIRST_DATE = -2_440_588;

    public static final int LAST_DATE = 2_145_042_905;

    /** The first instant that a {@code timestamp} holds, since 1970: 4714-11-24 BC. */
    public static final long FIRST_TIMESTAMP = Timestamps.MIN_MICROS;

    /** The first one beyond, since 2000: the year 294277. */
    private static final long END_TIMESTAMP = 9_223_371_331_200_000_000L;

    private PostgresEpoch() {}

    /** Whether a {@code date} can hold {@code days} since 1970, infinities included. */
    public static boolean holdsDate(int days) {
        return (days >= FIRST_DATE && days <= LAST_DATE)
                || days == Timestamps.DATE_INFINITY
                || days == Timestamps.DATE_NEGATIVE_INFINITY;
    }

    /**
     * Whether a {@code timestamp} can hold {@code micros}, infinities and wrapped ones included.
     */
    public static boolean holdsTimestamp(long micros) {
        return micros == Timestamps.INFINITY
                || micros == Timestamps.NEGATIVE_INFINITY
                || micros >= FIRST_TIMESTAMP
                || (Timestamps.wrapped(micros)
                        && micros - MICROS >= 0
                        && micros - MICROS < END_TIMESTAMP);
    }

    static int toPostgresDate(int days) {
        return switch (days) {
            case Timestamps.DATE_INFINITY -> Integer.MAX_VALUE;
            case Timestamps.DATE_NEGATIVE_INFINITY -> Integer.MIN_VALUE;
            default -> days - DAYS;
        };
    }

    static long toPostgresTimestamp(long micros) {
        if (micros == Timestamps.INFINITY) {
            return Long.MAX_VALUE;
        }
        if (micros == Timestamps.NEGATIVE_INFINITY) {
            return Long.MIN_VALUE;
        }
        return micros - MICROS; // one that had wrapped around comes back over the end
    }
}

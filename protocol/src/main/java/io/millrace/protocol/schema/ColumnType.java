package io.millrace.protocol.schema;

/**
 * The type of a column's values in memory. The set is ours and closed: each case fixes one memory
 * layout (Arrow's, see {@link io.millrace.protocol.batch.Vector}) and one meaning.
 */
public sealed interface ColumnType {

    /** true or false; one bit a value. */
    record Bool() implements ColumnType {}

    /** 16-bit signed integer. */
    record Int16() implements ColumnType {}

    /** 32-bit signed integer. */
    record Int32() implements ColumnType {}

    /** 64-bit signed integer. */
    record Int64() implements ColumnType {}

    /** IEEE 754 single precision, with NaN, both infinities and -0.0. */
    record Float32() implements ColumnType {}

    /** IEEE 754 double precision, with NaN, both infinities and -0.0. */
    record Float64() implements ColumnType {}

    /**
     * A decimal with {@code precision} digits, {@code scale} of them behind the point, as an
     * unscaled 128-bit integer. Three values outside of every decimal stand for what PostgreSQL's
     * {@code numeric} can hold beside numbers: {@link #NAN_HIGH}, {@link #POSITIVE_INFINITY_HIGH}
     * and {@link #NEGATIVE_INFINITY_HIGH} in the upper half, 0 in the lower.
     *
     * @param precision 1 to 38
     * @param scale 0 to {@code precision}
     */
    record Decimal(int precision, int scale) implements ColumnType {
        public static final int MAX_PRECISION = 38;
        public static final long NAN_HIGH = Long.MIN_VALUE;
        public static final long NEGATIVE_INFINITY_HIGH = Long.MIN_VALUE + 1;
        public static final long POSITIVE_INFINITY_HIGH = Long.MAX_VALUE;

        public Decimal {
            if (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision) {
                throw new IllegalArgumentException("no decimal(%d,%d)".formatted(precision, scale));
            }
        }
    }

    /**
     * A number of any size with every digit, as plain decimal text (an optional sign, digits, an
     * optional point with digits; never an exponent), or {@code NaN}, {@code Infinity}, {@code
     * -Infinity}. Trailing zeros are kept.
     */
    record BigDecimalText() implements ColumnType {}

    /**
     * A JSON number as its producer wrote it, exponent included: how JSON-shaped sources deliver
     * {@code number}.
     */
    record JsonNumber() implements ColumnType {}

    /** UTF-8 text. */
    record Text() implements ColumnType {}

    /** A JSON value as UTF-8 text, kept to the letter. */
    record Json() implements ColumnType {}

    /**
     * A JSON value whose text may be written anew (order of keys, white space, repeated keys), as
     * in PostgreSQL's {@code jsonb}: two texts are equal if their values are.
     */
    record Jsonb() implements ColumnType {}

    /**
     * Days since 1970-01-01, proleptic Gregorian, 32 bits. {@link Integer#MAX_VALUE} is infinity,
     * {@code -Integer.MAX_VALUE} is -infinity.
     */
    record Date() implements ColumnType {}

    /** Microseconds since midnight, 64 bits; 24:00 (86,400,000,000) is a value. */
    record Time() implements ColumnType {}

    /**
     * A time of day with its offset, 64 bits: {@code micros << 24 | (57599 - offsetSeconds)}, where
     * the offset is in seconds east of UTC (DuckDB's encoding of TIMETZ).
     */
    record TimeTz() implements ColumnType {
        private static final int MAX_OFFSET = 57_599;

        public static long encode(long micros, int offsetSeconds) {
            return micros << 24 | (MAX_OFFSET - offsetSeconds);
        }

        public static long micros(long encoded) {
            return encoded >>> 24;
        }

        /** Seconds east of UTC. */
        public static int offsetSeconds(long encoded) {
            return MAX_OFFSET - (int) (encoded & 0xFFFFFF);
        }
    }

    /**
     * Microseconds since 1970-01-01T00:00 of a local clock, 64 bits, proleptic Gregorian. {@link
     * Long#MAX_VALUE} is infinity, {@code -Long.MAX_VALUE} is -infinity. Values below {@link
     * Timestamps#MIN_MICROS} (other than -infinity) have wrapped around: they stand for instants
     * after {@link Timestamps#MAX_MICROS}, which PostgreSQL has and most others not.
     */
    record Timestamp() implements ColumnType {}

    /** As {@link Timestamp}, of UTC. */
    record TimestampTz() implements ColumnType {}

    /** Bytes. */
    record Binary() implements ColumnType {}

    /** 16 bytes, most significant first. */
    record Uuid() implements ColumnType {}

    /**
     * A list of one dimension; elements may be null. Never a list of lists: those travel as {@link
     * Json}.
     */
    record ListOf(ColumnType element) implements ColumnType {
        public ListOf {
            if (element instanceof ListOf) {
                throw new IllegalArgumentException("a list of lists travels as JSON");
            }
        }
    }
}

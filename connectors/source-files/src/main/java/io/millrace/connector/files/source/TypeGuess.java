package io.millrace.connector.files.source;

import io.millrace.protocol.schema.ColumnType;
import java.util.Optional;

/**
 * The narrowest type that all texts of a column have been values of, where each printed is its text
 * again. One thread.
 */
final class TypeGuess {
    /** Decimals of up to so many digits get room for more without needing another width. */
    private static final int ROOMY_DIGITS = 14;

    private static final int ROOMY_PRECISION = 18;

    private boolean any;
    private boolean text;
    private boolean bool = true;
    private boolean date = true;
    private boolean timestamp = true;
    private int form;
    private boolean number = true;
    private boolean wide; // beyond 64 bits
    private boolean real = true;
    private int scale = -1;
    private boolean scalesDiffer;
    private int mostWhole = 1;

    /** Takes a value that is not null; a text in quotes that are doubled is {@link #seeText}. */
    void see(byte[] in, int from, int to) {
        any = true;
        if (text) {
            return;
        }
        if (from == to) {
            text = true;
            return;
        }
        byte first = in[from];
        boolean numeric = first == '-' || (first >= '0' && first <= '9');
        if (bool) {
            bool = Scalars.isTrue(in, from, to) || Scalars.isFalse(in, from, to);
        }
        date = date && numeric && Scalars.date(in, from, to) != Scalars.INVALID;
        timestamp = timestamp && numeric && isTimestamp(in, from, to);
        number = number && numeric && isNumber(in, from, to);
        text = !bool && !date && !timestamp && !number;
    }

    /** Takes a value that is nothing but text. */
    void seeText() {
        any = true;
        text = true;
    }

    private boolean isTimestamp(byte[] in, int from, int to) {
        int seen = Scalars.timestampForm(in, from, to);
        if (seen == Scalars.NO_TIMESTAMP || (form != Scalars.NO_TIMESTAMP && form != seen)) {
            return false;
        }
        form = seen;
        return Scalars.timestamp(in, from, to, seen) != Scalars.INVALID;
    }

    private boolean isNumber(byte[] in, int from, int to) {
        long shape = Scalars.shape(in, from, to);
        if (shape == Scalars.INVALID) {
            return false;
        }
        int fraction = Scalars.fraction(shape);
        mostWhole = Math.max(mostWhole, Scalars.whole(shape));
        scalesDiffer |= scale >= 0 && scale != fraction;
        scale = fraction;
        if (fraction == 0 && Scalars.whole(shape) > 18) {
            wide |= Scalars.integer(in, from, to) == Scalars.INVALID;
        }
        real = real && Scalars.isReal(in, from, to, shape);
        return true;
    }

    /** The type; empty where there was no value. */
    Optional<ColumnType> type() {
        if (!any) {
            return Optional.empty();
        }
        if (text) {
            return Optional.of(new ColumnType.Text());
        }
        if (bool) {
            return Optional.of(new ColumnType.Bool());
        }
        if (date) {
            return Optional.of(new ColumnType.Date());
        }
        if (timestamp) {
            return Optional.of(
                    form == Scalars.UTC_T || form == Scalars.UTC_SPACE
                            ? new ColumnType.TimestampTz()
                            : new ColumnType.Timestamp());
        }
        return Optional.of(numberType());
    }

    private ColumnType numberType() {
        if (!scalesDiffer) {
            if (scale == 0 && !wide) {
                return new ColumnType.Int64();
            }
            int digits = mostWhole + scale;
            if (scale > 0 && digits <= ROOMY_DIGITS) {
                return new ColumnType.Decimal(ROOMY_PRECISION, scale);
            }
            if (digits <= ColumnType.Decimal.MAX_PRECISION) {
                return new ColumnType.Decimal(ColumnType.Decimal.MAX_PRECISION, scale);
            }
        }
        return real ? new ColumnType.Float64() : new ColumnType.BigDecimalText();
    }

    /**
     * A type that has the values of both, each printed as before: what a column becomes whose
     * values were of the one and now are of the other.
     */
    static ColumnType join(ColumnType one, ColumnType other) {
        if (one.equals(other)) {
            return one;
        }
        if (!isExactNumber(one) || !isExactNumber(other)) {
            return new ColumnType.Text();
        }
        int scale = scale(one);
        if (scale >= 0 && scale == scale(other)) {
            return new ColumnType.Decimal(ColumnType.Decimal.MAX_PRECISION, scale);
        }
        return new ColumnType.BigDecimalText();
    }

    private static boolean isExactNumber(ColumnType type) {
        return type instanceof ColumnType.Int64
                || type instanceof ColumnType.Decimal
                || type instanceof ColumnType.BigDecimalText;
    }

    /** Digits behind the point; negative where they differ. */
    private static int scale(ColumnType type) {
        return switch (type) {
            case ColumnType.Int64 _ -> 0;
            case ColumnType.Decimal decimal -> decimal.scale();
            default -> -1;
        };
    }
}

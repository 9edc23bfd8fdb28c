package io.millrace.connector.files.source;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns one column of blocks into the values of a vector of its type. One thread. */
abstract class ColumnParser {
    static final int ALL = -1;

    private final ColumnType type;
    private final byte[][] nulls;
    private final byte quote;
    private byte[] unquoted = new byte[256];

    ColumnParser(ColumnType type, List<String> nulls, int quote) {
        this.type = type;
        this.nulls = new byte[nulls.size()][];
        for (int i = 0; i < this.nulls.length; i++) {
            this.nulls[i] = nulls.get(i).getBytes(StandardCharsets.UTF_8);
        }
        this.quote = (byte) quote;
    }

    /**
     * @param nulls texts without quotes that mean null, beside the empty one
     * @param quote the dialect's
     */
    static ColumnParser of(ColumnType type, List<String> nulls, int quote) {
        return switch (type) {
            case ColumnType.Bool _ -> new OfBoolean(type, nulls, quote);
            case ColumnType.Int64 _ -> new OfInteger(type, nulls, quote);
            case ColumnType.Decimal decimal -> new OfDecimal(decimal, nulls, quote);
            case ColumnType.Float64 _ -> new OfReal(type, nulls, quote);
            case ColumnType.BigDecimalText _ -> new OfNumberText(type, nulls, quote);
            case ColumnType.Date _ -> new OfDate(type, nulls, quote);
            case ColumnType.Timestamp _, ColumnType.TimestampTz _ ->
                    new OfTimestamp(type, nulls, quote);
            case ColumnType.Text _ -> new OfText(type, nulls, quote);
            default -> throw new IllegalArgumentException("no CSV column is inferred as " + type);
        };
    }

    /** The type of its vectors. */
    final ColumnType type() {
        return type;
    }

    /** Prepares for values that go to {@code vector}. */
    abstract void bind(Vector vector);

    /** Appends the value; false, and nothing is appended, where it is none of the type. */
    abstract boolean append(byte[] in, int from, int to);

    /** Whether texts of any content are values. */
    boolean takesAnything() {
        return false;
    }

    /**
     * Appends the values at {@code column} of the rows of {@code block}.
     *
     * @return {@link #ALL}, or the row of the first value that is none of the type
     */
    final int append(Vector vector, CsvTokenizer block, int column, int columns) {
        bind(vector);
        byte[] in = block.buffer();
        int[] starts = block.starts();
        int[] ends = block.ends();
        int rows = block.rows();
        for (int row = 0, at = column; row < rows; row++, at += columns) {
            int from = starts[at];
            int to = ends[at];
            if (from < 0) {
                from = ~from;
                if (to < 0) {
                    int size = unquote(in, from, ~to);
                    if (!takesAnything() || !append(unquoted, 0, size)) {
                        return row;
                    }
                    continue;
                }
                if (from == to && !takesAnything()) {
                    return row;
                }
            } else if (isNull(in, from, to)) {
                vector.appendNull();
                continue;
            }
            if (!append(in, from, to)) {
                return row;
            }
        }
        return ALL;
    }

    /** Shows {@code guess} the values at {@code column} of the rows of {@code block}. */
    final void show(CsvTokenizer block, int column, int columns, TypeGuess guess) {
        byte[] in = block.buffer();
        for (int row = 0, at = column; row < block.rows(); row++, at += columns) {
            int from = block.starts()[at];
            int to = block.ends()[at];
            if (from < 0) {
                if (to < 0) {
                    guess.seeText();
                } else {
                    guess.see(in, ~from, to);
                }
            } else if (!isNull(in, from, to)) {
                guess.see(in, from, to);
            }
        }
    }

    private boolean isNull(byte[] in, int from, int to) {
        if (from == to) {
            return true;
        }
        for (byte[] text : nulls) {
            if (Arrays.equals(text, 0, text.length, in, from, to)) {
                return true;
            }
        }
        return false;
    }

    /** Puts the value into {@link #unquoted}, with each doubled quote as one; its size. */
    private int unquote(byte[] in, int from, int to) {
        if (unquoted.length < to - from) {
            unquoted = new byte[to - from];
        }
        int size = 0;
        for (int at = from; at < to; at++) {
            byte octet = in[at];
            unquoted[size++] = octet;
            if (octet == quote) {
                at++; // its twin
            }
        }
        return size;
    }

    /** A value with its quotes doubled within, or without any, as text. */
    static String text(CsvTokenizer block, int index, int quote) {
        int from = block.starts()[index];
        int to = block.ends()[index];
        int begin = from < 0 ? ~from : from;
        int end = to < 0 ? ~to : to;
        String text = new String(block.buffer(), begin, end - begin, StandardCharsets.UTF_8);
        String one = String.valueOf((char) quote);
        return to < 0 ? text.replace(one + one, one) : text;
    }

    private abstract static class Fixed extends ColumnParser {
        private @Nullable FixedVector target;

        Fixed(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        final void bind(Vector vector) {
            target = (FixedVector) vector;
        }

        final FixedVector target() {
            return Objects.requireNonNull(target, "bind comes first");
        }
    }

    private static final class OfBoolean extends ColumnParser {
        private @Nullable BitVector target;

        OfBoolean(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        void bind(Vector vector) {
            target = (BitVector) vector;
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            boolean yes = Scalars.isTrue(in, from, to);
            if (!yes && !Scalars.isFalse(in, from, to)) {
                return false;
            }
            Objects.requireNonNull(target, "bind comes first").append(yes);
            return true;
        }
    }

    private static final class OfInteger extends Fixed {
        OfInteger(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            long value = Scalars.integer(in, from, to);
            if (value == Scalars.INVALID) {
                return false;
            }
            target().appendLong(value);
            return true;
        }
    }

    private static final class OfDecimal extends Fixed {
        private final int scale;
        private final int mostWhole;

        OfDecimal(ColumnType.Decimal type, List<String> nulls, int quote) {
            super(type, nulls, quote);
            scale = type.scale();
            mostWhole = type.precision() - type.scale();
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            long shape = Scalars.shape(in, from, to);
            if (shape == Scalars.INVALID || Scalars.fraction(shape) != scale) {
                return false;
            }
            int whole = Scalars.whole(shape);
            if (whole > mostWhole
                    && !(whole == 1 && in[in[from] == '-' ? from + 1 : from] == '0')) {
                return false;
            }
            if (whole + scale <= 18) {
                long value = Scalars.unscaled(in, from, to);
                target().append128(value, value >> 63);
            } else {
                appendWide(in, from, to);
            }
            return true;
        }

        private void appendWide(byte[] in, int from, int to) {
            boolean negative = in[from] == '-';
            long low = 0;
            long high = 0;
            for (int at = negative ? from + 1 : from; at < to; at++) {
                if (in[at] != '.') {
                    high = high * 10 + Math.unsignedMultiplyHigh(low, 10);
                    low *= 10;
                    int digit = in[at] - '0';
                    low += digit;
                    if (Long.compareUnsigned(low, digit) < 0) {
                        high++;
                    }
                }
            }
            if (negative) {
                low = -low;
                high = low == 0 ? -high : ~high;
            }
            target().append128(low, high);
        }
    }

    private static final class OfReal extends Fixed {
        OfReal(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            long shape = Scalars.shape(in, from, to);
            double value =
                    shape == Scalars.INVALID ? Double.NaN : Scalars.real(in, from, to, shape);
            if (Double.isNaN(value)) {
                return false;
            }
            target().appendDouble(value);
            return true;
        }
    }

    private static final class OfDate extends Fixed {
        OfDate(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            long days = Scalars.date(in, from, to);
            if (days == Scalars.INVALID) {
                return false;
            }
            target().appendInt((int) days);
            return true;
        }
    }

    private static final class OfTimestamp extends Fixed {
        private final boolean utc;
        private int form = Scalars.NO_TIMESTAMP;

        OfTimestamp(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
            this.utc = type instanceof ColumnType.TimestampTz;
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            int seen = Scalars.timestampForm(in, from, to);
            if (seen != form) {
                // The first value says which form the column has.
                boolean seenUtc = seen == Scalars.UTC_T || seen == Scalars.UTC_SPACE;
                if (form != Scalars.NO_TIMESTAMP || seenUtc != utc) {
                    return false;
                }
            }
            if (seen == Scalars.NO_TIMESTAMP) {
                return false;
            }
            long micros = Scalars.timestamp(in, from, to, seen);
            if (micros == Scalars.INVALID) {
                return false;
            }
            form = seen;
            target().appendLong(micros);
            return true;
        }
    }

    private abstract static class Variable extends ColumnParser {
        @Nullable VariableVector target;

        Variable(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        final void bind(Vector vector) {
            target = (VariableVector) vector;
        }

        final void copy(byte[] in, int from, int to) {
            Objects.requireNonNull(target, "bind comes first").append(in, from, to - from);
        }
    }

    private static final class OfNumberText extends Variable {
        OfNumberText(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            if (Scalars.shape(in, from, to) == Scalars.INVALID) {
                return false;
            }
            copy(in, from, to);
            return true;
        }
    }

    private static final class OfText extends Variable {
        OfText(ColumnType type, List<String> nulls, int quote) {
            super(type, nulls, quote);
        }

        @Override
        boolean append(byte[] in, int from, int to) {
            copy(in, from, to);
            return true;
        }

        @Override
        boolean takesAnything() {
            return true;
        }
    }
}

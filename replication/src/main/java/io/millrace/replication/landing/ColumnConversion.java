package io.millrace.replication.landing;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.json.Fit;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.ValueFormatter;
import io.millrace.protocol.json.ValueParser;
import io.millrace.protocol.schema.ColumnType;

/** Turns a vector of one type into one of another. Immutable; for any thread. */
final class ColumnConversion {
    private final Route route;
    private final ColumnType from;
    private final ColumnType to;

    /** Hears of every value that did not go over as it was. */
    @FunctionalInterface
    interface Losses {
        void lost(int row, Fit fit);
    }

    ColumnConversion(ColumnType from, ColumnType to) {
        this.route = Route.between(from, to);
        this.from = from;
        this.to = to;
    }

    boolean keeps() {
        return route == Route.KEEP || route == Route.SAME_JSON;
    }

    /**
     * {@code source} itself where the types are the same or only called otherwise; else a new
     * vector of as many values, while {@code source} stays as it is.
     */
    Vector convert(Vector source, BatchMemory memory, Losses losses) {
        if (route == Route.KEEP) {
            return source;
        }
        if (route == Route.SAME_JSON) {
            source.retype(to);
            return source;
        }
        Vector target = Vector.create(memory, to, source.length());
        try {
            convert(source, target, losses);
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
        return target;
    }

    private void convert(Vector source, Vector target, Losses losses) {
        ValueConversion value =
                switch (route) {
                    case INTEGER -> integer((FixedVector) source, (FixedVector) target);
                    case REAL -> real((FixedVector) source, (FixedVector) target);
                    case INSTANT -> instant((FixedVector) source, (FixedVector) target);
                    case WITHOUT_OFFSET ->
                            withoutOffset((FixedVector) source, (FixedVector) target);
                    case TO_JSON -> toJson(source, (VariableVector) target);
                    case FROM_JSON -> fromJson((VariableVector) source, target);
                    case BY_TEXT -> byText(source, target);
                    case NONE -> none(target);
                    case KEEP, SAME_JSON -> throw new AssertionError("nothing to convert");
                };
        for (int row = 0; row < source.length(); row++) {
            if (source.isNull(row)) {
                target.appendNull();
                continue;
            }
            Fit fit = value.convert(row);
            if (fit != Fit.EXACT) {
                losses.lost(row, fit);
            }
        }
    }

    /** Appends one value, which is there, or null where it doesn't fit. */
    @FunctionalInterface
    private interface ValueConversion {
        Fit convert(int row);
    }

    private ValueConversion integer(FixedVector source, FixedVector target) {
        int targetWidth = target.width();
        return row -> {
            long value =
                    switch (source.width()) {
                        case 2 -> source.getShort(row);
                        case 4 -> source.getInt(row);
                        default -> source.getLong(row);
                    };
            boolean fits =
                    switch (targetWidth) {
                        case 2 -> value == (short) value;
                        case 4 -> value == (int) value;
                        default -> true;
                    };
            if (!fits) {
                target.appendNull();
                return Fit.OUT_OF_RANGE;
            }
            switch (targetWidth) {
                case 2 -> target.appendShort((short) value);
                case 4 -> target.appendInt((int) value);
                default -> target.appendLong(value);
            }
            return Fit.EXACT;
        };
    }

    private ValueConversion real(FixedVector source, FixedVector target) {
        if (from instanceof ColumnType.Float32) {
            return row -> {
                target.appendDouble(source.getFloat(row));
                return Fit.EXACT;
            };
        }
        return row -> {
            double value = source.getDouble(row);
            float narrow = (float) value;
            if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
                target.appendNull();
                return Fit.OUT_OF_RANGE;
            }
            target.appendFloat(narrow);
            return Double.isNaN(value) || narrow == value ? Fit.EXACT : Fit.ROUNDED;
        };
    }

    private static ValueConversion instant(FixedVector source, FixedVector target) {
        return row -> {
            target.appendLong(source.getLong(row));
            return Fit.EXACT;
        };
    }

    private static ValueConversion withoutOffset(FixedVector source, FixedVector target) {
        return row -> {
            long value = source.getLong(row);
            target.appendLong(ColumnType.TimeTz.micros(value));
            return ColumnType.TimeTz.offsetSeconds(value) == 0 ? Fit.EXACT : Fit.ROUNDED;
        };
    }

    private static ValueConversion none(Vector target) {
        return _ -> {
            target.appendNull();
            return Fit.MISMATCH;
        };
    }

    private ValueConversion toJson(Vector source, VariableVector target) {
        var formatter = ValueFormatter.of(from);
        var json = new JsonBuffer(64);
        return row -> {
            json.clear();
            formatter.appendJson(source, row, json);
            target.append(json.array(), 0, json.size());
            return Fit.EXACT;
        };
    }

    private ValueConversion fromJson(VariableVector source, Vector target) {
        var formatter = ValueFormatter.of(from);
        var parser = ValueParser.ofJson(to);
        var json = new JsonBuffer(64);
        return row -> {
            json.clear();
            formatter.appendText(source, row, json);
            return parser.appendJson(target, json.array(), 0, json.size());
        };
    }

    private ValueConversion byText(Vector source, Vector target) {
        var formatter = ValueFormatter.of(from);
        var parser = ValueParser.ofText(to);
        var text = new JsonBuffer(64);
        return row -> {
            text.clear();
            formatter.appendText(source, row, text);
            return parser.appendText(target, text.array(), 0, text.size());
        };
    }
}

package io.millrace.replication.landing;

import io.millrace.protocol.schema.ColumnType;

/** The way from one type to another. There is one for every pair of types. */
enum Route {
    /** The same type: the vector is passed on. */
    KEEP,

    /** Between integers: checked for its range. */
    INTEGER,

    /** Between floating point numbers. */
    REAL,

    /** The same 64 bits: a local time is one of UTC and the other way round. */
    INSTANT,

    /** The time of day stays, and an offset that isn't UTC's is told as lost. */
    WITHOUT_OFFSET,

    /** The same JSON text. */
    SAME_JSON,

    /** The value becomes a JSON value: a number, a string, an array. */
    TO_JSON,

    /** The JSON value is coerced as the protocol says for records. */
    FROM_JSON,

    /** The value's canonical text is taken for a value of the other type. */
    BY_TEXT,

    /**
     * No value of the one is a value of the other, though the text of some would pass for it: 32
     * digits are no UUID.
     */
    NONE;

    /** Types whose values may be the same thing said in another way. */
    private enum Family {
        BOOLEAN,
        NUMBER,
        MOMENT,
        BYTES,
        UUID,
        LIST,
        TEXT,
        JSON
    }

    static Route between(ColumnType from, ColumnType to) {
        if (from.equals(to)) {
            return KEEP;
        }
        Family source = family(from);
        Family target = family(to);
        return switch (target) {
            case JSON -> source == Family.JSON ? SAME_JSON : TO_JSON;
            case TEXT -> BY_TEXT;
            case BOOLEAN, NUMBER, MOMENT, BYTES, UUID, LIST ->
                    switch (source) {
                        case JSON -> FROM_JSON;
                        case TEXT -> BY_TEXT;
                        case BOOLEAN, NUMBER, MOMENT, BYTES, UUID, LIST ->
                                source == target ? within(from, to) : NONE;
                    };
        };
    }

    private static Family family(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> Family.BOOLEAN;
            case ColumnType.Int16 _,
                    ColumnType.Int32 _,
                    ColumnType.Int64 _,
                    ColumnType.Float32 _,
                    ColumnType.Float64 _,
                    ColumnType.Decimal _,
                    ColumnType.BigDecimalText _,
                    ColumnType.JsonNumber _ ->
                    Family.NUMBER;
            case ColumnType.Date _,
                    ColumnType.Time _,
                    ColumnType.TimeTz _,
                    ColumnType.Timestamp _,
                    ColumnType.TimestampTz _ ->
                    Family.MOMENT;
            case ColumnType.Binary _ -> Family.BYTES;
            case ColumnType.Uuid _ -> Family.UUID;
            case ColumnType.ListOf _ -> Family.LIST;
            case ColumnType.Text _ -> Family.TEXT;
            case ColumnType.Json _, ColumnType.Jsonb _ -> Family.JSON;
        };
    }

    /** Two types of one family, but for texts and JSON. */
    private static Route within(ColumnType from, ColumnType to) {
        if (isInteger(from) && isInteger(to)) {
            return INTEGER;
        }
        if (isReal(from) && isReal(to)) {
            return REAL;
        }
        if (isInstant(from) && isInstant(to)) {
            return INSTANT;
        }
        if (from instanceof ColumnType.TimeTz && to instanceof ColumnType.Time) {
            return WITHOUT_OFFSET;
        }
        if (from instanceof ColumnType.ListOf source && to instanceof ColumnType.ListOf target) {
            // The elements' own way: what has none can't come out of their text either.
            return between(source.element(), target.element()) == NONE ? NONE : BY_TEXT;
        }
        return BY_TEXT;
    }

    private static boolean isInteger(ColumnType type) {
        return type instanceof ColumnType.Int16
                || type instanceof ColumnType.Int32
                || type instanceof ColumnType.Int64;
    }

    private static boolean isReal(ColumnType type) {
        return type instanceof ColumnType.Float32 || type instanceof ColumnType.Float64;
    }

    private static boolean isInstant(ColumnType type) {
        return type instanceof ColumnType.Timestamp || type instanceof ColumnType.TimestampTz;
    }
}

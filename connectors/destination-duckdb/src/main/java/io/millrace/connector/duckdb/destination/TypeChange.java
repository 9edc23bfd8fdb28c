package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.protocol.schema.ColumnType;
import java.util.Optional;

/** What becomes of a column whose type at the source isn't that of the table. */
final class TypeChange {
    private TypeChange() {}

    /**
     * The type in which values of both are held without loss: the table's where it is the wider,
     * the source's where the table can be widened to it, text where neither holds the other.
     *
     * @param table the column's type in the table; empty for one that we don't make
     */
    static ColumnType landed(ColumnType source, Optional<ColumnType> table) {
        ColumnType wanted = landed(source);
        if (table.isEmpty()) {
            return asText(wanted);
        }
        ColumnType present = table.orElseThrow();
        if (DuckDbTypes.sqlName(present).equals(DuckDbTypes.sqlName(wanted))) {
            return wanted; // the finer of ours: a JSON number's text
        }
        if (present instanceof ColumnType.Text) {
            return source instanceof ColumnType.JsonNumber ? new ColumnType.Text() : asText(wanted);
        }
        return join(wanted, present)
                .orElseGet(() ->
                        source instanceof ColumnType.JsonNumber
                                ? new ColumnType.Text()
                                : asText(wanted));
    }

    /** The type in which a new column lands. */
    static ColumnType landed(ColumnType source) {
        return switch (source) {
            case ColumnType.JsonNumber _ -> new ColumnType.Float64();
            // DuckDB keeps the text as it is, so that its bytes are what is compared.
            case ColumnType.Jsonb _ -> new ColumnType.Json();
            case ColumnType.ListOf(ColumnType.JsonNumber _) ->
                    new ColumnType.ListOf(new ColumnType.Float64());
            default -> source;
        };
    }

    /** Numbers become text with every digit. */
    private static ColumnType asText(ColumnType type) {
        return switch (type) {
            case ColumnType.Int16 _,
                    ColumnType.Int32 _,
                    ColumnType.Int64 _,
                    ColumnType.Decimal _,
                    ColumnType.BigDecimalText _ ->
                    new ColumnType.BigDecimalText();
            default -> new ColumnType.Text();
        };
    }

    /** The narrowest type that holds every value of both; empty where only text does. */
    private static Optional<ColumnType> join(ColumnType a, ColumnType b) {
        if (a.equals(b)) {
            return Optional.of(a);
        }
        if (integerDigits(a) > 0 && integerDigits(b) > 0) {
            return Optional.of(integerDigits(a) >= integerDigits(b) ? a : b);
        }
        if (isExact(a) && isExact(b)) {
            int scale = Math.max(scale(a), scale(b));
            int whole = Math.max(wholeDigits(a), wholeDigits(b));
            return whole + scale > ColumnType.Decimal.MAX_PRECISION
                    ? Optional.empty()
                    : Optional.of(new ColumnType.Decimal(whole + scale, scale));
        }
        if (fitsDouble(a) && fitsDouble(b)) {
            return Optional.of(new ColumnType.Float64());
        }
        if (a instanceof ColumnType.ListOf(ColumnType first)
                && b instanceof ColumnType.ListOf(ColumnType second)) {
            return join(first, second).map(ColumnType.ListOf::new);
        }
        if (isJson(a) && isJson(b)) {
            return Optional.of(a);
        }
        return Optional.empty();
    }

    private static boolean isJson(ColumnType type) {
        return type instanceof ColumnType.Json || type instanceof ColumnType.Jsonb;
    }

    private static boolean isExact(ColumnType type) {
        return integerDigits(type) > 0 || type instanceof ColumnType.Decimal;
    }

    /** Whether every value has its own double. */
    private static boolean fitsDouble(ColumnType type) {
        return type instanceof ColumnType.Float32
                || type instanceof ColumnType.Float64
                || type instanceof ColumnType.Int16
                || type instanceof ColumnType.Int32;
    }

    /** Decimal digits of an integer type's largest value; 0 for other types. */
    private static int integerDigits(ColumnType type) {
        return switch (type) {
            case ColumnType.Int16 _ -> 5;
            case ColumnType.Int32 _ -> 10;
            case ColumnType.Int64 _ -> 19;
            default -> 0;
        };
    }

    private static int scale(ColumnType type) {
        return type instanceof ColumnType.Decimal decimal ? decimal.scale() : 0;
    }

    private static int wholeDigits(ColumnType type) {
        return type instanceof ColumnType.Decimal decimal
                ? decimal.precision() - decimal.scale()
                : integerDigits(type);
    }
}

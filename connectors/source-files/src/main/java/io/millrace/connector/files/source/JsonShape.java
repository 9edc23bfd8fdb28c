package io.millrace.connector.files.source;

import io.millrace.protocol.schema.ColumnType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the fields of JSON objects are, and which column types have their values without altering
 * one: a string is text, whatever it looks like; a number is an integer, a double, or kept with all
 * its digits. One thread.
 */
final class JsonShape {
    private static final int DOUBLE_DIGITS = 15;

    /** The kinds of values, from the narrowest number on. */
    private enum Kind {
        NULL,
        BOOLEAN,
        INTEGER,
        /** Its digits and its exponent fit into a double. */
        REAL,
        /** Beyond a double, without an exponent. */
        DIGITS,
        /** Beyond a double, with an exponent. */
        FAR,
        STRING,
        NESTED
    }

    private static final class Field {
        boolean bool;
        boolean integer;
        boolean longInteger; // more digits than a double tells
        boolean real;
        boolean digits;
        boolean far;
        boolean string;
        boolean nested;

        void see(Kind kind, boolean beyondDouble) {
            switch (kind) {
                case NULL -> {
                    // of every type
                }
                case BOOLEAN -> bool = true;
                case INTEGER -> integer = true;
                case REAL -> real = true;
                case DIGITS -> digits = true;
                case FAR -> far = true;
                case STRING -> string = true;
                case NESTED -> nested = true;
            }
            longInteger |= beyondDouble;
        }

        Optional<ColumnType> type() {
            boolean number = integer || real || digits || far;
            if (nested) {
                return Optional.of(new ColumnType.Json());
            }
            if (!bool && !number && !string) {
                return Optional.empty();
            }
            if (string || far || (bool && number)) {
                return Optional.of(new ColumnType.Text());
            }
            if (bool) {
                return Optional.of(new ColumnType.Bool());
            }
            if (!real && !digits) {
                return Optional.of(new ColumnType.Int64());
            }
            return Optional.of(
                    digits || longInteger
                            ? new ColumnType.BigDecimalText()
                            : new ColumnType.JsonNumber());
        }
    }

    private final Map<String, Field> fields = new LinkedHashMap<>();

    /** The types of the fields that were seen, in their order; empty where all were null. */
    Map<String, Optional<ColumnType>> types() {
        Map<String, Optional<ColumnType>> types = new LinkedHashMap<>();
        fields.forEach((name, field) -> types.put(name, field.type()));
        return types;
    }

    /** Takes the fields of a record. One that is no JSON object shows those before its mistake. */
    void see(byte[] in, int from, int to) {
        walk(
                in,
                from,
                to,
                (name, kind, beyond) ->
                        fields.computeIfAbsent(name, _ -> new Field()).see(kind, beyond));
    }

    /**
     * The columns that can't have this record's values, with the type that can; of fields that are
     * no column the type that they ask for. Empty where all fit.
     *
     * @param columns the types by name
     */
    static Map<String, ColumnType> misfits(
            byte[] in, int from, int to, Map<String, ColumnType> columns) {
        Map<String, ColumnType> misfits = new LinkedHashMap<>();
        walk(
                in,
                from,
                to,
                (name, kind, beyond) -> {
                    if (kind == Kind.NULL) {
                        return;
                    }
                    ColumnType seen = misfits.get(name);
                    ColumnType type = seen == null ? columns.get(name) : seen;
                    if (type == null) {
                        var field = new Field();
                        field.see(kind, beyond);
                        field.type().ifPresent(first -> misfits.put(name, first));
                    } else if (!fits(kind, beyond, type)) {
                        misfits.put(name, wider(type, kind));
                    }
                });
        return misfits;
    }

    private static boolean fits(Kind kind, boolean beyondDouble, ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> kind == Kind.BOOLEAN;
            case ColumnType.Int64 _ -> kind == Kind.INTEGER;
            case ColumnType.JsonNumber _ ->
                    kind == Kind.REAL || (kind == Kind.INTEGER && !beyondDouble);
            case ColumnType.BigDecimalText _ ->
                    kind == Kind.INTEGER || kind == Kind.DIGITS || kind == Kind.REAL;
            default -> true; // text and JSON take every value
        };
    }

    private static ColumnType wider(ColumnType type, Kind kind) {
        boolean number = kind == Kind.INTEGER || kind == Kind.REAL || kind == Kind.DIGITS;
        return number && !(type instanceof ColumnType.Bool)
                ? new ColumnType.BigDecimalText()
                : new ColumnType.Text();
    }

    /** The type for values of both; see {@link TypeGuess#join}. */
    static ColumnType join(ColumnType one, ColumnType other) {
        if (one.equals(other)) {
            return one;
        }
        if (one instanceof ColumnType.Json || other instanceof ColumnType.Json) {
            return new ColumnType.Json();
        }
        return isNumber(one) && isNumber(other)
                ? new ColumnType.BigDecimalText()
                : new ColumnType.Text();
    }

    private static boolean isNumber(ColumnType type) {
        return type instanceof ColumnType.Int64
                || type instanceof ColumnType.JsonNumber
                || type instanceof ColumnType.BigDecimalText;
    }

    private interface Visitor {
        void field(String name, Kind kind, boolean beyondDouble);
    }

    private static void walk(byte[] in, int from, int to, Visitor visitor) {
        try (JsonParser parser = JsonMapper.shared().createParser(in, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (token) {
                    case VALUE_TRUE, VALUE_FALSE -> visitor.field(name, Kind.BOOLEAN, false);
                    case VALUE_STRING -> visitor.field(name, Kind.STRING, false);
                    case VALUE_NUMBER_INT -> integer(name, parser.getString(), visitor);
                    case VALUE_NUMBER_FLOAT ->
                            visitor.field(name, realKind(parser.getString()), false);
                    case START_OBJECT, START_ARRAY -> {
                        visitor.field(name, Kind.NESTED, false);
                        parser.skipChildren();
                    }
                    default -> visitor.field(name, Kind.NULL, false);
                }
            }
        } catch (JacksonException _) {
            // The writer tells that the record is no JSON, and rejects it.
        }
    }

    private static void integer(String name, String text, Visitor visitor) {
        int digits = text.startsWith("-") ? text.length() - 1 : text.length();
        boolean fits = digits < 19;
        if (digits == 19) {
            try {
                Long.parseLong(text);
                fits = true;
            } catch (NumberFormatException _) {
                fits = false;
            }
        }
        boolean negativeZero = text.equals("-0");
        Kind kind = negativeZero ? Kind.REAL : fits ? Kind.INTEGER : Kind.DIGITS;
        visitor.field(name, kind, digits > DOUBLE_DIGITS);
    }

    private static Kind realKind(String text) {
        int exponentAt = Math.max(text.indexOf('e'), text.indexOf('E'));
        String mantissa = exponentAt < 0 ? text : text.substring(0, exponentAt);
        String digits = mantissa.replace(".", "").replaceFirst("^-?0*", "");
        int exponent = 0;
        if (exponentAt >= 0) {
            String exponentText = text.substring(exponentAt + 1);
            exponent = exponentText.length() > 4 ? 9999 : Integer.parseInt(exponentText);
        }
        if (digits.length() <= DOUBLE_DIGITS && Math.abs(exponent) < 290) {
            return Kind.REAL;
        }
        return exponentAt < 0 ? Kind.DIGITS : Kind.FAR;
    }
}

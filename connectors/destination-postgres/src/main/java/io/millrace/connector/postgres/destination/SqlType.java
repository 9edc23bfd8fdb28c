package io.millrace.connector.postgres.destination;

import io.millrace.protocol.schema.ColumnType;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A column's type as PostgreSQL has it.
 *
 * @param base the type's short name, such as {@code int8}; a type that isn't PostgreSQL's own as
 *     the server prints it, with its schema where that is needed
 * @param modifier what stands behind the name: {@code (12,2)}, {@code day to second}; empty for
 *     none
 * @param array whether it is an array of such values
 */
record SqlType(String base, String modifier, boolean array) {
    static final SqlType TEXT = new SqlType("text", "", false);
    static final SqlType NUMERIC = new SqlType("numeric", "", false);

    private static final Pattern FORM =
            Pattern.compile(
                    "(.+?)\\s*(\\([^)]*\\))?(\\s+with(?:out)?\\s+time\\s+zone)?((?:\\[\\])*)");

    private static final Pattern INTERVAL = Pattern.compile("interval((?:\\s|\\().*)?");

    private static final Map<String, String> SHORT_NAMES =
            Map.ofEntries(
                    Map.entry("boolean", "bool"),
                    Map.entry("smallint", "int2"),
                    Map.entry("integer", "int4"),
                    Map.entry("int", "int4"),
                    Map.entry("bigint", "int8"),
                    Map.entry("real", "float4"),
                    Map.entry("double precision", "float8"),
                    Map.entry("decimal", "numeric"),
                    Map.entry("character varying", "varchar"),
                    Map.entry("character", "bpchar"),
                    Map.entry("char", "bpchar"));

    private static final Map<String, String> LONG_NAMES =
            Map.of(
                    "bool", "boolean",
                    "int2", "smallint",
                    "int4", "integer",
                    "int8", "bigint",
                    "float4", "real",
                    "float8", "double precision",
                    "bpchar", "char");

    private static final int TEXT_OID = 25;

    /** The types that are sent in binary, with their numbers (pg_type.dat). */
    private static final Map<String, Integer> OIDS =
            Map.ofEntries(
                    Map.entry("bool", 16),
                    Map.entry("bytea", 17),
                    Map.entry("int8", 20),
                    Map.entry("int2", 21),
                    Map.entry("int4", 23),
                    Map.entry("text", TEXT_OID),
                    Map.entry("json", 114),
                    Map.entry("float4", 700),
                    Map.entry("float8", 701),
                    Map.entry("bpchar", 1042),
                    Map.entry("varchar", 1043),
                    Map.entry("date", 1082),
                    Map.entry("time", 1083),
                    Map.entry("timestamp", 1114),
                    Map.entry("timestamptz", 1184),
                    Map.entry("timetz", 1266),
                    Map.entry("numeric", 1700),
                    Map.entry("uuid", 2950),
                    Map.entry("jsonb", 3802));

    /** Types of PostgreSQL's own that travel as text, and become what they are at the server. */
    private static final Set<String> FROM_TEXT =
            Set.of(
                    "inet",
                    "cidr",
                    "macaddr",
                    "macaddr8",
                    "interval",
                    "xml",
                    "point",
                    "line",
                    "lseg",
                    "box",
                    "path",
                    "polygon",
                    "circle",
                    "int4range",
                    "int8range",
                    "numrange",
                    "tsrange",
                    "tstzrange",
                    "daterange",
                    "int4multirange",
                    "int8multirange",
                    "nummultirange",
                    "tsmultirange",
                    "tstzmultirange",
                    "datemultirange");

    private static final int MULTIRANGES_SINCE = 140_000;

    /** The type that {@code text} names, in any of its spellings. */
    static SqlType parse(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        boolean array = lower.endsWith("[]");
        String element = array ? lower.substring(0, lower.indexOf("[]")).strip() : lower;
        Matcher interval = INTERVAL.matcher(element);
        if (interval.matches()) {
            String fields = interval.group(1) == null ? "" : interval.group(1);
            return new SqlType("interval", fields, array);
        }
        Matcher form = FORM.matcher(element);
        if (!form.matches()) {
            return new SqlType(element, "", array);
        }
        String name = form.group(1);
        String modifier = form.group(2) == null ? "" : form.group(2).replace(" ", "");
        String zone = form.group(3) == null ? "" : form.group(3).strip();
        if (name.equals("time") || name.equals("timestamp")) {
            return new SqlType(zone.startsWith("with ") ? name + "tz" : name, modifier, array);
        }
        String base = SHORT_NAMES.get(name);
        if (base != null) {
            boolean single = base.equals("bpchar") && !name.equals("bpchar") && modifier.isEmpty();
            return new SqlType(base, single ? "(1)" : modifier, array);
        }
        if (OIDS.containsKey(name) || FROM_TEXT.contains(name)) {
            return new SqlType(name, modifier, array);
        }
        // Not PostgreSQL's own: as it was printed, where letters may be of both cases.
        String original = text.strip();
        return new SqlType(
                array ? original.substring(0, original.indexOf("[]")) : original, "", array);
    }

    /**
     * The type that a column gets whose values travel as {@code type}, and which the source calls
     * {@code sourceType}: the source's own where PostgreSQL has it and it holds the same values.
     *
     * @param serverVersion such as 150004
     */
    static SqlType of(ColumnType type, Optional<String> sourceType, int serverVersion) {
        Optional<SqlType> named = sourceType.map(SqlType::parse);
        return switch (type) {
            case ColumnType.Bool _ -> plain("bool");
            case ColumnType.Int16 _ -> plain("int2");
            case ColumnType.Int32 _ -> plain("int4");
            case ColumnType.Int64 _ -> plain("int8");
            case ColumnType.Float32 _ -> plain("float4");
            case ColumnType.Float64 _ -> plain("float8");
            case ColumnType.Decimal(int precision, int scale) -> decimal(precision, scale);
            case ColumnType.BigDecimalText _, ColumnType.JsonNumber _ -> NUMERIC;
            case ColumnType.Text _ ->
                    named.filter(candidate -> candidate.holdsText(serverVersion)).orElse(TEXT);
            case ColumnType.Json _ ->
                    plain(named.isPresent() && named.get().base.equals("json") ? "json" : "jsonb");
            case ColumnType.Jsonb _ -> plain("jsonb");
            case ColumnType.Date _ -> plain("date");
            case ColumnType.Time _ -> withDigits("time", named);
            case ColumnType.TimeTz _ -> withDigits("timetz", named);
            case ColumnType.Timestamp _ -> withDigits("timestamp", named);
            case ColumnType.TimestampTz _ -> withDigits("timestamptz", named);
            case ColumnType.Binary _ -> plain("bytea");
            case ColumnType.Uuid _ -> plain("uuid");
            case ColumnType.ListOf(ColumnType element) -> {
                Optional<String> elementSource =
                        named.filter(SqlType::array).map(list -> list.element().sql());
                SqlType of = of(element, elementSource, serverVersion);
                yield new SqlType(of.base, of.modifier, true);
            }
        };
    }

    private static SqlType plain(String base) {
        return new SqlType(base, "", false);
    }

    static SqlType decimal(int precision, int scale) {
        return new SqlType("numeric", "(" + precision + "," + scale + ")", false);
    }

    private static SqlType withDigits(String base, Optional<SqlType> named) {
        return named.filter(candidate -> candidate.base.equals(base) && !candidate.array)
                .orElse(plain(base));
    }

    private boolean holdsText(int serverVersion) {
        if (array) {
            return false;
        }
        return switch (base) {
            case "text", "varchar", "bpchar" -> true;
            default ->
                    FROM_TEXT.contains(base)
                            && (!base.contains("multirange") || serverVersion >= MULTIRANGES_SINCE);
        };
    }

    /** The same without the array around it. */
    SqlType element() {
        return new SqlType(base, modifier, false);
    }

    /** As it stands in a statement. */
    String sql() {
        return LONG_NAMES.getOrDefault(base, base) + modifier + (array ? "[]" : "");
    }

    /**
     * Whether values are sent in the type's binary form. Others are sent as text, into a staging
     * table, and cast from there.
     */
    boolean binary() {
        return OIDS.containsKey(base);
    }

    /** Whether it is a type of PostgreSQL's own that we know. */
    boolean known() {
        return binary() || FROM_TEXT.contains(base);
    }

    /** The number of the type of the elements that are sent for it; 0 where it is no array. */
    int elementOid() {
        return array ? OIDS.getOrDefault(base, TEXT_OID) : 0;
    }

    /** The vector in which its values travel. */
    ColumnType columnType() {
        ColumnType element =
                switch (base) {
                    case "bool" -> new ColumnType.Bool();
                    case "int2" -> new ColumnType.Int16();
                    case "int4" -> new ColumnType.Int32();
                    case "int8" -> new ColumnType.Int64();
                    case "float4" -> new ColumnType.Float32();
                    case "float8" -> new ColumnType.Float64();
                    case "numeric" -> numericType();
                    case "json" -> new ColumnType.Json();
                    case "jsonb" -> new ColumnType.Jsonb();
                    case "date" -> new ColumnType.Date();
                    case "time" -> new ColumnType.Time();
                    case "timetz" -> new ColumnType.TimeTz();
                    case "timestamp" -> new ColumnType.Timestamp();
                    case "timestamptz" -> new ColumnType.TimestampTz();
                    case "bytea" -> new ColumnType.Binary();
                    case "uuid" -> new ColumnType.Uuid();
                    default -> new ColumnType.Text();
                };
        return array ? new ColumnType.ListOf(element) : element;
    }

    private ColumnType numericType() {
        int[] digits = digits();
        return digits.length == 2
                        && digits[0] <= ColumnType.Decimal.MAX_PRECISION
                        && digits[1] >= 0
                        && digits[1] <= digits[0]
                ? new ColumnType.Decimal(digits[0], digits[1])
                : new ColumnType.BigDecimalText();
    }

    /** The numbers in the modifier. */
    private int[] digits() {
        if (modifier.isEmpty()) {
            return new int[0];
        }
        String[] parts = modifier.substring(1, modifier.length() - 1).split(",");
        int[] digits = new int[base.equals("numeric") ? 2 : 1];
        for (int i = 0; i < parts.length && i < digits.length; i++) {
            digits[i] = Integer.parseInt(parts[i].strip());
        }
        return digits;
    }

    /** How many characters a {@code varchar(n)} or {@code char(n)} holds. */
    OptionalInt characters() {
        boolean bounded = (base.equals("varchar") || base.equals("bpchar")) && !modifier.isEmpty();
        return bounded ? OptionalInt.of(digits()[0]) : OptionalInt.empty();
    }

    /**
     * The narrowest type that holds every value of this one and of {@code other}; empty where only
     * text does. The chain is smallint, integer, bigint, numeric, text; and real, double.
     */
    Optional<SqlType> join(SqlType other) {
        if (equals(other)) {
            return Optional.of(this);
        }
        if (array != other.array) {
            return Optional.empty();
        }
        if (array) {
            return element()
                    .join(other.element())
                    .map(joined -> new SqlType(joined.base, joined.modifier, true));
        }
        int digits = integerDigits();
        int otherDigits = other.integerDigits();
        if (digits > 0 && otherDigits > 0) {
            return Optional.of(digits >= otherDigits ? this : other);
        }
        if (digits > 0 && other.base.equals("numeric")) {
            return Optional.of(decimal(digits, 0).coverNumeric(other));
        }
        if (otherDigits > 0 && base.equals("numeric")) {
            return Optional.of(coverNumeric(decimal(otherDigits, 0)));
        }
        if (isFloat() && other.isFloat()) {
            return Optional.of(plain("float8"));
        }
        if (other.isFloat() && digits > 0) {
            return other.join(this);
        }
        if (isFloat() && otherDigits > 0) {
            return exactFloat(otherDigits);
        }
        if (base.equals(other.base)) {
            return switch (base) {
                case "numeric" -> Optional.of(coverNumeric(other));
                case "varchar", "time", "timetz", "timestamp", "timestamptz" ->
                        Optional.of(
                                modifier.isEmpty() || other.modifier.isEmpty()
                                        ? plain(base)
                                        : digits()[0] >= other.digits()[0] ? this : other);
                case "interval" -> Optional.of(plain(base));
                default -> Optional.empty();
            };
        }
        boolean bothJson = base.startsWith("json") && other.base.startsWith("json");
        return bothJson ? Optional.of(this) : Optional.empty();
    }

    /** A float that holds every integer of {@code digits} digits; a real does so to 2^24. */
    private Optional<SqlType> exactFloat(int digits) {
        return switch (digits) {
            case 5 -> Optional.of(this);
            case 10 -> Optional.of(plain("float8"));
            default -> Optional.empty();
        };
    }

    private boolean isFloat() {
        return base.equals("float4") || base.equals("float8");
    }

    private int integerDigits() {
        return switch (base) {
            case "int2" -> 5;
            case "int4" -> 10;
            case "int8" -> 19;
            default -> 0;
        };
    }

    private SqlType coverNumeric(SqlType other) {
        int[] mine = digits();
        int[] its = other.digits();
        if (mine.length == 0 || its.length == 0) {
            return NUMERIC;
        }
        int scale = Math.max(mine[1], its[1]);
        int whole = Math.max(mine[0] - mine[1], its[0] - its[1]);
        return whole + scale > ColumnType.Decimal.MAX_PRECISION || mine[1] < 0 || its[1] < 0
                ? NUMERIC
                : decimal(whole + scale, scale);
    }

    /**
     * An expression that turns {@code column}, of this type, into {@code wider} without loss of
     * what a reader sees.
     */
    String convert(String column, SqlType wider) {
        if (wider.equals(TEXT)) {
            return AsText.of(column, this);
        }
        return column + "::" + wider.sql();
    }
}

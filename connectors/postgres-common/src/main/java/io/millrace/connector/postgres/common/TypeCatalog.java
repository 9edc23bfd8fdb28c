package io.millrace.connector.postgres.common;

import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.ColumnType.Decimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the types of one database travel. The common types that every PostgreSQL has are known by
 * their numbers ({@code src/include/catalog/pg_type.dat}); others, such as domains and enums, are
 * read from the database. Immutable once loaded.
 */
public final class TypeCatalog {
    private static final int NUMERIC = 1700;
    private static final int JSONB = 3802;
    private static final int FIRST_USER_OID = 16_384; // FirstNormalObjectId in transam.h

    /** What numeric's modifier carries above precision and scale. */
    private static final int NUMERIC_MODIFIER_BIAS = 4;

    private static final Map<Integer, Known> KNOWN = known();
    private static final Map<Integer, Integer> KNOWN_ARRAYS = knownArrays();

    private final Map<Integer, Loaded> loaded;

    private TypeCatalog(Map<Integer, Loaded> loaded) {
        this.loaded = loaded;
    }

    private record Known(ColumnType type, PostgresType.Form form, boolean comparable) {}

    private record Loaded(
            String name,
            char kind,
            boolean array,
            int element,
            int base,
            int baseModifier,
            int baseDimensions,
            String baseText,
            boolean comparable,
            boolean builtIn) {}

    /**
     * Knows {@code oids} and everything that they are made of; asks the database only if there are
     * uncommon ones among them.
     *
     * @param oids numbers of types, as {@code pg_attribute.atttypid} has them
     */
    public static TypeCatalog load(Connection connection, Collection<Integer> oids)
            throws SQLException {
        Map<Integer, Loaded> loaded = new HashMap<>();
        Set<Integer> missing = unknown(oids, loaded);
        while (!missing.isEmpty()) {
            Set<Integer> next = new HashSet<>();
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            SELECT t.oid::int8, n.nspname,
                                   '"' || replace(n.nspname, '"', '""') || '"."'
                                       || replace(t.typname, '"', '""') || '"',
                                   t.typtype::text,
                                   t.typcategory = 'A' AND t.typelem <> 0 AND t.typlen = -1,
                                   t.typelem::int8, t.typbasetype::int8, t.typtypmod, t.typndims,
                                   pg_catalog.format_type(
                                       CASE t.typbasetype WHEN 0 THEN t.oid ELSE t.typbasetype END,
                                       CASE t.typbasetype WHEN 0 THEN -1 ELSE t.typtypmod END),
                                   t.typtype IN ('e', 'r') OR EXISTS (
                                       SELECT FROM pg_catalog.pg_opclass c
                                       WHERE c.opcmethod = 403 AND c.opcdefault
                                           AND c.opcintype = t.oid)
                            FROM pg_catalog.pg_type t
                            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                            WHERE t.oid = ANY (?)
                            """)) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "int8", missing.stream().map(Integer::toUnsignedLong).toArray()));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        var type = loaded(rows);
                        loaded.put((int) rows.getLong(1), type);
                        next.add(type.element());
                        next.add(type.base());
                    }
                }
            }
            next.remove(0);
            missing = unknown(next, loaded);
        }
        return new TypeCatalog(loaded);
    }

    private static Loaded loaded(ResultSet rows) throws SQLException {
        boolean builtIn = Integer.compareUnsigned((int) rows.getLong(1), FIRST_USER_OID) < 0;
        return new Loaded(
                builtIn ? rows.getString(10) : rows.getString(3),
                rows.getString(4).charAt(0),
                rows.getBoolean(5),
                (int) rows.getLong(6),
                (int) rows.getLong(7),
                rows.getInt(8),
                rows.getInt(9),
                rows.getString(10),
                rows.getBoolean(11),
                builtIn);
    }

    private static Set<Integer> unknown(Collection<Integer> oids, Map<Integer, Loaded> loaded) {
        Set<Integer> unknown = new HashSet<>();
        for (Integer oid : oids) {
            if (!KNOWN.containsKey(oid)
                    && !KNOWN_ARRAYS.containsKey(oid)
                    && !loaded.containsKey(oid)) {
                unknown.add(oid);
            }
        }
        return unknown;
    }

    /**
     * How a column travels.
     *
     * @param oid {@code pg_attribute.atttypid}, one of those that were loaded
     * @param modifier {@code pg_attribute.atttypmod}, -1 for none
     * @param dimensions {@code pg_attribute.attndims}: how many dimensions an array was declared
     *     with; 0, where PostgreSQL doesn't know, counts as one
     * @param text {@code format_type(atttypid, atttypmod)}
     */
    public PostgresType resolve(int oid, int modifier, int dimensions, String text) {
        Integer knownElement = KNOWN_ARRAYS.get(oid);
        if (knownElement != null) {
            return array(resolve(knownElement, modifier, 0, text), dimensions, text);
        }
        Known known = KNOWN.get(oid);
        if (known != null) {
            ColumnType type = oid == NUMERIC ? numeric(modifier) : known.type();
            return new PostgresType(type, text, known.form(), known.comparable(), true);
        }
        Loaded type = loaded.get(oid);
        if (type == null) {
            // Dropped since the columns were listed; reading it will tell.
            return new PostgresType(
                    new ColumnType.Text(), text, PostgresType.Form.TEXT, false, false);
        }
        if (type.kind() == 'd') {
            return resolve(
                    type.base(), type.baseModifier(), type.baseDimensions(), type.baseText());
        }
        if (type.array()) {
            PostgresType element = resolve(type.element(), modifier, 0, elementText(text));
            String own = element.builtIn() ? text : element.text() + "[]";
            return array(element, dimensions, own);
        }
        return new PostgresType(
                new ColumnType.Text(),
                type.builtIn() ? text : type.name(),
                type.kind() == 'e' ? PostgresType.Form.ITSELF : PostgresType.Form.TEXT,
                type.comparable(),
                type.builtIn());
    }

    private static String elementText(String array) {
        return array.endsWith("[]") ? array.substring(0, array.length() - 2) : array;
    }

    private static PostgresType array(PostgresType element, int dimensions, String text) {
        if (dimensions > 1) {
            return new PostgresType(
                    new ColumnType.Json(),
                    text,
                    PostgresType.Form.JSON_ARRAY,
                    false,
                    element.builtIn());
        }
        // Elements that travel as text all come as texts: an enum's array has the enum's number in
        // it, but its elements are written like those of text[].
        return new PostgresType(
                new ColumnType.ListOf(element.columnType()),
                text,
                element.form() == PostgresType.Form.ITSELF
                        ? PostgresType.Form.ITSELF
                        : PostgresType.Form.TEXT_ARRAY,
                false,
                element.builtIn());
    }

    private static ColumnType numeric(int modifier) {
        if (modifier < NUMERIC_MODIFIER_BIAS) {
            return new ColumnType.BigDecimalText();
        }
        int packed = modifier - NUMERIC_MODIFIER_BIAS;
        int precision = (packed >>> 16) & 0xFFFF;
        // Eleven bits with sign since PostgreSQL 15 (numeric_typmod_scale in numeric.c).
        int scale = ((packed & 0x7FF) ^ 0x400) - 0x400;
        return precision <= Decimal.MAX_PRECISION && scale >= 0 && scale <= precision
                ? new Decimal(precision, scale)
                : new ColumnType.BigDecimalText();
    }

    private static Map<Integer, Known> known() {
        Map<Integer, Known> known = new HashMap<>();
        ColumnType text = new ColumnType.Text();
        ordered(known, new ColumnType.Bool(), 16);
        ordered(known, new ColumnType.Int64(), 20);
        ordered(known, new ColumnType.Int16(), 21);
        ordered(known, new ColumnType.Int32(), 23);
        ordered(known, new ColumnType.Float32(), 700);
        ordered(known, new ColumnType.Float64(), 701);
        ordered(known, new ColumnType.BigDecimalText(), NUMERIC);
        ordered(known, new ColumnType.Binary(), 17);
        ordered(known, new ColumnType.Uuid(), 2950);
        ordered(known, new ColumnType.Date(), 1082);
        ordered(known, new ColumnType.Time(), 1083);
        ordered(known, new ColumnType.TimeTz(), 1266);
        ordered(known, new ColumnType.Timestamp(), 1114);
        ordered(known, new ColumnType.TimestampTz(), 1184);
        ordered(known, text, 19, 25, 1042, 1043); // name, text, char(n), varchar(n)
        known.put(114, new Known(new ColumnType.Json(), PostgresType.Form.ITSELF, false));
        known.put(JSONB, new Known(new ColumnType.Jsonb(), PostgresType.Form.ITSELF, false));
        known.put(18, new Known(text, PostgresType.Form.CHAR_OUT, true)); // "char"
        known.put(142, new Known(text, PostgresType.Form.XML_OUT, false));
        known.put(869, new Known(text, PostgresType.Form.INET_OUT, true));
        // oid, interval, macaddr, macaddr8, bit, varbit, money, pg_lsn, cidr
        for (int oid : List.of(26, 1186, 829, 774, 1560, 1562, 790, 3220, 650)) {
            known.put(oid, new Known(text, PostgresType.Form.TEXT, true));
        }
        // int2vector, oidvector, point, lseg, path, box, polygon, line, circle, tsvector, tsquery
        for (int oid : List.of(22, 30, 600, 601, 602, 603, 604, 628, 718, 3614, 3615)) {
            known.put(oid, new Known(text, PostgresType.Form.TEXT, false));
        }
        return Map.copyOf(known);
    }

    private static void ordered(Map<Integer, Known> known, ColumnType type, int... oids) {
        for (int oid : oids) {
            known.put(oid, new Known(type, PostgresType.Form.ITSELF, true));
        }
    }

    private static Map<Integer, Integer> knownArrays() {
        List<int[]> pairs = new ArrayList<>();
        pairs.add(new int[] {1000, 16}); // boolean
        pairs.add(new int[] {1001, 17}); // bytea
        pairs.add(new int[] {1002, 18}); // "char"
        pairs.add(new int[] {1003, 19}); // name
        pairs.add(new int[] {1005, 21}); // smallint
        pairs.add(new int[] {1007, 23}); // integer
        pairs.add(new int[] {1009, 25}); // text
        pairs.add(new int[] {1014, 1042}); // char(n)
        pairs.add(new int[] {1015, 1043}); // varchar(n)
        pairs.add(new int[] {1016, 20}); // bigint
        pairs.add(new int[] {1021, 700}); // real
        pairs.add(new int[] {1022, 701}); // double precision
        pairs.add(new int[] {1028, 26}); // oid
        pairs.add(new int[] {1041, 869}); // inet
        pairs.add(new int[] {1115, 1114}); // timestamp
        pairs.add(new int[] {1182, 1082}); // date
        pairs.add(new int[] {1183, 1083}); // time
        pairs.add(new int[] {1185, 1184}); // timestamptz
        pairs.add(new int[] {1187, 1186}); // interval
        pairs.add(new int[] {1231, NUMERIC}); // numeric
        pairs.add(new int[] {1270, 1266}); // timetz
        pairs.add(new int[] {143, 142}); // xml
        pairs.add(new int[] {199, 114}); // json
        pairs.add(new int[] {2951, 2950}); // uuid
        pairs.add(new int[] {3807, JSONB}); // jsonb
        Map<Integer, Integer> arrays = new HashMap<>();
        pairs.forEach(pair -> arrays.put(pair[0], pair[1]));
        return Map.copyOf(arrays);
    }
}

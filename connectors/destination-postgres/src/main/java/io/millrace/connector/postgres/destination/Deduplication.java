package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.common.Identifiers.literal;

import io.millrace.connector.postgres.common.Identifiers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Puts staged versions of rows into a table that holds one row for each key: the newest by cursor
 * (null is older than any value), then by the time of extraction, then by arrival; nulls in keys
 * are equal to each other (reference: protocol 4.1.1, 4.7). A version whose {@code
 * _ab_cdc_deleted_at} is there deletes the row. Costs in proportion to what is staged: the table is
 * entered through an index on the key.
 */
final class Deduplication {
    static final String ARRIVAL = "_millrace_arrival";
    private static final String WINNERS = "pg_temp._millrace_winners";

    private final Landing landing;
    private final TableName table;
    private final String staging;
    private final String doing;
    private final List<String> names;
    private final Optional<String> deleted;

    /**
     * @param table where rows are put
     * @param staging the staging table as it stands in a statement
     */
    Deduplication(Landing landing, TableName table, String staging) {
        this.landing = landing;
        this.table = table;
        this.staging = staging;
        this.doing = "putting new versions of rows into " + landing.table();
        this.names = new ArrayList<>();
        landing.columns().forEach(column -> names.add(column.sql()));
        landing.metadata().forEach(column -> names.add(column.sql()));
        this.deleted = landing.deletedAt().map(LandedColumn::sql);
    }

    /** Puts what is staged into a table that is empty. */
    void fill(Backend backend) {
        String columns = String.join(", ", names);
        backend.execute(
                doing,
                "INSERT INTO %s (%s) SELECT %s FROM (%s) w%s; TRUNCATE %s"
                        .formatted(
                                table.sql(),
                                columns,
                                columns,
                                winners(),
                                deleted.map(column -> " WHERE " + column + " IS NULL").orElse(""),
                                staging));
    }

    /** Puts what is staged into the table, and empties the staging table. */
    void merge(Backend backend) {
        ensureIndex(backend);
        backend.execute(
                doing,
                "CREATE TEMP TABLE %s AS %s; ANALYZE %s"
                        .formatted(WINNERS.substring("pg_temp.".length()), winners(), WINNERS));
        var statements = new StringBuilder();
        for (List<Boolean> nulls : nullPatterns(backend)) {
            statements.append(merge(nulls));
        }
        statements.append("DROP TABLE ").append(WINNERS).append("; TRUNCATE ").append(staging);
        backend.execute(doing, statements.toString());
    }

    /** Of what is staged, the newest version of each key. */
    private String winners() {
        String keys = keys().collect(Collectors.joining(", "));
        var order = new ArrayList<>(keys().toList());
        landing.cursor().ifPresent(cursor -> order.add(cursor.sql() + " DESC NULLS LAST"));
        if (landing.metadata().contains(MetadataColumn.EXTRACTED_AT)) {
            order.add(MetadataColumn.EXTRACTED_AT.sql() + " DESC");
        }
        order.add(ARRIVAL + " DESC");
        var staged = new ArrayList<String>();
        landing.columns()
                .forEach(column ->
                        staged.add(
                                column.type().binary()
                                        ? column.sql()
                                        : column.fromStaging() + " AS " + column.sql()));
        landing.metadata().forEach(column -> staged.add(column.sql()));
        staged.add(ARRIVAL);
        return "SELECT DISTINCT ON (%s) %s FROM (SELECT %s FROM %s) s ORDER BY %s"
                .formatted(
                        keys,
                        String.join(", ", names),
                        String.join(", ", staged),
                        staging,
                        String.join(", ", order));
    }

    private java.util.stream.Stream<String> keys() {
        return landing.key().stream().map(LandedColumn::sql);
    }

    /**
     * Which columns of the key are null, for each combination that occurs. An index serves {@code
     * =} and {@code IS NULL}, but no comparison that takes nulls as equal; so each combination gets
     * statements of its own.
     */
    private List<List<Boolean>> nullPatterns(Backend backend) {
        String flags = keys().map(key -> key + " IS NULL").collect(Collectors.joining(", "));
        return backend.query(
                doing,
                "SELECT DISTINCT " + flags + " FROM " + WINNERS,
                row -> {
                    List<Boolean> pattern = new ArrayList<>();
                    for (int i = 1; i <= landing.key().size(); i++) {
                        pattern.add(row.getBoolean(i));
                    }
                    return pattern;
                });
    }

    private String merge(List<Boolean> nulls) {
        List<String> same = new ArrayList<>();
        List<String> ofPattern = new ArrayList<>();
        for (int i = 0; i < nulls.size(); i++) {
            String key = landing.key().get(i).sql();
            if (nulls.get(i)) {
                same.add("t." + key + " IS NULL");
                ofPattern.add("w." + key + " IS NULL");
            } else {
                same.add("t." + key + " = w." + key);
                ofPattern.add("w." + key + " IS NOT NULL");
            }
        }
        String match = String.join(" AND ", same);
        String pattern = String.join(" AND ", ofPattern);
        var statements = new StringBuilder();
        if (deleted.isPresent()) {
            statements.append(
                    "DELETE FROM %s t USING %s w WHERE %s AND %s AND w.%s IS NOT NULL AND %s;"
                            .formatted(
                                    table.sql(), WINNERS, pattern, match, deleted.get(), newer()));
        }
        String alive = deleted.map(column -> " AND w." + column + " IS NULL").orElse("");
        String assignments =
                java.util.stream.Stream.concat(
                                names.stream().map(name -> name + " = w." + name),
                                landing.removed().stream()
                                        .map(name -> Identifiers.quote(name) + " = NULL"))
                        .collect(Collectors.joining(", "));
        statements.append(
                "UPDATE %s t SET %s FROM %s w WHERE %s AND %s AND %s%s;"
                        .formatted(
                                table.sql(), assignments, WINNERS, pattern, match, newer(), alive));
        statements.append(
                ("INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s w WHERE %4$s%5$s AND NOT EXISTS"
                                + " (SELECT FROM %1$s t WHERE %6$s);")
                        .formatted(
                                table.sql(),
                                String.join(", ", names),
                                WINNERS,
                                pattern,
                                alive,
                                match));
        return statements.toString();
    }

    /** Whether the staged version {@code w} is as new as the row {@code t}, or newer. */
    private String newer() {
        String extracted =
                landing.metadata().contains(MetadataColumn.EXTRACTED_AT)
                        ? "(w.%1$s < t.%1$s) IS NOT TRUE"
                                .formatted(MetadataColumn.EXTRACTED_AT.sql())
                        : "true";
        return landing.cursor()
                .map(LandedColumn::sql)
                .map(cursor ->
                        ("(w.%1$s > t.%1$s OR (w.%1$s IS NOT NULL AND t.%1$s IS NULL) OR"
                                        + " (w.%1$s IS NOT DISTINCT FROM t.%1$s AND %2$s))")
                                .formatted(cursor, extracted))
                .orElse(extracted);
    }

    /** Creates an index on the key where none is there yet. */
    void ensureIndex(Backend backend) {
        String names =
                landing.key().stream()
                        .map(column -> literal(column.name()))
                        .collect(Collectors.joining(", "));
        boolean there =
                backend.query(
                                doing,
                                """
                                SELECT EXISTS (
                                    SELECT FROM pg_catalog.pg_index i
                                    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                                    JOIN pg_catalog.pg_am m ON m.oid = c.relam
                                    WHERE i.indrelid = %s::regclass AND m.amname = 'btree' AND i.indisvalid
                                    AND i.indpred IS NULL AND i.indexprs IS NULL
                                    AND ARRAY[%s]::text[] = (
                                        SELECT array_agg(a.attname::text ORDER BY k.place)
                                        FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
                                        JOIN pg_catalog.pg_attribute a
                                            ON a.attrelid = i.indrelid AND a.attnum = k.number
                                        WHERE k.place <= %d))
                                """
                                        .formatted(
                                                literal(table.sql()), names, landing.key().size()),
                                row -> row.getBoolean(1))
                        .getFirst();
        if (!there) {
            String name = TableName.OWN_PREFIX + "key_" + Names.hash(table + "\n" + names, 16);
            backend.execute(
                    "making an index on the key of " + landing.table(),
                    "CREATE INDEX %s ON %s (%s)"
                            .formatted(
                                    Identifiers.quote(name),
                                    table.sql(),
                                    keys().collect(Collectors.joining(", "))));
        }
    }
}

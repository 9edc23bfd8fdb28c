package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.common.Identifiers.literal;

import io.millrace.connector.postgres.common.Identifiers;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Puts a generation that was built beside a table into its place, in the transaction that is open:
 * readers see the old rows until it commits, and the new ones from then on.
 *
 * <p>A table that nothing hangs on is dropped, and the generation takes its name, owner, grants,
 * comments, indexes, keys and checks. A table that views, foreign keys, policies, triggers,
 * publications or the like hang on stays, and its rows are replaced.
 */
final class Swap {
    private final Backend backend;
    private final Landing landing;
    private final TableName table;
    private final TableName generation;
    private final boolean dropCascade;
    private final String doing;

    Swap(Backend backend, Landing landing, TableName generation, boolean dropCascade) {
        this.backend = backend;
        this.landing = landing;
        this.table = landing.table();
        this.generation = generation;
        this.dropCascade = dropCascade;
        this.doing = "putting the new rows of %s in place".formatted(table);
    }

    void perform() throws InterruptedException {
        Optional<TableShape> old = Schemas.find(backend, table);
        if (old.isEmpty()) {
            rename();
            return;
        }
        if (!old.get().isTable()) {
            throw new ConfigurationFailure(
                    "%s has become a %s while its stream was read. Rename it, or land elsewhere."
                            .formatted(table, old.get().kindText()));
        }
        if (Dependents.bind(backend, old.get())) {
            TableLock.acquire(backend, table);
            replaceRows(old.get());
        } else {
            List<Index> indexes = copyIndexes(old.get());
            TableLock.acquire(backend, table);
            takeOver(old.get(), indexes);
        }
    }

    private void rename() {
        backend.execute(
                doing,
                "ALTER TABLE %s RENAME TO %s"
                        .formatted(generation.sql(), Identifiers.quote(table.name())));
    }

    // The table stays.

    private void replaceRows(TableShape old) {
        TableShape made =
                Schemas.find(backend, generation)
                        .orElseThrow(() -> new IllegalStateException(generation + " is not there"));
        List<ForeignKey> foreignKeys = incomingForeignKeys(old);
        for (ForeignKey key : foreignKeys) {
            backend.execute(
                    doing,
                    "ALTER TABLE %s DROP CONSTRAINT %s"
                            .formatted(key.table(), Identifiers.quote(key.name())));
        }
        backend.execute(doing, "TRUNCATE " + table.sql());
        List<String> alterations =
                new ArrayList<>(
                        TablePlanner.clearViews(
                                backend, old, retyped(old, made), landing, dropCascade));
        Landing.alterEmpty(table, differences(old, made)).ifPresent(alterations::add);
        if (!alterations.isEmpty()) {
            backend.execute(doing, String.join("; ", alterations));
        }
        String columns =
                java.util.stream.Stream.concat(
                                landing.columns().stream().map(LandedColumn::sql),
                                landing.metadata().stream().map(MetadataColumn::sql))
                        .collect(Collectors.joining(", "));
        backend.execute(
                doing,
                "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s"
                        .formatted(table.sql(), columns, columns, generation.sql()));
        backend.execute(doing, "DROP TABLE " + generation.sql());
        if (!landing.key().isEmpty()) {
            new Deduplication(landing, table, "").ensureIndex(backend);
        }
        for (ForeignKey key : foreignKeys) {
            backend.execute(
                    "checking the foreign key %s on %s".formatted(key.name(), table),
                    "ALTER TABLE %s ADD CONSTRAINT %s %s"
                            .formatted(
                                    key.table(), Identifiers.quote(key.name()), key.definition()));
        }
    }

    private static List<TableShape.Column> retyped(TableShape old, TableShape made) {
        return old.columns().stream()
                .filter(column ->
                        made.column(column.name())
                                .filter(other -> !other.type().equals(column.type()))
                                .isPresent())
                .toList();
    }

    /** What makes the columns of {@code old}, which is empty, those of {@code made}. */
    private static List<Landing.Step> differences(TableShape old, TableShape made) {
        List<Landing.Step> steps = new ArrayList<>();
        for (TableShape.Column column : made.columns()) {
            Optional<TableShape.Column> there = old.column(column.name());
            if (there.isEmpty()) {
                steps.add(new Landing.Step.Add(column.name(), column.type().sql()));
            } else if (!there.get().type().equals(column.type())) {
                steps.add(new Landing.Step.Widen(there.get(), column.type()));
            }
        }
        return steps;
    }

    private record ForeignKey(String table, String name, String definition) {}

    private List<ForeignKey> incomingForeignKeys(TableShape old) {
        return backend.query(
                doing,
                """
                SELECT conrelid::regclass::text, conname, pg_catalog.pg_get_constraintdef(oid)
                FROM pg_catalog.pg_constraint
                WHERE confrelid = %d AND contype = 'f' AND conparentid = 0 AND conrelid <> confrelid
                ORDER BY 1, 2
                """
                        .formatted(old.oid()),
                row -> new ForeignKey(row.getString(1), row.getString(2), row.getString(3)));
    }

    // The generation takes the table's place.

    /**
     * An index of the table, and the one of the generation that takes its place.
     *
     * @param constraint {@code PRIMARY KEY} or {@code UNIQUE} where it belongs to a constraint
     */
    private record Index(
            String name, String copy, Optional<String> constraint, Optional<String> comment) {}

    private List<Index> copyIndexes(TableShape old) {
        record Definition(
                String name,
                String text,
                boolean unique,
                Optional<String> constraint,
                Optional<String> comment) {}
        List<Definition> definitions =
                backend.query(
                        doing,
                        """
                        SELECT c.relname, pg_catalog.pg_get_indexdef(c.oid), i.indisunique, k.contype::text,
                            pg_catalog.obj_description(c.oid, 'pg_class')
                        FROM pg_catalog.pg_index i
                        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                        LEFT JOIN pg_catalog.pg_constraint k
                            ON k.conindid = c.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u')
                        WHERE i.indrelid = %d ORDER BY c.relname
                        """
                                .formatted(old.oid()),
                        row ->
                                new Definition(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getBoolean(3),
                                        Optional.ofNullable(row.getString(4))
                                                .map(type ->
                                                        type.equals("p")
                                                                ? "PRIMARY KEY"
                                                                : "UNIQUE"),
                                        Optional.ofNullable(row.getString(5))));
        Map<String, String> there =
                backend
                        .query(
                                doing,
                                """
                                SELECT c.relname, pg_catalog.pg_get_indexdef(c.oid)
                                FROM pg_catalog.pg_index i
                                JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                                WHERE i.indrelid = %s::regclass
                                """
                                        .formatted(literal(generation.sql())),
                                row -> Map.entry(method(row.getString(2)), row.getString(1)))
                        .stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a));
        List<Index> indexes = new ArrayList<>();
        for (Definition definition : definitions) {
            String method = method(definition.text());
            String copy = definition.unique() ? null : there.get(method);
            if (copy == null) {
                copy =
                        TableName.OWN_PREFIX
                                + "index_"
                                + Names.hash(generation + "\n" + definition.name(), 16);
                backend.execute(
                        "making the index %s on the new rows of %s"
                                .formatted(definition.name(), table),
                        "CREATE %sINDEX IF NOT EXISTS %s ON %s %s"
                                .formatted(
                                        definition.unique() ? "UNIQUE " : "",
                                        Identifiers.quote(copy),
                                        generation.sql(),
                                        method));
            }
            indexes.add(
                    new Index(
                            definition.name(),
                            copy,
                            definition.constraint(),
                            definition.comment()));
        }
        return indexes;
    }

    /** What stands behind the names in an index's definition: {@code USING btree (id)}. */
    private static String method(String definition) {
        // Names are skipped as quoted, so that one with USING in it is not taken for the word.
        boolean quoted = false;
        for (int at = 0; at < definition.length(); at++) {
            if (definition.charAt(at) == '"') {
                quoted = !quoted;
            } else if (!quoted && definition.startsWith(" USING ", at)) {
                return definition.substring(at + 1);
            }
        }
        throw new IllegalStateException("no method in " + definition);
    }

    private void takeOver(TableShape old, List<Index> indexes) {
        List<String> statements = new ArrayList<>();
        comments(old, statements);
        grants(old, statements);
        statements.add("DROP TABLE " + table.sql());
        statements.add(
                "ALTER TABLE %s RENAME TO %s"
                        .formatted(generation.sql(), Identifiers.quote(table.name())));
        for (Index index : indexes) {
            String copy = table.sibling(index.copy()).sql();
            if (index.constraint().isPresent()) {
                statements.add(
                        "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s"
                                .formatted(
                                        table.sql(),
                                        Identifiers.quote(index.name()),
                                        index.constraint().get(),
                                        Identifiers.quote(index.copy())));
            } else if (!index.copy().equals(index.name())) {
                statements.add(
                        "ALTER INDEX %s RENAME TO %s"
                                .formatted(copy, Identifiers.quote(index.name())));
            }
            index.comment()
                    .ifPresent(comment ->
                            statements.add(
                                    "COMMENT ON INDEX %s IS %s"
                                            .formatted(
                                                    table.sibling(index.name()).sql(),
                                                    literal(comment))));
        }
        statements.addAll(owner(old));
        backend.execute(doing, String.join("; ", statements));
    }

    private void comments(TableShape old, List<String> statements) {
        statements.addAll(
                backend.query(
                        doing,
                        """
                        SELECT CASE d.objsubid
                            WHEN 0 THEN format('COMMENT ON TABLE %%s IS %%L', %1$s, d.description)
                            ELSE format('COMMENT ON COLUMN %%s.%%I IS %%L', %1$s, a.attname, d.description) END
                        FROM pg_catalog.pg_description d
                        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
                        WHERE d.objoid = %2$d AND d.classoid = 'pg_catalog.pg_class'::regclass
                        """
                                .formatted(literal(generation.sql()), old.oid()),
                        row -> row.getString(1)));
    }

    /** Takes away what default privileges have given, and gives what the old table gave. */
    private void grants(TableShape old, List<String> statements) {
        String grantee =
                "CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE"
                        + " quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END";
        statements.addAll(
                backend.query(
                        doing,
                        """
                        SELECT DISTINCT format('REVOKE ALL ON %%s FROM %%s', %s, %s)
                        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) x
                        WHERE c.oid = %s::regclass AND x.grantee <> c.relowner
                        """
                                .formatted(
                                        literal(generation.sql()),
                                        grantee,
                                        literal(generation.sql())),
                        row -> row.getString(1)));
        statements.addAll(
                backend.query(
                        doing,
                        """
                        SELECT format('GRANT %%s ON %%s TO %%s%%s', x.privilege_type, %s, %s,
                            CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
                        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) x
                        WHERE c.oid = %d AND x.grantee <> c.relowner
                        """
                                .formatted(literal(generation.sql()), grantee, old.oid()),
                        row -> row.getString(1)));
    }

    private List<String> owner(TableShape old) {
        return backend.query(
                doing,
                """
                SELECT format('ALTER TABLE %%s OWNER TO %%I', %s, pg_catalog.pg_get_userbyid(o.relowner))
                FROM pg_catalog.pg_class o, pg_catalog.pg_class n
                WHERE o.oid = %d AND n.oid = %s::regclass AND o.relowner <> n.relowner
                """
                        .formatted(literal(table.sql()), old.oid(), literal(generation.sql())),
                row -> row.getString(1));
    }
}

package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.connector.duckdb.common.UniqueNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A table of the file. */
record TableName(String schema, String table) {
    private static final String GENERATION_PREFIX = "_millrace_gen_";

    /** As SQL takes it, quoted. */
    String sql() {
        return schemaSql() + "." + Sql.name(table);
    }

    String schemaSql() {
        return DuckDbDatabase.CATALOG + "." + Sql.name(schema);
    }

    /** Whether DuckDB takes both for the same: it ignores the case of A to Z. */
    boolean sameAs(TableName other) {
        return key().equals(other.key());
    }

    /** Equal for names that DuckDB takes for the same. */
    String key() {
        return UniqueNames.foldCase(schema) + "\u0000" + UniqueNames.foldCase(table);
    }

    /** The table that holds the rows of a generation until it is complete. */
    TableName ofGeneration(long generation) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key().getBytes(StandardCharsets.UTF_8));
            return new TableName(
                    schema,
                    GENERATION_PREFIX + generation + "_" + HexFormat.of().formatHex(digest, 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java has SHA-256", e);
        }
    }

    /** As a person names it. */
    @Override
    public String toString() {
        return schema + "." + table;
    }
}

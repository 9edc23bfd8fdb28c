package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.Identifiers;

/** A table and the schema it is in, by their real names. */
record TableName(String schema, String name) implements Comparable<TableName> {
    /** What begins so is Millrace's own, and no stream's. */
    static final String OWN_PREFIX = "_millrace_";

    /** As it stands in a statement. */
    String sql() {
        return Identifiers.quote(schema, name);
    }

    /** The same schema, another table. */
    TableName sibling(String other) {
        return new TableName(schema, other);
    }

    /**
     * Where generation {@code generation} of this table is built. Equal for each run, so that a
     * killed one can be gone on with.
     */
    TableName generation(long generation) {
        return sibling(generationPrefix() + generation);
    }

    /** How the names of all its generations begin. */
    String generationPrefix() {
        return OWN_PREFIX + "generation_" + Names.hash(name, 16) + "_";
    }

    @Override
    public int compareTo(TableName other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    /** For people: {@code public.orders}. */
    @Override
    public String toString() {
        return schema + "." + name;
    }
}

package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.source.Relation.RelationColumn;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.schema.Column;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A relation as a transaction sees it, locked against changes of its form.
 *
 * @param leaves the tables with its rows; none for a view or a foreign table
 * @param snapshot what the transaction sees
 * @param others whether other transactions were open when it began
 * @param paged whether it is read by ranges of the leaves' pages
 * @param transactions whether its rows tell the transaction that wrote them, and keep telling
 */
record Opened(
        Relation relation,
        List<Leaf> leaves,
        TransactionSnapshot snapshot,
        boolean others,
        boolean paged,
        boolean transactions) {

    /** The select list of the columns that {@code request} asks for. */
    static String selectList(Relation relation, StreamRequest request) {
        return request.schema().columns().stream()
                .map(column -> select(relation, column))
                .collect(Collectors.joining(", "));
    }

    private static String select(Relation relation, Column column) {
        RelationColumn own = relation.column(column.name()).orElseThrow();
        return own.type()
                .select(io.millrace.connector.postgres.common.Identifiers.quote(column.name()));
    }
}

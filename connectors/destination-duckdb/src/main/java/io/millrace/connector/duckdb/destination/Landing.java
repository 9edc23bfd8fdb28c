package io.millrace.connector.duckdb.destination;

import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StreamTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that was decided about how a stream lands.
 *
 * @param table what readers see
 * @param loading the table that the generation is written to until it is complete, where it
 *     replaces
 * @param columnNames landed name by the source's name, for all columns that ever were
 * @param statements what is to be run for it, in order
 * @param absorbed the table of a generation that was to replace and now isn't: its rows are
 *     committed, and are to be added to the table
 * @param resumed whether the generation was begun by an earlier run
 */
record Landing(
        StreamTarget target,
        TableName table,
        Optional<TableName> loading,
        LandingPlan plan,
        Map<String, String> columnNames,
        List<String> statements,
        Optional<TableName> absorbed,
        boolean resumed) {

    Landing {
        columnNames = Map.copyOf(columnNames);
        statements = List.copyOf(statements);
    }

    /** Where rows are written. */
    TableName written() {
        return loading.orElse(table);
    }
}

package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.connector.duckdb.common.UniqueNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tables and views of the file, at one moment. */
final class TableCatalog {
    private final Map<String, Table> tables = new HashMap<>();

    /**
     * @param view whether it is a view, which can't be written to
     * @param columns names and DuckDB's types, in order
     */
    record Table(TableName name, boolean view, List<Column> columns) {
        Optional<Column> column(String columnName) {
            String folded = UniqueNames.foldCase(columnName);
            return columns.stream()
                    .filter(column -> UniqueNames.foldCase(column.name()).equals(folded))
                    .findFirst();
        }
    }

    record Column(String name, String type) {}

    private TableCatalog() {}

    /** What a file that doesn't exist yet holds. */
    static TableCatalog empty() {
        return new TableCatalog();
    }

    static TableCatalog load(DuckDbConnection connection) throws InterruptedException {
        var catalog = new TableCatalog();
        String database = Sql.text(DuckDbDatabase.CATALOG);
        for (DuckDbConnection.Row row :
                connection.rows(
                        """
                        SELECT schema_name, table_name, false FROM duckdb_tables() WHERE database_name = %s
                        UNION ALL
                        SELECT schema_name, view_name, true FROM duckdb_views() WHERE database_name = %s AND NOT internal
                        """
                                .formatted(database, database))) {
            var name = new TableName(row.text(0), row.text(1));
            catalog.tables.put(name.key(), new Table(name, row.flag(2), new ArrayList<>()));
        }
        for (DuckDbConnection.Row row :
                connection.rows(
                        """
                        SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()
                        WHERE database_name = %s AND NOT internal ORDER BY schema_name, table_name, column_index
                        """
                                .formatted(database))) {
            Table table = catalog.tables.get(new TableName(row.text(0), row.text(1)).key());
            if (table != null && !table.view()) {
                table.columns().add(new Column(row.text(2), row.text(3)));
            }
        }
        return catalog;
    }

    Optional<Table> find(TableName name) {
        return Optional.ofNullable(tables.get(name.key()));
    }
}

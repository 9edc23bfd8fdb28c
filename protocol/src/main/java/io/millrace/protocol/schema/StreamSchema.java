package io.millrace.protocol.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The columns of a stream in their order; names are unique, letter by letter. */
public record StreamSchema(List<Column> columns) {

    public StreamSchema {
        columns = List.copyOf(columns);
        Map<String, Integer> seen = new HashMap<>();
        for (Column column : columns) {
            if (seen.put(column.name(), 1) != null) {
                throw new IllegalArgumentException(
                        "column \"%s\" stands twice in a stream".formatted(column.name()));
            }
        }
    }

    public static StreamSchema of(Column... columns) {
        return new StreamSchema(List.of(columns));
    }

    public int size() {
        return columns.size();
    }

    public Column column(int index) {
        return columns.get(index);
    }

    /** The place of the column called {@code name}; empty where there is none. */
    public OptionalInt indexOf(String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    public List<String> names() {
        return columns.stream().map(Column::name).toList();
    }
}

package io.millrace.protocol.connector;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;

/**
 * How one stream lands.
 *
 * @param stream the stream's name at the source
 * @param table the table, folder or file as a person would name it: {@code main.orders}
 * @param action what happens to it
 * @param changes what is altered, a line each for a person: {@code add column note VARCHAR}
 * @param landed for each column of the target's schema, in its order, the name it gets and the type
 *     that its values must have when they are written. A wider type than the source's where the
 *     table holds that one
 * @param columnTypes the destination's own names of these types, for {@code plan}: {@code
 *     DECIMAL(12,2)}
 */
public record LandingPlan(
        StreamName stream,
        String table,
        Action action,
        List<String> changes,
        StreamSchema landed,
        List<String> columnTypes) {

    public LandingPlan {
        changes = List.copyOf(changes);
        columnTypes = List.copyOf(columnTypes);
    }

    /** What happens to the table. */
    public enum Action {
        CREATE,
        APPEND,
        UPSERT,
        REPLACE
    }
}

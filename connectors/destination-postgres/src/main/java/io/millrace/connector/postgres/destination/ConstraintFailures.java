package io.millrace.connector.postgres.destination;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Rows that a constraint refuses which somebody added to a table of ours. */
final class ConstraintFailures {
    private ConstraintFailures() {}

    /** Names the constraint, and no value (invariant 7). */
    static ConfigurationFailure of(SQLException thrown, String doing) {
        Optional<ServerErrorMessage> message =
                thrown instanceof PSQLException own
                        ? Optional.ofNullable(own.getServerErrorMessage())
                        : Optional.empty();
        String table = message.flatMap(ConstraintFailures::table).orElse("its table");
        String what =
                switch (String.valueOf(thrown.getSQLState())) {
                    case "23502" ->
                            "the column %s takes no null".formatted(part(message, "column"));
                    case "23503" ->
                            "the foreign key %s refuses a row"
                                    .formatted(part(message, "constraint"));
                    case "23505" ->
                            "the unique constraint %s refuses a row"
                                    .formatted(part(message, "constraint"));
                    case "23514" ->
                            "the check constraint %s refuses a row"
                                    .formatted(part(message, "constraint"));
                    default ->
                            "the constraint %s refuses a row"
                                    .formatted(part(message, "constraint"));
                };
        return new ConfigurationFailure(
                "%s of %s, while %s. Drop the constraint, or keep such rows out by a row-filtering mapper."
                        .formatted(capital(what), table, doing),
                "while %s: SQLSTATE %s".formatted(doing, thrown.getSQLState()),
                thrown);
    }

    /** The table by the name that people know; empty for one that is ours alone. */
    private static Optional<String> table(ServerErrorMessage message) {
        @Nullable String schema = message.getSchema();
        @Nullable String table = message.getTable();
        return table == null || schema == null || table.startsWith(TableName.OWN_PREFIX)
                ? Optional.empty()
                : Optional.of(schema + "." + table);
    }

    private static String part(Optional<ServerErrorMessage> message, String part) {
        @Nullable String name =
                message.map(known ->
                                part.equals("column") ? known.getColumn() : known.getConstraint())
                        .orElse(null);
        return name == null ? "that was added" : name;
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}

package io.millrace.connector.postgres.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** A connection with at most one transaction. One thread at a time; {@link #cancel} by any. */
final class Session implements AutoCloseable {
    /** {@code invalid_parameter_value}, which it is to name a snapshot that nobody exports. */
    private static final String UNKNOWN_SNAPSHOT = "22023";

    /** {@code admin_shutdown}. */
    private static final String SESSION_ENDED = "57P01";

    private static final int ANSWER_SECONDS = 5;

    private final Connection connection;
    private final Statement statement;
    private boolean open;

    Session(Connection connection) throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
    }

    Connection connection() {
        return connection;
    }

    Statement statement() {
        return statement;
    }

    /**
     * Begins a transaction in which every statement sees the same, and which waits for locks no
     * longer than {@code lockSeconds}.
     */
    void begin(int lockSeconds) throws SQLException {
        open = true;
        statement.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '"
                        + lockSeconds
                        + "s'");
    }

    /** Begins a transaction that sees what the exporter of {@code snapshot} sees. */
    void begin(String snapshot) throws SQLException {
        open = true;
        try {
            statement.execute(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '"
                            + snapshot
                            + "'");
        } catch (SQLException failure) {
            if (UNKNOWN_SNAPSHOT.equals(failure.getSQLState())) {
                // A snapshot lives as long as the session that exported it: that one was ended.
                throw new SQLException(
                        "the session that holds the snapshot has ended", SESSION_ENDED, failure);
            }
            throw failure;
        }
    }

    /** Ends the transaction, if there is one. */
    void end() throws SQLException {
        if (open) {
            open = false;
            statement.execute("ROLLBACK");
        }
    }

    void execute(String sql) throws SQLException {
        statement.execute(sql);
    }

    /** The first column of the first row; empty if there is no row, or it holds null. */
    Optional<String> queryText(String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
        }
    }

    CopyOut copy(String select) throws SQLException {
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + select + ") TO STDOUT (FORMAT binary)");
    }

    /** Whether the server still answers; closes the session if it doesn't. */
    boolean works() {
        try {
            if (connection.isValid(ANSWER_SECONDS)) {
                return true;
            }
            connection.close();
        } catch (SQLException _) {
            // Then it doesn't work either.
        }
        return false;
    }

    /** Asks the server to stop what it does for this connection. */
    void cancel() throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /** Cuts the connection, whatever it does. */
    void abort() throws SQLException {
        connection.abort(Runnable::run);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

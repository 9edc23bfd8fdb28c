package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.PostgresConnections;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;

/**
 * One connection, in auto-commit mode: transactions are begun and ended by statements, so that they
 * travel together with others. What the driver throws becomes a {@link SyncFailure}. One thread at
 * a time uses it.
 */
final class Backend implements AutoCloseable {
    private final PostgresConnections connections;
    private final Connection connection;
    private final int serverVersion;
    private boolean broken;

    private Backend(PostgresConnections connections, Connection connection, int serverVersion) {
        this.connections = connections;
        this.connection = connection;
        this.serverVersion = serverVersion;
    }

    /** Reads one row; doesn't move the cursor. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Something that the driver does. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    static Backend open(PostgresConnections connections) {
        Connection connection = connections.open();
        try {
            var backend =
                    new Backend(
                            connections, connection, PostgresConnections.serverVersion(connection));
            backend.execute("preparing the connection", backend.settings());
            return backend;
        } catch (SQLException thrown) {
            throw connections.failure(thrown, "connecting");
        }
    }

    /**
     * A server whose client was lost with its machine notices within a minute, so that the next run
     * doesn't wait for long (see {@link PipelineLock}).
     */
    private String settings() {
        String settings =
                "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10;"
                        + " SET tcp_keepalives_count = 3; SET client_min_messages = warning;"
                        + " SET default_transaction_isolation = 'read committed';"
                        // What is told to be durable is (invariant 1).
                        + " SELECT set_config('synchronous_commit', 'on', false)"
                        + " WHERE current_setting('synchronous_commit') = 'off'";
        // Not every platform of the server has it.
        return serverVersion >= 140_000
                ? settings
                        + "; DO 'BEGIN SET client_connection_check_interval = 5000;"
                        + " EXCEPTION WHEN OTHERS THEN NULL; END'"
                : settings;
    }

    /** Such as 150004. */
    int serverVersion() {
        return serverVersion;
    }

    /** Whether the connection can't be used any more. */
    boolean broken() {
        return broken;
    }

    /** Runs statements that give nothing back, in one round trip. */
    void execute(String doing, String sql) {
        run(
                doing,
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                    }
                    return true;
                });
    }

    /**
     * Runs statements of which one may fail with {@code state}: then {@code undo} is run, and the
     * answer is false.
     */
    boolean attempt(String doing, String state, String sql, String undo) {
        return run(
                doing,
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        try {
                            statement.execute(sql);
                            return true;
                        } catch (SQLException thrown) {
                            if (!state.equals(thrown.getSQLState())) {
                                throw thrown;
                            }
                            statement.execute(undo);
                            return false;
                        }
                    }
                });
    }

    /** The rows of a query. */
    <T> List<T> query(String doing, String sql, RowReader<T> reader) {
        return run(
                doing,
                () -> {
                    List<T> result = new ArrayList<>();
                    try (Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery(sql)) {
                        while (rows.next()) {
                            result.add(reader.read(rows));
                        }
                    }
                    return result;
                });
    }

    /** How many rows a statement changed. */
    long update(String doing, String sql) {
        return run(
                doing,
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        return statement.executeLargeUpdate(sql);
                    }
                });
    }

    /** Begins to send rows. */
    CopyIn copyIn(String doing, String sql) {
        return run(doing, () -> new CopyManager(base()).copyIn(sql));
    }

    /** Begins to receive rows. */
    CopyOut copyOut(String doing, String sql) {
        return run(doing, () -> new CopyManager(base()).copyOut(sql));
    }

    private BaseConnection base() throws SQLException {
        return connection.unwrap(BaseConnection.class);
    }

    /** Lets the driver work, and says what its failure means. */
    <T> T run(String doing, Work<T> work) {
        try {
            return work.run();
        } catch (SQLException thrown) {
            throw failure(thrown, doing);
        }
    }

    private SyncFailure failure(SQLException thrown, String doing) {
        String state = thrown.getSQLState() == null ? "" : thrown.getSQLState();
        if (state.startsWith("08") || state.startsWith("57P")) {
            broken = true;
        }
        if (state.startsWith("23")) {
            return ConstraintFailures.of(thrown, doing);
        }
        if (state.equals("54000") || state.equals("54011")) {
            return new ConfigurationFailure(
                    ("PostgreSQL can't hold a row of this shape while %s: it is too big for a page,"
                                    + " or a key too big for an index. Select fewer columns, or"
                                    + " another key.")
                            .formatted(doing),
                    String.valueOf(thrown.getMessage()),
                    thrown);
        }
        return connections.failure(thrown, doing);
    }

    /** The connection is not to be used any more. */
    void markBroken() {
        broken = true;
    }

    /** Frees locks; false if the connection can't be used any more. */
    boolean free() {
        return rollback() && quietly("SELECT pg_advisory_unlock_all()");
    }

    /** Drops what is in the connection's temporary schema; false as above. */
    boolean discardTemporaryTables() {
        return quietly("DISCARD TEMP");
    }

    /** Ends the transaction without keeping anything; false as above. */
    boolean rollback() {
        return quietly("ROLLBACK");
    }

    private boolean quietly(String sql) {
        if (broken) {
            return false;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        } catch (SQLException _) {
            broken = true; // nothing is lost: the server drops what was not committed
            return false;
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException _) {
            broken = true; // the server ends the session by itself
        }
    }
}

package io.millrace.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * One database of a {@link TestPostgres}, empty when made.
 *
 * @param server the server it lives in
 * @param name the database's name, a plain identifier in lower case
 */
public record TestDatabase(TestPostgres server, String name) implements AutoCloseable {

    public String host() {
        return server.host();
    }

    public int port() {
        return server.port();
    }

    /** The superuser's name. */
    public String username() {
        return TestPostgres.SUPERUSER;
    }

    /** The superuser's password. */
    public String password() {
        return server.password();
    }

    /** A JDBC address without user or password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), name);
    }

    /** Opens a connection as superuser, in auto-commit mode; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), username(), password());
    }

    /** Runs each text, of one or several statements, in order and on one connection. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /**
     * The answer to {@code sql} as PostgreSQL prints it: a text per row, columns joined by {@code
     * |}, null as {@code NULL}.
     */
    public List<String> query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    String value = rows.getString(column);
                    values.add(value == null ? "NULL" : value);
                }
                lines.add(String.join("|", values));
            }
            return lines;
        }
    }

    /** Ends every session in this database, as a restart of the network would. */
    public void disconnectClients() throws SQLException {
        server.administer(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"
                        .formatted(name));
    }

    /** Drops the database, and ends the sessions in it; nothing to do if the server is stopped. */
    @Override
    public void close() throws SQLException {
        if (server.isRunning()) {
            server.administer("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
        }
    }
}

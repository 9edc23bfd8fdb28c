package io.millrace.connector.postgres.common;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells from what the driver throws who is to act. The states are those of PostgreSQL's
 * documentation, appendix A, and of the driver's {@code PSQLState}. Messages hold no value of a row
 * and no secret (invariant 7).
 */
public final class PostgresFailures {
    private final PostgresEndpoint endpoint;

    public PostgresFailures(PostgresEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * The failure that {@code thrown} stands for.
     *
     * @param doing what was being done, as in "while …": {@code reading public.orders}
     */
    public SyncFailure of(SQLException thrown, String doing) {
        String state = Optional.ofNullable(thrown.getSQLState()).orElse("");
        String detail = detail(thrown, state, doing);
        String server = "PostgreSQL at " + endpoint.address();
        return switch (state) {
            case "28P01" ->
                    new ConfigurationFailure(
                            "%s refused the password of user %s. Check username and password."
                                    .formatted(server, endpoint.username()),
                            detail,
                            thrown);
            case "28000" ->
                    new ConfigurationFailure(
                            ("%s refused user %s (%s). Check the username, and that pg_hba.conf"
                                            + " lets this user in from here with this ssl_mode.")
                                    .formatted(server, endpoint.username(), text(thrown, state)),
                            detail,
                            thrown);
            case "3D000" ->
                    new ConfigurationFailure(
                            "%s: there is no such database. Check the database's name."
                                    .formatted(server),
                            detail,
                            thrown);
            case "08004" ->
                    new ConfigurationFailure(
                            "%s refused the connection: %s Check password and ssl_mode."
                                    .formatted(server, sentence(text(thrown, state))),
                            detail,
                            thrown);
            case "42501" ->
                    new ConfigurationFailure(
                            "%s: user %s lacks a right while %s (%s). Grant it to the user."
                                    .formatted(
                                            server,
                                            endpoint.username(),
                                            doing,
                                            text(thrown, state)),
                            detail,
                            thrown);
            case "42P01", "42703", "3F000" ->
                    new ConfigurationFailure(
                            "%s: %s while %s. Discover the source anew, or restore what is gone."
                                    .formatted(server, text(thrown, state), doing),
                            detail,
                            thrown);
            case "25006" ->
                    new ConfigurationFailure(
                            "%s only takes reads while %s. Name the primary server, or a database"
                                            .formatted(server, doing)
                                    + " that may be written.",
                            detail,
                            thrown);
            case "53100" ->
                    new TransientFailure(
                            "%s: its disk is full (%s). Make room on the server's disk."
                                    .formatted(server, text(thrown, state)),
                            detail,
                            thrown);
            case "53300" ->
                    new TransientFailure(
                            ("%s has no connection left. Try again later, raise max_connections,"
                                            + " or lower the option partitions.")
                                    .formatted(server),
                            detail,
                            thrown);
            case "57P01", "57P02", "57P03", "57P05" ->
                    new TransientFailure(
                            "%s is stopping, starting or recovering (%s). Try again when it is up."
                                    .formatted(server, text(thrown, state)),
                            detail,
                            thrown);
            case "55P03", "40001", "40P01", "57014" ->
                    new TransientFailure(
                            "%s interrupted us while %s (%s). Try again."
                                    .formatted(server, doing, text(thrown, state)),
                            detail,
                            thrown);
            default -> ofClass(thrown, state, doing, detail);
        };
    }

    private SyncFailure ofClass(SQLException thrown, String state, String doing, String detail) {
        String server = "PostgreSQL at " + endpoint.address();
        if (state.startsWith("08") && !state.equals("08P01")) {
            return ofConnection(thrown, doing, detail);
        }
        if (state.startsWith("53") || state.startsWith("58")) {
            return new TransientFailure(
                    "%s is short of a resource while %s (%s). Look at the server, and try again."
                            .formatted(server, doing, text(thrown, state)),
                    detail,
                    thrown);
        }
        if (state.equals("60000") || thrown.getCause() instanceof java.io.IOException) {
            return ofConnection(thrown, doing, detail);
        }
        return new SystemFailure(
                "%s gave an error while %s: %s".formatted(server, doing, text(thrown, state)),
                detail,
                thrown);
    }

    private SyncFailure ofConnection(SQLException thrown, String doing, String detail) {
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            switch (cause) {
                case SyncFailure failure -> {
                    return failure;
                }
                case UnknownHostException _ -> {
                    return new ConfigurationFailure(
                            "There is no host %s (for %s). Check the host's name."
                                    .formatted(endpoint.host(), endpoint.address()),
                            detail,
                            thrown);
                }
                case SSLException _ -> {
                    return new ConfigurationFailure(
                            ("No encrypted connection to PostgreSQL at %s could be made (%s)."
                                            + " Check ssl_mode and its certificates.")
                                    .formatted(endpoint.address(), cause.getMessage()),
                            detail,
                            thrown);
                }
                case ConnectException _ -> {
                    return new TransientFailure(
                            ("Nothing takes connections at %s. Check that PostgreSQL runs there,"
                                            + " and host and port.")
                                    .formatted(endpoint.address()),
                            detail,
                            thrown);
                }
                case SocketTimeoutException _, NoRouteToHostException _ -> {
                    return new TransientFailure(
                            ("PostgreSQL at %s doesn't answer. Check host, port and firewalls, and"
                                            + " try again.")
                                    .formatted(endpoint.address()),
                            detail,
                            thrown);
                }
                default -> {}
            }
        }
        String text = String.valueOf(thrown.getMessage());
        if (text.contains("could not be verified") || text.contains("hostname")) {
            return new ConfigurationFailure(
                    ("The certificate of PostgreSQL at %s is for another host. Check the host's"
                                    + " name, or use ssl_mode verify-ca.")
                            .formatted(endpoint.address()),
                    detail,
                    thrown);
        }
        return new TransientFailure(
                "The connection to PostgreSQL at %s was lost while %s. Try again."
                        .formatted(endpoint.address(), doing),
                detail,
                thrown);
    }

    private static String detail(SQLException thrown, String state, String doing) {
        return "while %s: %s (SQLSTATE %s)"
                .formatted(doing, text(thrown, state), state.isEmpty() ? "none" : state);
    }

    /** The message alone: the server's details can hold a row's values. */
    private static String text(SQLException thrown, String state) {
        String text = null;
        if (thrown instanceof PSQLException own) {
            ServerErrorMessage message = own.getServerErrorMessage();
            text = message == null ? own.getMessage() : message.getMessage();
        }
        if (text == null) {
            text = String.valueOf(thrown.getMessage());
        }
        // Errors about data (classes 22, 23) quote the value.
        return state.startsWith("22") || state.startsWith("23")
                ? text.replaceAll("\"[^\"]*\"", "\"…\"").replaceAll(": [^\"]*$", ": …")
                : text;
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}

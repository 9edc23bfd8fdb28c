package io.millrace.connector.postgres.common;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/**
 * Opens connections to one database; opens the SSH tunnel with the first. Safe for all threads.
 * Sessions are set up so that values print the same whatever the server's and the user's settings
 * are, and no timeout of theirs cuts off a long read.
 */
public final class PostgresConnections implements AutoCloseable {
    private static final int CONNECT_SECONDS = 30;
    private static final int LOGIN_SECONDS = 60;

    /** Parameters that name code to load, or files to write. */
    private static final Set<String> REFUSED =
            Set.of(
                    "user",
                    "password",
                    "socketfactory",
                    "socketfactoryarg",
                    "sslfactory",
                    "sslfactoryarg",
                    "sslhostnameverifier",
                    "sslpasswordcallback",
                    "authenticationpluginclassname",
                    "xmlfactoryfactory",
                    "queryfactory",
                    "loggerfile",
                    "loggerlevel",
                    "replication");

    /** Held, since loggers that nobody holds forget their level. */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static {
        // What the driver logs, it throws as well; on standard error it would be in the way.
        DRIVER_LOG.setLevel(Level.OFF);
    }

    private final PostgresEndpoint endpoint;
    private final String applicationName;
    private final PostgresFailures failures;
    private @Nullable SshTunnel tunnel;
    private boolean closed;

    /**
     * @param applicationName what {@code pg_stat_activity} shows
     */
    public PostgresConnections(PostgresEndpoint endpoint, String applicationName) {
        this.endpoint = endpoint;
        this.applicationName = applicationName;
        this.failures = new PostgresFailures(endpoint);
    }

    public PostgresEndpoint endpoint() {
        return endpoint;
    }

    /** What {@code thrown} means; see {@link PostgresFailures#of}. */
    public SyncFailure failure(SQLException thrown, String doing) {
        return failures.of(thrown, doing);
    }

    /**
     * Opens a connection in auto-commit mode; the caller closes it. Blocks, for a minute at most;
     * throws a {@link SyncFailure} that says what to do. {@code unwrap(PGConnection.class)} and
     * {@code PgConnection} give the driver's own abilities.
     */
    public Connection open() {
        String doing = "connecting";
        try {
            Connection connection = new Driver().connect(url(), properties());
            if (connection == null) {
                throw new ConfigurationFailure(
                        "%s is no host that a connection can be made to."
                                .formatted(endpoint.host()));
            }
            try {
                setUp(connection);
            } catch (SQLException | RuntimeException failure) {
                connection.close();
                throw failure;
            }
            return connection;
        } catch (SQLException failure) {
            throw failure(failure, doing);
        }
    }

    private String url() {
        String host = endpoint.host().contains(":") ? "[" + endpoint.host() + "]" : endpoint.host();
        return "jdbc:postgresql://%s:%d/%s"
                .formatted(host, endpoint.port(), URLEncoder.encode(endpoint.database(), UTF_8));
    }

    private Properties properties() {
        if (!endpoint.host().matches("[^/?#\\s,@]+")) {
            throw new ConfigurationFailure(
                    "\"%s\" is no host name. Give the host alone, and the port in the option port."
                            .formatted(endpoint.host()));
        }
        var properties = new Properties();
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.LOGIN_TIMEOUT.set(properties, LOGIN_SECONDS);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.APPLICATION_NAME.set(properties, applicationName);
        // The server's details quote rows (invariant 7).
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
        PGProperty.PREFER_QUERY_MODE.set(properties, "extendedForPrepared");
        PGProperty.PREPARE_THRESHOLD.set(properties, 0);
        addSsl(properties);
        addUrlParameters(properties);
        PGProperty.USER.set(properties, endpoint.username());
        endpoint.password()
                .ifPresent(secret -> PGProperty.PASSWORD.set(properties, secret.reveal()));
        addTunnel(properties);
        return properties;
    }

    private void addSsl(Properties properties) {
        SslMode mode = endpoint.ssl().orElseGet(this::defaultSsl);
        PGProperty.SSL_MODE.set(properties, mode.text());
        switch (mode) {
            case SslMode.VerifyCa verify ->
                    PemSocketFactory.configure(
                            properties,
                            verify.caCertificate(),
                            verify.clientCertificate(),
                            verify.clientKey(),
                            verify.clientKeyPassword());
            case SslMode.VerifyFull verify ->
                    PemSocketFactory.configure(
                            properties,
                            verify.caCertificate(),
                            verify.clientCertificate(),
                            verify.clientKey(),
                            verify.clientKeyPassword());
            case SslMode.Disable _, SslMode.Allow _, SslMode.Prefer _, SslMode.Require _ -> {}
        }
    }

    private SslMode defaultSsl() {
        String host = endpoint.host().toLowerCase(Locale.ROOT);
        boolean here = host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
        return here && endpoint.tunnel() instanceof TunnelMethod.NoTunnel
                ? new SslMode.Allow()
                : new SslMode.Prefer();
    }

    private void addUrlParameters(Properties properties) {
        for (String pair : endpoint.urlParameters().orElse("").split("&")) {
            if (pair.isBlank()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new ConfigurationFailure(
                        "jdbc_url_params is to read key1=value1&key2=value2; a part of it has no"
                                + " \"=\".");
            }
            String name = pair.substring(0, equals).strip();
            if (REFUSED.contains(name.toLowerCase(Locale.ROOT))) {
                throw new ConfigurationFailure(
                        "jdbc_url_params can't set %s here. Remove it.".formatted(name));
            }
            try {
                properties.setProperty(name, URLDecoder.decode(pair.substring(equals + 1), UTF_8));
            } catch (IllegalArgumentException failure) {
                throw new ConfigurationFailure(
                        "The value of %s in jdbc_url_params has a wrong %%-escape.".formatted(name),
                        "",
                        failure);
            }
        }
    }

    private synchronized void addTunnel(Properties properties) {
        if (closed) {
            throw new IllegalStateException("already closed");
        }
        if (endpoint.tunnel() instanceof TunnelMethod.NoTunnel) {
            return;
        }
        if (tunnel == null || !tunnel.isOpen()) {
            if (tunnel != null) {
                tunnel.close();
            }
            tunnel = SshTunnel.open(endpoint);
        }
        // Not by changing the host: the server's certificate is for the host that the user names.
        PGProperty.SOCKET_FACTORY.set(properties, TunnelSocketFactory.class.getName());
        PGProperty.SOCKET_FACTORY_ARG.set(properties, Integer.toString(tunnel.port()));
    }

    private static void setUp(Connection connection) throws SQLException {
        int version = serverVersion(connection);
        var settings = new StringBuilder();
        settings.append("SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';");
        settings.append("SET TimeZone = 'UTC'; SET bytea_output = 'hex';");
        settings.append("SET extra_float_digits = ").append(version >= 120_000 ? 1 : 3);
        settings.append("; SET statement_timeout = 0; SET lock_timeout = 0;");
        settings.append("SET standard_conforming_strings = on;");
        if (version >= 90_600) {
            settings.append("SET idle_in_transaction_session_timeout = 0;");
        }
        if (version >= 110_000) {
            // Compiling a COPY's expressions takes longer than it saves.
            settings.append("SET jit = off;");
        }
        if (version >= 140_000) {
            settings.append("SET idle_session_timeout = 0;");
        }
        if (version >= 170_000) {
            settings.append("SET transaction_timeout = 0;");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(settings.toString());
        }
    }

    /** The server's version as a number: 150004 for 15.4. Asks nobody. */
    public static int serverVersion(Connection connection) throws SQLException {
        String text =
                Optional.ofNullable(
                                connection
                                        .unwrap(PGConnection.class)
                                        .getParameterStatus("server_version"))
                        .orElse("");
        return org.postgresql.core.ServerVersion.from(text).getVersionNum();
    }

    /** Closes the tunnel, and with it every connection through it. */
    @Override
    public synchronized void close() {
        closed = true;
        if (tunnel != null) {
            tunnel.close();
            tunnel = null;
        }
    }
}

package io.millrace.connector.postgres.common;

import io.millrace.sdk.option.Secret;
import java.util.Optional;

/**
 * A database and how to reach it.
 *
 * @param password empty where the server asks for none
 * @param urlParameters the driver's connection parameters, {@code key=value&key=value}
 * @param ssl empty: {@code prefer}, but {@code allow} for a server on this machine, where
 *     encryption would only cost
 */
public record PostgresEndpoint(
        String host,
        int port,
        String database,
        String username,
        Optional<Secret> password,
        Optional<String> urlParameters,
        Optional<SslMode> ssl,
        TunnelMethod tunnel) {

    /** As messages name it: {@code host:port/database}. */
    public String address() {
        return "%s:%d/%s".formatted(host, port, database);
    }
}

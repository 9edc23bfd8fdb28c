package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.SslMode;
import io.millrace.connector.postgres.common.TunnelMethod;
import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.DataSize;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a user fills in. Airbyte's configuration of its PostgreSQL source is taken unchanged. */
public record PostgresSourceOptions(
        @Option(value = "Host name of the server.", title = "Host", group = "db") String host,
        @Option(
                        value = "Port of the server.",
                        title = "Port",
                        defaultValue = "5432",
                        examples = "5432",
                        group = "db")
                @Bounds(min = 0, max = 65536)
                int port,
        @Option(value = "Name of the database.", title = "Database Name", group = "db")
                String database,
        @Option(
                        value = "The schemas to read from, as they are written in the database.",
                        title = "Schemas",
                        defaultValue = "[\"public\"]",
                        group = "db")
                List<String> schemas,
        @Option(value = "User that may read the tables.", title = "Username", group = "auth")
                String username,
        @Option(
                        value = "The user's password.",
                        title = "Password",
                        group = "auth",
                        alwaysShow = true)
                Optional<Secret> password,
        @Option(
                        value =
                                "Further parameters of the JDBC driver:"
                                        + " key1=value1&key2=value2.",
                        title = "JDBC URL Parameters (Advanced)",
                        patternDescriptor = "key1=value1&key2=value2",
                        group = "advanced")
                Optional<String> jdbcUrlParams,
        @Option(
                        value =
                                "Whether the connection is encrypted, and whom it trusts. Absent:"
                                    + " encrypted where the server can, but for a server on this"
                                    + " machine only if it insists.",
                        title = "SSL Modes",
                        group = "security")
                Optional<SslMode> sslMode,
        @Option(
                        value =
                                "How incremental syncs find what is new. Absent: by a cursor column"
                                        + " (Standard).",
                        title = "Update Method",
                        group = "advanced")
                Optional<ReplicationMethod> replicationMethod,
        @Option(
                        value = "Whether the server is reached through an SSH server.",
                        title = "SSH Tunnel Method",
                        group = "security")
                Optional<TunnelMethod> tunnelMethod,
        @Option(
                        value =
                                "Whether the password is a client secret of Microsoft Entra. Not"
                                        + " supported yet.",
                        title = "Entra service principal authentication",
                        defaultValue = "false",
                        group = "auth")
                boolean entraServicePrincipalAuth,
        @Option(value = "The tenant, for Entra.", title = "Entra tenant id", group = "auth")
                Optional<String> entraTenantId,
        @Option(value = "The application, for Entra.", title = "Entra client id", group = "auth")
                Optional<String> entraClientId,
        @Option(
                        value =
                                "How many connections read at a time, also inside one table."
                                        + " Absent: as many as there are processors, 2 at most.",
                        title = "Partitions",
                        group = "advanced")
                @Bounds(min = 1, max = 64)
                Optional<Integer> partitions,
        @Option(
                        value =
                                "How much of a table one query reads, as bytes on the server's"
                                        + " disk. Checkpoints stand between two of them.",
                        title = "Fetch bytes",
                        defaultValue = "\"32MB\"",
                        group = "advanced")
                DataSize fetchBytes,
        @Option(
                        value =
                                "How long after a checkpoint of a table the next one is due, at the"
                                        + " end of a query. 0 makes one after each.",
                        title = "Checkpoint interval",
                        defaultValue = "\"1s\"",
                        group = "advanced")
                Duration checkpointInterval,
        @Option(
                        value =
                                "How far behind the last cursor value an incremental sync looks for"
                                    + " rows that became visible since, for cursors of dates and"
                                    + " times: rows whose cursor was set long before their"
                                    + " transaction began.",
                        title = "Lookback",
                        examples = "\"1h\"",
                        group = "advanced")
                Optional<Duration> lookback) {}

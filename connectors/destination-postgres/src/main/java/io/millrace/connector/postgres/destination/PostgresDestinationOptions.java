package io.millrace.connector.postgres.destination;

import io.millrace.connector.postgres.common.PostgresEndpoint;
import io.millrace.connector.postgres.common.SslMode;
import io.millrace.connector.postgres.common.TunnelMethod;
import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import java.util.Optional;

/**
 * What a user fills in; Airbyte's configuration of its PostgreSQL destination, with what Millrace
 * adds.
 */
public record PostgresDestinationOptions(
        @Option(value = "Host name of the server.", title = "Host") String host,
        @Option(
                        value = "Port of the server.",
                        title = "Port",
                        defaultValue = "5432",
                        examples = "5432")
                @Bounds(min = 0, max = 65536)
                int port,
        @Option(value = "Name of the database.", title = "DB Name") String database,
        @Option(
                        value =
                                "Schema for tables whose stream names none, and for Millrace's own"
                                        + " tables of checkpoints and receipts.",
                        title = "Default Schema",
                        defaultValue = "\"public\"",
                        examples = "\"public\"")
                String schema,
        @Option(value = "User name to connect with.", title = "User") String username,
        @Option(value = "Password of that user.", title = "Password") Optional<Secret> password,
        @Option(
                        value =
                                "Encrypts the connection even where ssl_mode says nothing: the same"
                                        + " as ssl_mode require.",
                        title = "SSL Connection",
                        defaultValue = "false")
                boolean ssl,
        @Option(
                        value =
                                "Whether the connection is encrypted, and whom it trusts. Absent:"
                                        + " encrypted if the server can.",
                        title = "SSL modes")
                Optional<SslMode> sslMode,
        @Option(
                        value =
                                "Further parameters of the connection, key=value pairs joined by &"
                                        + " (example: key1=value1&key2=value2).",
                        title = "JDBC URL Params")
                Optional<String> jdbcUrlParams,
        @Option(
                        value =
                                "Accepted, without effect: records land typed in their tables, and"
                                        + " no raw tables are kept.",
                        title = "Raw table schema",
                        ignored = true)
                Optional<String> rawDataSchema,
        @Option(
                        value =
                                "Accepted, without effect: records land typed in their tables, and"
                                        + " no raw tables are kept.",
                        title = "Disable Final Tables",
                        defaultValue = "false",
                        ignored = true)
                boolean disableTypeDedupe,
        @Option(
                        value =
                                "Drops views that stand in the way of a change of a column's type,"
                                        + " with all that depends on them. Otherwise such a change"
                                        + " is refused. Views are kept in every other case.",
                        title = "Drop tables with CASCADE",
                        defaultValue = "false")
                boolean dropCascade,
        @Option(
                        value =
                                "Accepted, without effect: numbers of unknown size always land as"
                                        + " numeric without bounds, so that no digit is lost.",
                        title = "Unconstrained numeric columns",
                        defaultValue = "false",
                        ignored = true)
                boolean unconstrainedNumber,
        @Option(
                        value = "How the server is reached: directly, or through an SSH server.",
                        title = "SSH Tunnel Method")
                Optional<TunnelMethod> tunnelMethod,
        @Option(
                        value =
                                "Whether tables get Airbyte's four columns: _airbyte_raw_id,"
                                        + " _airbyte_extracted_at, _airbyte_meta and"
                                        + " _airbyte_generation_id.",
                        title = "Metadata columns",
                        defaultValue = "\"airbyte\"")
                MetadataColumns metadataColumns) {

    /** Which columns a table gets beside those of its stream. */
    public enum MetadataColumns {
        /** Airbyte's four. */
        AIRBYTE,
        /** None. */
        NONE
    }

    /** Where to connect to. */
    PostgresEndpoint endpoint() {
        Optional<SslMode> mode =
                sslMode.or(() -> ssl ? Optional.of(new SslMode.Require()) : Optional.empty());
        return new PostgresEndpoint(
                host,
                port,
                database,
                username,
                password,
                jdbcUrlParams,
                mode,
                tunnelMethod.orElseGet(TunnelMethod.NoTunnel::new));
    }
}

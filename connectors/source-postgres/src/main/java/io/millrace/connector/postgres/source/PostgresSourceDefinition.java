package io.millrace.connector.postgres.source;

import io.millrace.connector.postgres.common.PostgresConnections;
import io.millrace.connector.postgres.common.PostgresEndpoint;
import io.millrace.connector.postgres.common.TunnelMethod;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;

/** Declares the source {@code postgres}. */
public final class PostgresSourceDefinition implements SourceDefinition<PostgresSourceOptions> {
    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public String title() {
        return "PostgreSQL";
    }

    @Override
    public String description() {
        return "Reads tables, views and materialised views of a PostgreSQL database: in parallel"
                + " and resumable, as a whole or by what is new.";
    }

    @Override
    public Class<PostgresSourceOptions> optionsType() {
        return PostgresSourceOptions.class;
    }

    @Override
    public Source create(PostgresSourceOptions options, ConnectorContext context) {
        ReplicationMethod method =
                options.replicationMethod().orElseGet(ReplicationMethod.Standard::new);
        if (method instanceof ReplicationMethod.Cdc) {
            throw new ConfigurationFailure(
                    "replication_method CDC is not supported yet. Use Xmin, which follows changes"
                            + " without a cursor, or Standard with a cursor per stream.");
        }
        if (options.entraServicePrincipalAuth()) {
            throw new ConfigurationFailure(
                    "entra_service_principal_auth is not supported yet. Use a user of PostgreSQL"
                            + " with a password.");
        }
        var endpoint =
                new PostgresEndpoint(
                        options.host(),
                        options.port(),
                        options.database(),
                        options.username(),
                        options.password(),
                        options.jdbcUrlParams(),
                        options.sslMode(),
                        options.tunnelMethod().orElseGet(TunnelMethod.NoTunnel::new));
        int partitions =
                options.partitions()
                        .orElseGet(() -> Math.min(2, Runtime.getRuntime().availableProcessors()));
        var settings =
                new ReadSettings(
                        options.schemas().isEmpty()
                                ? java.util.List.of("public")
                                : options.schemas(),
                        method instanceof ReplicationMethod.Xmin,
                        partitions,
                        Math.max(1, options.fetchBytes().bytes()),
                        options.checkpointInterval(),
                        options.lookback());
        return new PostgresSource(
                new PostgresConnections(endpoint, PostgresSource.APPLICATION_NAME), settings);
    }
}

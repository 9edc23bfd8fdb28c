package io.millrace.connector.postgres.destination;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.DestinationDefinition;
import java.util.EnumSet;
import java.util.Set;

/** Declares the destination {@code postgres}. */
public final class PostgresDestinationDefinition
        implements DestinationDefinition<PostgresDestinationOptions> {

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
        return "Writes streams into tables of a PostgreSQL database (10 or newer), typed, each"
                + " checkpoint in the same transaction as the records it covers.";
    }

    @Override
    public Class<PostgresDestinationOptions> optionsType() {
        return PostgresDestinationOptions.class;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return EnumSet.allOf(SyncMode.class);
    }

    @Override
    public Destination create(PostgresDestinationOptions options, ConnectorContext context) {
        return new PostgresDestination(options);
    }
}

package io.millrace.connector.devnull;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.DestinationDefinition;
import java.util.EnumSet;
import java.util.Set;

/** Declares the destination {@code dev-null}. */
public final class DevNullDestinationDefinition implements DestinationDefinition<DevNullOptions> {

    @Override
    public String name() {
        return "dev-null";
    }

    @Override
    public String title() {
        return "Dev Null";
    }

    @Override
    public String description() {
        return "Counts records and drops them. May be told to fail after some, to be slow, or to"
                + " log some of them: for measuring sources and for trying failures.";
    }

    @Override
    public Class<DevNullOptions> optionsType() {
        return DevNullOptions.class;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return EnumSet.allOf(SyncMode.class);
    }

    @Override
    public Destination create(DevNullOptions options, ConnectorContext context) {
        return new DevNullDestination(options);
    }
}

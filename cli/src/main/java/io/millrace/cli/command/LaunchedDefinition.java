package io.millrace.cli.command;

import io.millrace.protocol.connector.Source;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Launchers;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;

/**
 * A source that a launcher starts, as if it were built in. Its options are not known here: what was
 * given goes to it as it is.
 */
record LaunchedDefinition(Launchers launchers, ConnectorReference reference, LaunchContext context)
        implements SourceDefinition<LaunchedDefinition.NoOptions> {

    /** None that are known. */
    record NoOptions() {}

    @Override
    public String name() {
        return reference.toString();
    }

    @Override
    public String title() {
        return reference.toString();
    }

    @Override
    public String description() {
        return reference.toString();
    }

    @Override
    public Class<NoOptions> optionsType() {
        return NoOptions.class;
    }

    @Override
    public Source create(NoOptions options, ConnectorContext connectorContext) {
        return launchers.source(reference, context);
    }
}

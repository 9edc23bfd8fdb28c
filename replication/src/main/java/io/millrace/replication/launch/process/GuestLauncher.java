package io.millrace.replication.launch.process;

import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Launcher;

/** A launcher whose connectors are programs that speak the protocol. */
public interface GuestLauncher extends Launcher {

    /**
     * The program. Starts and installs nothing yet.
     *
     * @throws io.millrace.protocol.failure.ConfigurationFailure where {@link #lint} finds an error
     */
    GuestCommand command(ConnectorReference reference, Role role, LaunchContext context);
}

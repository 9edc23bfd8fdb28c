package io.millrace.replication.launch.process;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;

/** A launcher whose connectors are programs that speak the protocol. */
public interface GuestLauncher extends Launcher {

    /**
     * The program. Starts and installs nothing yet.
     *
     * @throws ConfigurationFailure where {@link #lint} finds an error
     */
    GuestCommand command(ConnectorReference reference, Role role, LaunchContext context);

    /**
     * @throws ConfigurationFailure where {@link #lint} finds an error
     */
    default void requireUsable(ConnectorReference reference, Role role) {
        for (LaunchProblem problem : lint(reference, role)) {
            if (!problem.warning()) {
                throw new ConfigurationFailure(problem.message());
            }
        }
    }

    @Override
    default SecretMasker masker(ConnectorReference reference, Role role) {
        return Guests.masker(reference);
    }

    @Override
    default Source source(ConnectorReference reference, LaunchContext context) {
        return Guests.source(command(reference, Role.SOURCE, context), reference, context);
    }

    @Override
    default Destination destination(ConnectorReference reference, LaunchContext context) {
        return Guests.destination(
                command(reference, Role.DESTINATION, context), reference, context);
    }
}

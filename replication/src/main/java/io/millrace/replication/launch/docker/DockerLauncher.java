package io.millrace.replication.launch.docker;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestLauncher;
import io.millrace.replication.launch.process.Guests;
import java.util.List;

/** {@code {image: "repo:tag", network: none, memory: 256m, cpus: 1, mounts: […]}}. */
public final class DockerLauncher implements GuestLauncher {

    @Override
    public String kind() {
        return "image";
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        return ContainerOptions.lint(reference);
    }

    @Override
    public SecretMasker masker(ConnectorReference reference, Role role) {
        return Guests.masker(reference);
    }

    @Override
    public Source source(ConnectorReference reference, LaunchContext context) {
        return Guests.source(command(reference, Role.SOURCE, context), reference, context);
    }

    @Override
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        return Guests.destination(
                command(reference, Role.DESTINATION, context), reference, context);
    }

    @Override
    public GuestCommand command(ConnectorReference reference, Role role, LaunchContext context) {
        for (LaunchProblem problem : ContainerOptions.lint(reference)) {
            throw new ConfigurationFailure(problem.message());
        }
        return new Container(ContainerOptions.of(reference), reference.environment(), context);
    }
}

package io.millrace.replication.launch.docker;

import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestLauncher;
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
    public GuestCommand command(ConnectorReference reference, Role role, LaunchContext context) {
        requireUsable(reference, role);
        return new Container(ContainerOptions.of(reference), reference.environment(), context);
    }
}

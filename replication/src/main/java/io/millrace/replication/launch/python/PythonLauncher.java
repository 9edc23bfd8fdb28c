package io.millrace.replication.launch.python;

import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestLauncher;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code {python: "pkg==1.2.3"}} or {@code {python: ./dir}}. */
public final class PythonLauncher implements GuestLauncher {

    @Override
    public String kind() {
        return "python";
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        var problems = new ArrayList<>(PythonProgram.lint("/python", reference.target()));
        JsonNode entrypoint = reference.settings().path("entrypoint");
        if (!entrypoint.isMissingNode() && !entrypoint.isString()) {
            problems.add(
                    new LaunchProblem("/entrypoint", "It must be the name of a script.", false));
        }
        return problems;
    }

    @Override
    public GuestCommand command(ConnectorReference reference, Role role, LaunchContext context) {
        requireUsable(reference, role);
        return new PythonProgram(
                        reference.target().asString(),
                        reference.settings().path("entrypoint").asStringOpt(),
                        context)
                .command(reference);
    }
}

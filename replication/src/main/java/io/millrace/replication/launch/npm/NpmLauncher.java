package io.millrace.replication.launch.npm;

import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestLauncher;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code {npm: "pkg@1.2.3"}} or {@code {npm: ./dir}}. */
public final class NpmLauncher implements GuestLauncher {

    @Override
    public String kind() {
        return "npm";
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        var problems = new ArrayList<>(NpmProgram.lint("/npm", reference.target()));
        JsonNode program = reference.settings().path("program");
        if (!program.isMissingNode() && !program.isString()) {
            problems.add(
                    new LaunchProblem(
                            "/program", "It must be a name in the package's \"bin\".", false));
        }
        return problems;
    }

    @Override
    public GuestCommand command(ConnectorReference reference, Role role, LaunchContext context) {
        requireUsable(reference, role);
        return new NpmProgram(
                        reference.target().asString(),
                        reference.settings().path("program").asStringOpt(),
                        context)
                .command(reference);
    }
}

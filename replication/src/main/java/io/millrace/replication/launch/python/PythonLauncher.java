package io.millrace.replication.launch.python;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.GuestLauncher;
import io.millrace.replication.launch.process.Guests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        for (LaunchProblem problem : lint(reference, role)) {
            if (!problem.warning()) {
                throw new ConfigurationFailure(problem.message());
            }
        }
        var program =
                new PythonProgram(
                        reference.target().asString(),
                        reference.settings().path("entrypoint").asStringOpt(),
                        context);
        return new PythonCommand(program, reference, context);
    }

    /** One that speaks the protocol. */
    private record PythonCommand(
            PythonProgram program, ConnectorReference reference, LaunchContext context)
            implements GuestCommand {

        @Override
        public String name() {
            return program.name();
        }

        @Override
        public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
                throws IOException, InterruptedException {
            return GuestCall.of(
                    Guests.withFlags(program.words(), verb, files, place),
                    context.directory(),
                    reference.environment());
        }

        @Override
        public Optional<String> identity() throws InterruptedException {
            return Optional.of(program.identity() + reference.environment().hashCode());
        }
    }
}

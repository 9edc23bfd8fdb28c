package io.millrace.replication.launch.singer;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.process.Guests;
import io.millrace.replication.launch.python.PythonProgram;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code {singer: "tap-x==1.2.3"}} or {@code {singer: [cmd, arg]}}. */
public final class SingerLauncher implements Launcher {

    @Override
    public String kind() {
        return "singer";
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        JsonNode target = reference.target();
        if (!target.isArray()) {
            return PythonProgram.lint("/singer", target);
        }
        boolean words = !target.isEmpty() && target.valueStream().allMatch(JsonNode::isValueNode);
        return words && !target.get(0).asString("").isEmpty()
                ? List.of()
                : List.of(
                        new LaunchProblem(
                                "/singer",
                                "It must be a package, such as \"tap-x==1.2.3\", or a list of the"
                                        + " program and its arguments.",
                                false));
    }

    @Override
    public SecretMasker masker(ConnectorReference reference, Role role) {
        return Guests.masker(reference);
    }

    @Override
    public Source source(ConnectorReference reference, LaunchContext context) {
        return new SingerSource(program(reference, Role.SOURCE, context));
    }

    @Override
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        var program = program(reference, Role.DESTINATION, context);
        return Guests.destination(new SingerTarget(program), reference, context);
    }

    private SingerProgram program(ConnectorReference reference, Role role, LaunchContext context) {
        for (LaunchProblem problem : lint(reference, role)) {
            if (!problem.warning()) {
                throw new ConfigurationFailure(problem.message());
            }
        }
        return new SingerProgram(reference, context);
    }
}

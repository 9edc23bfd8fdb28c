package io.millrace.replication.launch.process;

import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code {command: [prog, arg]}}: any executable that speaks the protocol. */
public final class ProcessLauncher implements GuestLauncher {

    @Override
    public String kind() {
        return "command";
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        JsonNode target = reference.target();
        if (!target.isArray() || target.isEmpty()) {
            return List.of(
                    new LaunchProblem(
                            "/command",
                            "It must be a list of the program and its arguments, such as"
                                    + " [python3, main.py].",
                            false));
        }
        var problems = new ArrayList<LaunchProblem>();
        int index = 0;
        for (JsonNode word : target) {
            if (!word.isString() && !word.isNumber()) {
                problems.add(new LaunchProblem("/command/" + index, "It must be a text.", false));
            } else if (word.asString().isEmpty() && index == 0) {
                problems.add(new LaunchProblem("/command/0", "It must name a program.", false));
            }
            index++;
        }
        return List.copyOf(problems);
    }

    @Override
    public GuestCommand command(ConnectorReference reference, Role role, LaunchContext context) {
        requireUsable(reference, role);
        List<String> words = reference.target().valueStream().map(word -> word.asString()).toList();
        return new PlainCommand(words, context.directory(), reference.environment());
    }
}

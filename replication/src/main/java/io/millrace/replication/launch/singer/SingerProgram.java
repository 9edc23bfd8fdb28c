package io.millrace.replication.launch.singer;

import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.python.PythonProgram;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The program of a tap or a target: a package from a registry, or a command. */
final class SingerProgram {
    private final ConnectorReference reference;
    private final LaunchContext context;
    private final Optional<PythonProgram> python;

    SingerProgram(ConnectorReference reference, LaunchContext context) {
        this.reference = reference;
        this.context = context;
        this.python =
                reference.target().isString()
                        ? Optional.of(
                                new PythonProgram(
                                        reference.target().asString(),
                                        reference.settings().path("entrypoint").asStringOpt(),
                                        context))
                        : Optional.empty();
    }

    ConnectorReference reference() {
        return reference;
    }

    LaunchContext context() {
        return context;
    }

    /** The program and its first arguments; installs it where it isn't. */
    List<String> words() throws InterruptedException {
        return python.isPresent()
                ? python.get().words()
                : reference.target().valueStream().map(JsonNode::asString).toList();
    }

    /** As a person would name it. */
    String name() {
        return python.map(PythonProgram::name)
                .orElseGet(() ->
                        String.join(
                                " ",
                                reference
                                        .target()
                                        .valueStream()
                                        .limit(2)
                                        .map(JsonNode::asString)
                                        .toList()));
    }

    /** The line that tells best why a program of this world has failed. */
    static Optional<String> reason(String lastErrors) {
        List<String> lines = lastErrors.lines().map(String::strip).toList();
        return lines.reversed().stream()
                .filter(line -> line.startsWith("CRITICAL") || line.contains(" CRITICAL "))
                .findFirst()
                .or(() -> lines.reversed().stream().filter(line -> !line.isEmpty()).findFirst());
    }
}

package io.millrace.cli.command;

import io.millrace.declarative.interpolation.EvaluationLines;
import io.millrace.declarative.interpolation.Interpolation;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace manifest}: tools for writers of low-code connectors. */
@Command(description = "Tools for writers of low-code connectors.")
final class ManifestCommand {
    private ManifestCommand() {}

    /** {@code millrace manifest eval}. */
    @Command(
            name = "eval",
            description =
                    "Evaluates a template, or JSON lines of {\"kind\", \"template\", \"context\"}"
                            + " on standard input, and prints a JSON line each.")
    static final class Eval implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "TEMPLATE",
                description =
                        "A template, such as \"{{ 1 + 1 }}\"; without it, standard input is read.")
        private Optional<String> template = Optional.empty();

        Eval(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            var lines = new EvaluationLines(Interpolation.of(terminal.clock()));
            if (template.isEmpty()) {
                try (var output = new FileOutputStream(FileDescriptor.out)) {
                    lines.evaluate(System.in, output);
                }
                return ExitStatus.DONE;
            }
            ObjectNode line = JsonMapper.shared().createObjectNode();
            line.put("kind", "string");
            line.put("template", template.get());
            String answer = lines.evaluate(line.toString());
            terminal.output().println(answer);
            return answer.startsWith("{\"error\"") ? ExitStatus.FAILED : ExitStatus.DONE;
        }
    }
}

package io.millrace.cli.command;

import io.millrace.cli.pipeline.PipelineFile;
import io.millrace.cli.pipeline.Problem;
import io.millrace.cli.pipeline.ProblemsException;
import io.millrace.replication.launch.Launchers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace lint}. */
@Command(
        description =
                "Errors and warnings of pipeline files, with line and column. Ends with 2 where"
                        + " there is an error.")
final class LintCommand implements Callable<Integer> {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Pipeline files.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    LintCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ArrayNode nodes = document.putArray("files");
        boolean errors = false;
        for (Path file : files) {
            List<Problem> problems = problems(file);
            errors |= problems.stream().anyMatch(Problem::error);
            if (json) {
                nodes.add(node(file, problems));
            } else {
                problems.forEach(terminal.output()::println);
            }
        }
        if (json) {
            terminal.output().println(document.toPrettyString());
        }
        return errors ? ExitStatus.USAGE : ExitStatus.DONE;
    }

    private List<Problem> problems(Path file) {
        try {
            return PipelineFile.read(file, launchers.get(), terminal.environment()).warnings();
        } catch (ProblemsException e) {
            return e.problems();
        }
    }

    private static ObjectNode node(Path file, List<Problem> problems) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("file", file.toString());
        ArrayNode entries = node.putArray("problems");
        for (Problem problem : problems) {
            ObjectNode entry = entries.addObject();
            entry.put("line", problem.line());
            entry.put("column", problem.column());
            entry.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
            entry.put("message", problem.message());
        }
        return node;
    }
}

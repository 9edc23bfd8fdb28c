package io.millrace.cli.command;

import io.millrace.cli.pipeline.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells what is wrong with files, as text or as one document. */
final class FileProblems {
    private FileProblems() {}

    /** Finds and tells the problems of each file, and returns the exit status that follows. */
    static int tell(
            List<Path> files,
            Function<Path, List<Problem>> finder,
            boolean json,
            Terminal terminal) {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ArrayNode nodes = document.putArray("files");
        boolean errors = false;
        for (Path file : files) {
            List<Problem> problems = finder.apply(file);
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

package io.millrace.cli.command;

import io.millrace.cli.pipeline.Problem;
import io.millrace.declarative.interpolation.EvaluationLines;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.openapi.ManifestDraft;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

    /** {@code millrace manifest lint}. */
    @Command(
            name = "lint",
            description =
                    "Errors and warnings of manifests, with line and column: by their schema, and"
                            + " by their meaning. Ends with 2 where there is an error.")
    static final class Lint implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(arity = "1..*", paramLabel = "FILE", description = "Manifests.")
        private List<Path> files = List.of();

        @Option(names = "--json", description = "Prints one JSON document.")
        private boolean json;

        Lint(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            return FileProblems.tell(files, Lint::problems, json, terminal);
        }

        /** What is wrong with a manifest; also what {@code millrace lint} tells of one. */
        static List<Problem> problems(Path file) {
            return ManifestFile.problems(file, ManifestFile.text(file));
        }
    }

    /** {@code millrace manifest from-openapi}. */
    @Command(
            name = "from-openapi",
            description =
                    "Prints a draft of a manifest for the API that an OpenAPI 3 or Swagger 2"
                            + " document describes. What was guessed says so in comments.")
    static final class FromOpenApi implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(index = "0", paramLabel = "SPEC", description = "The document: JSON or YAML.")
        private Path file = Path.of("");

        FromOpenApi(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            String description = ManifestFile.text(file);
            String draft;
            try {
                draft = ManifestDraft.of(description);
            } catch (ConfigurationFailure failure) {
                throw new UsageException("%s: %s".formatted(file, failure.getMessage()), failure);
            }
            terminal.output().print(draft);
            return ExitStatus.DONE;
        }
    }

    /** {@code millrace manifest read}. */
    @Command(
            name = "read",
            description =
                    "Reads a few pages of a stream and shows request, answer, records and schema of"
                            + " each. Requests that fail are not tried again.")
    static final class Read implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ManifestSample sample = new ManifestSample();

        @Option(names = "--json", description = "Prints one JSON document.")
        private boolean json;

        Read(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            ManifestSample.Result result = sample.read(terminal);
            var text = new SampleText(result);
            if (json) {
                terminal.output().println(text.document());
            } else {
                text.print(terminal.output());
            }
            return ended(result, terminal);
        }
    }

    /** {@code millrace manifest infer-schema}. */
    @Command(
            name = "infer-schema",
            description =
                    "Reads a few pages of a stream and prints the JSON schema that fits its"
                            + " records: all may be null but the primary key and the cursor.")
    static final class InferSchema implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ManifestSample sample = new ManifestSample();

        InferSchema(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            ManifestSample.Result result = sample.read(terminal);
            if (result.sample().failure().isEmpty()) {
                terminal.output().println(Trees.toTree(result.sample().schema()).toPrettyString());
            }
            return ended(result, terminal);
        }
    }

    private static int ended(ManifestSample.Result result, Terminal terminal) {
        Optional<SyncFailure> failure = result.sample().failure();
        failure.ifPresent(
                each -> terminal.errors().println(result.masker().mask(each.getMessage())));
        return failure.isPresent() ? ExitStatus.FAILED : ExitStatus.DONE;
    }
}

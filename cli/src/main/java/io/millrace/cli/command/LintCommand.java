package io.millrace.cli.command;

import io.millrace.cli.manifest.ManifestLauncher;
import io.millrace.cli.pipeline.PipelineFile;
import io.millrace.cli.pipeline.Problem;
import io.millrace.cli.pipeline.ProblemsException;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.folder.FolderLauncher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace lint}. */
@Command(
        description =
                "Errors and warnings of pipeline files and manifests, with line and column. Ends"
                        + " with 2 where there is an error.")
final class LintCommand implements Callable<Integer> {
    /** Top-level keys that a manifest has and a pipeline doesn't. */
    private static final Pattern MANIFEST_KEY =
            Pattern.compile(
                    "^(?:\\s{0,4}\"?type\"?:\\s*\"?DeclarativeSource\\b|check:|dynamic_streams:)");

    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Pipeline files and manifests.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    LintCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return FileProblems.tell(files, this::problems, json, terminal);
    }

    private List<Problem> problems(Path file) {
        if (isManifest(file)) {
            return ManifestCommand.Lint.problems(file);
        }
        try {
            PipelineFile pipeline =
                    PipelineFile.read(file, launchers.get(), terminal.environment());
            return Stream.concat(pipeline.warnings().stream(), manifestProblems(pipeline.source()))
                    .distinct()
                    .toList();
        } catch (ProblemsException e) {
            return e.problems();
        }
    }

    /** All that is to be said of the manifest that a pipeline reads by. */
    private static Stream<Problem> manifestProblems(ConnectorReference source) {
        Path target = Path.of(source.target().asString(""));
        Optional<Path> manifest =
                switch (source.kind()) {
                    case ManifestLauncher.KIND -> Optional.of(target);
                    case FolderLauncher.KIND ->
                            FolderLauncher.read(target)
                                    .path(ManifestLauncher.KIND)
                                    .asStringOpt()
                                    .map(target::resolve);
                    default -> Optional.empty();
                };
        return manifest.stream().flatMap(file -> ManifestCommand.Lint.problems(file).stream());
    }

    /** A pipeline says where its data comes from and goes to; a manifest has a version. */
    private static boolean isManifest(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.anyMatch(MANIFEST_KEY.asPredicate());
        } catch (IOException | UncheckedIOException _) {
            return false; // then it is told as a pipeline that can't be read
        }
    }
}

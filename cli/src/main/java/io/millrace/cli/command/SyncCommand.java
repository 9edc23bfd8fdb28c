package io.millrace.cli.command;

import io.millrace.cli.pipeline.PipelineFile;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.PipelineLock;
import io.millrace.replication.sync.Receipt;
import io.millrace.replication.sync.Sync;
import io.millrace.replication.sync.SyncProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace sync}. */
@Command(description = "Reads what is new and commits it.")
final class SyncCommand implements Callable<Integer> {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "PIPELINE", description = "The pipeline's file.")
    private Path pipeline = Path.of("");

    @Parameters(index = "1..*", paramLabel = "STREAM", description = "Only these of its streams.")
    private List<String> streams = List.of();

    @Option(
            names = "--full-refresh",
            description = "Reads everything into a new generation, which replaces the old one.")
    private boolean fullRefresh;

    @Option(
            names = "--accept-schema-changes",
            description = "Lets streams go on that 'schema_changes: pause' has stopped.")
    private boolean acceptSchemaChanges;

    @Option(names = "--json", description = "Prints the receipt as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "Tells no progress.")
    private boolean quiet;

    SyncCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Launchers kinds = launchers.get();
        PipelineFile file = PipelineFile.read(pipeline, kinds, terminal.environment());
        try (OpenPipeline open = OpenPipeline.open(file, kinds, terminal, (level, line) -> {});
                PipelineLock _ = open.lock()) {
            SyncProgress progress =
                    quiet ? SyncProgress.SILENT : new LoggedProgress(terminal.errors());
            var sync = new Sync(open.request(streams, fullRefresh, acceptSchemaChanges), progress);
            Receipt receipt = sync.run();
            terminal.output().println(json ? receipt.toJson().toString() : receipt.toString());
            return switch (receipt.status()) {
                case SUCCEEDED -> ExitStatus.DONE;
                case INCOMPLETE, FAILED -> ExitStatus.FAILED;
                case CANCELLED -> ExitStatus.STOPPED;
            };
        }
    }
}

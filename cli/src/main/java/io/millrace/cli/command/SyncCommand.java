package io.millrace.cli.command;

import io.millrace.protocol.failure.SyncFailure;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.PipelineLock;
import io.millrace.replication.sync.Receipt;
import io.millrace.replication.sync.Sync;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace sync}. */
@Command(description = "Reads what is new and commits it.")
final class SyncCommand extends PipelineCommand {
    @Parameters(index = "1..*", paramLabel = "STREAM", description = "Only these of its streams.")
    private List<String> streams = List.of();

    @Option(
            names = "--full-refresh",
            description =
                    "Reads everything into a new generation, which replaces the old one in one"
                            + " step.")
    private boolean fullRefresh;

    @Option(
            names = "--accept-schema-changes",
            description = "Lets streams go on that 'schema_changes: pause' has stopped.")
    private boolean acceptSchemaChanges;

    @Option(names = "--quiet", description = "Tells no progress.")
    private boolean quiet;

    SyncCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        Instant startedAt = terminal().clock().instant();
        try (PipelineLock _ = pipeline.lock("sync")) {
            Receipt receipt;
            try {
                receipt = sync(pipeline, log, signal);
            } catch (SyncFailure failure) {
                log.failure(failure.detail(), failure);
                receipt =
                        Receipt.failed(
                                pipeline.file().name(),
                                startedAt,
                                terminal().clock().instant(),
                                failure);
            }
            if (json()) {
                print(receipt.toJson(), log);
            } else {
                ReceiptText.of(receipt).forEach(line -> say(log.mask(line)));
                if (!receipt.failures().isEmpty()) {
                    terminal().errors().println("Details are in " + log.file());
                }
            }
            return switch (receipt.status()) {
                case SUCCEEDED -> ExitStatus.DONE;
                case INCOMPLETE, FAILED -> ExitStatus.FAILED;
                case CANCELLED -> ExitStatus.STOPPED;
            };
        }
    }

    private Receipt sync(OpenPipeline pipeline, RunLog log, StopSignal signal)
            throws InterruptedException {
        var request =
                pipeline.request(streams, fullRefresh, acceptSchemaChanges).withMask(log::mask);
        try (var progress =
                new ProgressView(terminal().errors(), terminal().interactive(), quiet, log)) {
            var sync = new Sync(request, progress);
            signal.cancelBy(sync::cancel);
            return sync.run();
        }
    }
}

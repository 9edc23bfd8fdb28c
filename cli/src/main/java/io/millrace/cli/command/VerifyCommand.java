package io.millrace.cli.command;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.Receipt;
import io.millrace.replication.sync.SyncProgress;
import io.millrace.replication.verify.Verification;
import io.millrace.replication.verify.VerifyReport;
import io.millrace.replication.verify.VerifyReport.StreamReport;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace verify}. */
@Command(
        description =
                "Compares destination with source, by count and checksum, and names the primary"
                        + " keys that differ. Ends with 3 where there is a difference.")
final class VerifyCommand extends PipelineCommand {
    @Parameters(index = "1..*", paramLabel = "STREAM", description = "Only these of its streams.")
    private List<String> streams = List.of();

    @Option(
            names = "--ignore-gone",
            description =
                    "Leaves rows out of the verdict that the source has dropped from deduplicated"
                            + " streams.")
    private boolean ignoreGone;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Names so many differences of a stream (default: 100).")
    private int limit = 100;

    VerifyCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        if (limit < 0) {
            throw new UsageException("--limit is 0 or more.");
        }
        var progress =
                new SyncProgress() {
                    @Override
                    public void log(LogLevel level, String message) {
                        log.line(level, message);
                        terminal().errors().println(log.mask(message));
                    }
                };
        var request = pipeline.request(streams, false, true);
        VerifyReport report = new Verification(request, ignoreGone, limit, progress).run();
        tell(request.unreadable(), log);
        if (json()) {
            ObjectNode document = report.toJson();
            if (report.equal() && !request.unreadable().isEmpty()) {
                document.put("status", "failed"); // not all could be compared
            }
            DiscoverCommand.putFailures(document, request.unreadable());
            print(document, log);
        } else {
            report.streams().forEach(this::tell);
        }
        if (!report.equal()) {
            return ExitStatus.DIFFERENT;
        }
        return request.unreadable().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private void tell(StreamReport stream) {
        say(
                "%-40s %-9s  source %,d rows %s  destination %,d rows %s"
                        .formatted(
                                stream.stream(),
                                stream.equal() ? "equal" : "different",
                                stream.sourceCount(),
                                Receipt.checksumText(stream.sourceChecksum()),
                                stream.destinationCount(),
                                Receipt.checksumText(stream.destinationChecksum())));
        stream.differences()
                .forEach(difference ->
                        say("  %-8s %s".formatted(difference.kind().text(), difference.key())));
        if (stream.differenceCount() > stream.differences().size()) {
            say("  and %,d more".formatted(stream.differenceCount() - stream.differences().size()));
        }
    }
}

package io.millrace.cli.command;

import io.millrace.protocol.failure.SyncFailure;
import io.millrace.replication.launch.Launchers;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace check}. */
@Command(description = "Can both ends be reached, with these rights?")
final class CheckCommand extends PipelineCommand {
    CheckCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    /** What is done to find out. */
    private interface Probe {
        void check() throws InterruptedException;
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        Optional<SyncFailure> source = failure(pipeline, pipeline.source()::check, log);
        Optional<SyncFailure> destination = failure(pipeline, pipeline.destination()::check, log);
        if (json()) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.set("source", status(source));
            document.set("destination", status(destination));
            print(document, log);
        } else {
            say("source: " + log.mask(text(source)));
            say("destination: " + log.mask(text(destination)));
        }
        return source.isEmpty() && destination.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static Optional<SyncFailure> failure(OpenPipeline pipeline, Probe probe, RunLog log)
            throws InterruptedException {
        try {
            return pipeline.patience()
                    .attempt(() -> {
                        probe.check();
                        return Optional.empty();
                    });
        } catch (SyncFailure failure) {
            log.failure(failure.detail(), failure);
            return Optional.of(failure);
        }
    }

    private static String text(Optional<SyncFailure> failure) {
        return failure.map(SyncFailure::getMessage).orElse("succeeded");
    }

    private static ObjectNode status(Optional<SyncFailure> failure) {
        ObjectNode status = JsonMapper.shared().createObjectNode();
        status.put("status", failure.isEmpty() ? "succeeded" : "failed");
        status.put("message", failure.map(SyncFailure::getMessage).orElse(""));
        return status;
    }
}

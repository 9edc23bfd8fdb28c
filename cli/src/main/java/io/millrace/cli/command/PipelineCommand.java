package io.millrace.cli.command;

import io.millrace.cli.pipeline.PipelineFile;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.Launcher.Role;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.Receipt;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A command that works on one pipeline: reads its file, opens both ends, and closes them. */
abstract class PipelineCommand implements Callable<Integer> {
    private final Supplier<Launchers> launchers;
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "PIPELINE", description = "The pipeline's file.")
    private Path pipeline = Path.of("");

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    /** The fields of documents that hold a text for people. */
    private static final List<String> TEXTS = List.of("message", "detail");

    PipelineCommand(Supplier<Launchers> launchers, Terminal terminal) {
        this.launchers = launchers;
        this.terminal = terminal;
    }

    @Override
    public final Integer call() throws InterruptedException {
        Launchers kinds = launchers.get();
        PipelineFile file = PipelineFile.read(pipeline, kinds, terminal.environment());
        file.warnings().forEach(terminal.errors()::println);
        SecretMasker masker =
                kinds.masker(file.source(), Role.SOURCE)
                        .and(kinds.masker(file.destination(), Role.DESTINATION));
        try (StopSignal signal = StopSignal.watch();
                RunLog log =
                        new RunLog(
                                OpenPipeline.logFile(terminal, file.name()),
                                terminal.clock(),
                                masker);
                OpenPipeline open = OpenPipeline.open(file, kinds, terminal, log::line, masker)) {
            return runToTheEnd(open, log, signal);
        }
    }

    /** With {@code --json} a command that fails or is stopped has its document, too. */
    private int runToTheEnd(OpenPipeline pipeline, RunLog log, StopSignal signal)
            throws InterruptedException {
        Instant startedAt = terminal.clock().instant();
        try {
            return run(pipeline, log, signal);
        } catch (SyncFailure failure) {
            log.failure(failure.detail(), failure);
            if (json) {
                Instant endedAt = terminal.clock().instant();
                print(
                        Receipt.failed(pipeline.file().name(), startedAt, endedAt, failure)
                                .toJson(),
                        log);
            }
            throw failure;
        } catch (InterruptedException stopped) {
            if (json) {
                Instant endedAt = terminal.clock().instant();
                print(Receipt.stopped(pipeline.file().name(), startedAt, endedAt).toJson(), log);
            }
            throw stopped;
        }
    }

    /** Does the command's work, and returns the exit status. */
    abstract int run(OpenPipeline pipeline, RunLog log, StopSignal signal)
            throws InterruptedException;

    final Terminal terminal() {
        return terminal;
    }

    final boolean json() {
        return json;
    }

    /** Prints the command's one document. */
    final void print(JsonNode document, RunLog log) {
        terminal.output().println(masked(document, log).toPrettyString());
        terminal.output().flush();
    }

    /**
     * Masks what was written for people (invariant 7). A secret that is also a number or part of a
     * name must not change the document's other values.
     */
    static JsonNode masked(JsonNode document, RunLog log) {
        JsonNode copy = document.deepCopy();
        maskTexts(copy, log);
        return copy;
    }

    private static void maskTexts(JsonNode node, RunLog log) {
        for (JsonNode child : node) {
            maskTexts(child, log);
        }
        if (node instanceof ObjectNode object) {
            for (String field : TEXTS) {
                if (object.path(field).isString()) {
                    object.put(field, log.mask(object.path(field).asString()));
                }
            }
        }
    }

    /** Tells people which streams can't be read, and why. */
    final void tell(Map<StreamName, SyncFailure> unreadable, RunLog log) {
        unreadable.forEach((stream, failure) -> {
            log.failure(failure.detail(), failure);
            terminal.errors().println(log.mask(stream + ": " + failure.getMessage()));
        });
    }

    final void say(String line) {
        terminal.output().println(line);
    }
}

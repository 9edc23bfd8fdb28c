package io.millrace.cli.command;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.PreparedStream;
import io.millrace.replication.sync.RowJson;
import io.millrace.replication.sync.SyncRequest;
import io.millrace.replication.verify.CollectingOutput;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace preview}. */
@Command(description = "The first records of a stream, as they would land.")
final class PreviewCommand extends PipelineCommand {
    @Parameters(index = "1", paramLabel = "STREAM", description = "One of the pipeline's streams.")
    private String stream = "";

    @Option(names = "--limit", paramLabel = "N", description = "How many records (default: 10).")
    private int limit = 10;

    @Option(
            names = "--landed",
            description = "Reads them from the destination: records that have landed.")
    private boolean landed;

    PreviewCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        if (limit < 1) {
            throw new UsageException("--limit is 1 or more.");
        }
        SyncRequest request = pipeline.request(List.of(stream), false, true);
        if (!request.unreadable().isEmpty()) {
            throw request.unreadable().values().iterator().next();
        }
        PreparedStream prepared = PreparedStream.prepare(request).getFirst();
        LandingPlan landing =
                request.destination()
                        .plan(request.pipeline(), List.of(prepared.target()))
                        .getFirst();
        var printed =
                new PreviewOutput(
                        terminal().output(), json(), prepared.configuration().name(), log);
        try {
            if (landed) {
                readBack(request, prepared, landing, printed);
            } else {
                read(request, prepared, landing, printed);
            }
        } catch (SyncFailure failure) {
            if (!printed.begun()) {
                throw failure;
            }
            log.failure(failure.detail(), failure);
            terminal().errors().println(log.mask(failure.getMessage()));
            printed.end(Optional.of(failure));
            return ExitStatus.FAILED;
        }
        printed.end(Optional.empty());
        return ExitStatus.DONE;
    }

    /** Ends reading back when there is enough; it never leaves this class. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private void readBack(
            SyncRequest request,
            PreparedStream prepared,
            LandingPlan landing,
            PreviewOutput printed)
            throws InterruptedException {
        var json = new RowJson(landing.landed());
        var memory = new BatchMemory(request.settings().memoryBytes());
        try {
            request.destination()
                    .readBack(
                            request.pipeline(),
                            prepared.target(),
                            new ReadBackRequest(landing.landed(), memory),
                            batch -> {
                                try (batch) {
                                    print(batch, json, printed);
                                }
                                if (printed.count() >= limit) {
                                    throw new Enough();
                                }
                            });
        } catch (Enough _) {
            // the rest is not read
        }
    }

    private void print(ColumnBatch batch, RowJson json, PreviewOutput printed) {
        for (int row = 0; row < batch.rows() && printed.count() < limit; row++) {
            printed.record(json.row(batch, row));
        }
    }

    private void read(
            SyncRequest request,
            PreparedStream prepared,
            LandingPlan landing,
            PreviewOutput printed)
            throws InterruptedException {
        var mapped = prepared.pipeline().landing(landing);
        var json = new RowJson(landing.landed());
        var memory = new BatchMemory(request.settings().memoryBytes());
        Thread command = Thread.currentThread();
        // The source reads on a thread of its own, which an interrupt stops when there is enough.
        var enough = new java.util.concurrent.CountDownLatch(1);
        var failure = new java.util.concurrent.CompletableFuture<RuntimeException>();
        Thread reader =
                Thread.ofPlatform()
                        .name("preview")
                        .daemon(true)
                        .unstarted(() -> {
                            try {
                                var output =
                                        new CollectingOutput(
                                                prepared.configuration().name(),
                                                memory,
                                                request.settings().clock(),
                                                batch -> {
                                                    try (ColumnBatch rows = mapped.apply(batch)) {
                                                        request.destination().fit(rows);
                                                        synchronized (printed) {
                                                            print(rows, json, printed);
                                                            if (printed.count() >= limit) {
                                                                enough.countDown();
                                                                throw new InterruptedException(
                                                                        "enough");
                                                            }
                                                        }
                                                    }
                                                });
                                StreamRequest wanted =
                                        prepared.fromTheBeginning(StreamRequest.Purpose.PREVIEW);
                                request.source()
                                        .read(
                                                new ReadPlan(
                                                        List.of(wanted), Optional.empty(), memory),
                                                output);
                                output.requireComplete();
                            } catch (InterruptedException _) {
                                Thread.currentThread()
                                        .interrupt(); // there is enough, or the command is stopped
                            } catch (RuntimeException e) {
                                failure.complete(e);
                            } finally {
                                enough.countDown();
                            }
                        });
        reader.start();
        try {
            enough.await();
        } finally {
            reader.interrupt();
        }
        reader.join();
        if (command.isInterrupted()) {
            throw new InterruptedException();
        }
        synchronized (printed) {
            if (printed.count() < limit && failure.isDone()) {
                throw failure.join();
            }
        }
    }
}

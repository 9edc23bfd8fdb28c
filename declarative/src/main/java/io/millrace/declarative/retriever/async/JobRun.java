package io.millrace.declarative.retriever.async;

import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The jobs of one read of a stream. Each lives on a thread of its own; the thread that makes the
 * slices takes the jobs that are done, and gives them on. A job that fails doesn't stop the others,
 * unless the configuration is to blame.
 */
final class JobRun implements AutoCloseable {

    /** Takes a job that is done; false where no more are wanted. */
    @FunctionalInterface
    interface JobSink {
        boolean accept(Job job) throws InterruptedException;
    }

    /** How a job ended. */
    private sealed interface Outcome {
        record Done(Optional<Job> job, List<String> problems) implements Outcome {}

        record Failed(RuntimeException failure) implements Outcome {}
    }

    private final JobLife life;
    private final JobSlots slots;
    private final JobSink sink;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final List<String> problems = new ArrayList<>();
    private int open;
    private boolean wanted = true;

    JobRun(JobLife life, JobSlots slots, JobSink sink) {
        this.life = life;
        this.slots = slots;
        this.sink = sink;
    }

    /** Has a job made for a slice; whether more slices are wanted. */
    boolean take(StreamSlice slice) throws InterruptedException {
        while (wanted && open >= slots.count()) {
            give(outcomes.take());
        }
        if (!wanted) {
            return false;
        }
        open++;
        threads.execute(() -> live(slice));
        return true;
    }

    private void live(StreamSlice slice) {
        try {
            slots.acquire();
            try {
                List<String> met = new ArrayList<>();
                outcomes.add(new Outcome.Done(life.run(slice, met), met));
            } finally {
                slots.release();
            }
        } catch (InterruptedException _) {
            // The run is over, and nobody waits for this job.
            Thread.currentThread().interrupt();
        } catch (SyncFailure | PythonError failure) {
            outcomes.add(new Outcome.Failed(failure));
        } catch (RuntimeException defect) {
            outcomes.add(new Outcome.Failed(defect));
        }
    }

    private void give(Outcome outcome) throws InterruptedException {
        open--;
        switch (outcome) {
            case Outcome.Done(Optional<Job> job, List<String> met) -> {
                problems.addAll(met);
                if (job.isPresent()) {
                    wanted = sink.accept(job.get());
                }
            }
            case Outcome.Failed(RuntimeException failure) -> {
                if (failure instanceof ConfigurationFailure) {
                    throw failure;
                }
                problems.add(String.valueOf(failure.getMessage()));
            }
        }
    }

    /**
     * Gives on what is still under way, after the last slice; whether all was wanted.
     *
     * @throws SystemFailure where a job failed for good
     */
    boolean finish() throws InterruptedException {
        while (wanted && open > 0) {
            give(outcomes.take());
        }
        if (wanted && !problems.isEmpty()) {
            throw new SystemFailure(
                    "One or more jobs of the API failed. " + problems.getFirst(),
                    String.join("\n", problems));
        }
        return wanted;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}

package io.millrace.declarative.source;

import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.stream.DeclarativeStream;
import io.millrace.declarative.stream.StreamRead;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One run over streams: begins them in their order, and reads their slices in parallel, up to a
 * number of them at a time. Of the threads that make slices, each half of that number may be at
 * work; whoever makes slices faster than they are read waits.
 */
final class Reading {
    /**
     * A stream that is to be read.
     *
     * @param state where to go on; empty for the beginning
     */
    record Job(DeclarativeStream stream, Map<String, Object> state, StreamSink sink) {}

    private final int level;
    private final StreamGroups.Gate gate;
    private final Semaphore workers;
    private final Semaphore generators;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Object ended = new Object();
    private int unfinished;
    private volatile @Nullable Throwable fatal;

    private Reading(int level, StreamGroups groups) {
        this.level = level;
        this.gate = groups.gate();
        this.workers = new Semaphore(level);
        this.generators = new Semaphore(Math.max(level / 2, 1));
    }

    /**
     * Reads all of {@code jobs}; returns when each has ended. A stream that fails doesn't stop the
     * others; an output that can't be written to stops all.
     *
     * @param level how many slices are read at a time
     */
    static void run(List<Job> jobs, int level, StreamGroups groups) throws InterruptedException {
        new Reading(level, groups).run(jobs);
    }

    private void run(List<Job> jobs) throws InterruptedException {
        unfinished = jobs.size();
        try {
            List<Job> pending = new ArrayList<>(jobs);
            while (!pending.isEmpty() && fatal == null) {
                generators.acquire();
                Job job = gate.next(pending);
                threads.execute(() -> guarded(() -> new StreamRun(job).generate()));
            }
            synchronized (ended) {
                while (unfinished > 0 && fatal == null) {
                    ended.wait();
                }
            }
        } finally {
            if (fatal != null || unfinished > 0) {
                threads.shutdownNow();
            }
            threads.close();
        }
        switch (fatal) {
            case null -> {}
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    /** Something that reads, on a thread of its own. */
    private interface Task {
        void run() throws InterruptedException;
    }

    private void guarded(Task task) {
        try {
            task.run();
        } catch (InterruptedException _) {
            // The run is being stopped, by whoever waits for it.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error failure) {
            stop(failure);
        }
    }

    private void stop(Throwable failure) {
        synchronized (ended) {
            if (fatal == null) {
                fatal = failure;
            }
            ended.notifyAll();
        }
        gate.open();
        generators.release();
    }

    /** One stream of the run. */
    private final class StreamRun {
        private final Job job;

        /** Slices that are not read yet, and the generator while it is at work. */
        private final AtomicInteger open = new AtomicInteger(1);

        private volatile @Nullable StreamRead read;

        StreamRun(Job job) {
            this.job = job;
        }

        void generate() throws InterruptedException {
            try {
                job.sink.started();
                StreamRead started = job.stream.start(job.state);
                read = started;
                boolean _ = started.generate(slice -> take(started, slice));
            } catch (UncheckedIOException output) {
                throw output;
            } catch (RuntimeException error) {
                job.sink.failed(Failures.of(error, job.stream.name()));
            } finally {
                gate.generated(job);
                generators.release();
            }
            oneIsDone();
        }

        private boolean take(StreamRead started, StreamSlice slice) throws InterruptedException {
            if (level == 1) {
                readSlice(started, slice);
                return fatal == null;
            }
            workers.acquire();
            open.incrementAndGet();
            threads.execute(() ->
                    guarded(() -> {
                        try {
                            readSlice(started, slice);
                        } finally {
                            workers.release();
                        }
                        oneIsDone();
                    }));
            return fatal == null;
        }

        private void readSlice(StreamRead started, StreamSlice slice) throws InterruptedException {
            try {
                RecordLane lane = job.sink.open();
                StreamRead.Slice reading = started.open(slice);
                try {
                    reading.read(lane);
                } finally {
                    // What was read of a slice that fails stands; only its state doesn't move.
                    lane.flush();
                }
                // Invariant 2: the records of the slice are on their way before its state is.
                reading.close(job.sink::state);
            } catch (UncheckedIOException output) {
                throw output;
            } catch (RuntimeException error) {
                job.sink.failed(Failures.of(error, job.stream.name()));
            }
        }

        private void oneIsDone() throws InterruptedException {
            if (open.decrementAndGet() > 0) {
                return;
            }
            StreamRead started = read;
            if (started != null) {
                try {
                    started.finish(job.sink::state);
                } catch (UncheckedIOException output) {
                    throw output;
                } catch (RuntimeException error) {
                    job.sink.failed(Failures.of(error, job.stream.name()));
                }
            }
            job.sink.ended();
            gate.ended(job);
            synchronized (ended) {
                unfinished--;
                ended.notifyAll();
            }
        }
    }
}

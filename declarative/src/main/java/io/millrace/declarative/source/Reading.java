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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run over streams: begins them in their order, and reads their slices in parallel, up to a
 * number of them at a time; what comes of them is in the order of the slices all the same. Of the
 * threads that make slices, each half of that number may be at work; whoever makes slices faster
 * than they are read waits.
 */
final class Reading {
    /**
     * A stream that is to be read.
     *
     * @param state where to go on; empty for the beginning
     */
    record Job(DeclarativeStream stream, Map<String, Object> state, StreamSink sink) {}

    /** The part of the heap that the answers of slices may take which are read beside others. */
    private static final int SHARE_OF_HEAP = 8;

    private final ConcurrencyLevel level;
    private final StreamGroups.Gate gate;
    private final SliceWorkers workers;
    private final Semaphore generators;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SliceOrder.Room room = SliceOrder.Room.ofHeap();
    private final Object ended = new Object();
    private int unfinished;
    private volatile @Nullable Throwable fatal;

    private Reading(ConcurrencyLevel level, StreamGroups groups, LongSupplier largestAnswer) {
        this.level = level;
        this.gate = groups.gate();
        this.workers =
                new SliceWorkers(
                        level, largestAnswer, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
        this.generators = new Semaphore(Math.max(level.first() / 2, 1));
    }

    /**
     * Reads all of {@code jobs}; returns when each has ended. A stream that fails doesn't stop the
     * others; an output that can't be written to stops all.
     *
     * @param level how many slices are read at a time
     * @param largestAnswer that the API has given until now, in bytes
     */
    static void run(
            List<Job> jobs, ConcurrencyLevel level, StreamGroups groups, LongSupplier largestAnswer)
            throws InterruptedException {
        new Reading(level, groups, largestAnswer).run(jobs);
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
        private final SliceOrder order = new SliceOrder(room);

        /** Set before the order is complete, if the stream could be begun at all. */
        private volatile @Nullable StreamRead read;

        StreamRun(Job job) {
            this.job = job;
        }

        void generate() throws InterruptedException {
            threads.execute(() -> guarded(this::passOn));
            try {
                job.sink.started();
                StreamRead started = job.stream.start(job.state);
                read = started;
                boolean _ = started.generate(slice -> take(started, slice));
            } catch (UncheckedIOException output) {
                throw output;
            } catch (RuntimeException error) {
                order.begin().end(() -> fail(error));
            } finally {
                gate.generated(job);
                generators.release();
            }
            order.complete();
        }

        private boolean take(StreamRead started, StreamSlice slice) throws InterruptedException {
            if (level.most() == 1) {
                readSlice(started, slice, order.begin());
                return fatal == null;
            }
            workers.begin();
            SliceOrder.Turn turn = order.begin();
            threads.execute(() ->
                    guarded(() -> {
                        try {
                            readSlice(started, slice, turn);
                            turn.awaitPassed();
                        } finally {
                            workers.end();
                        }
                    }));
            return fatal == null;
        }

        private void readSlice(StreamRead started, StreamSlice slice, SliceOrder.Turn turn)
                throws InterruptedException {
            try {
                StreamRead.Slice reading = started.open(slice);
                RecordLane lane = job.sink.open(reading, turn);
                try {
                    reading.read(lane);
                } finally {
                    // What was read of a slice that fails stands; only its state doesn't move.
                    lane.flush();
                }
                // Invariant 2: the records of the slice are on their way before its state is.
                turn.end(() -> close(reading, lane));
            } catch (UncheckedIOException output) {
                throw output;
            } catch (RuntimeException error) {
                turn.end(() -> fail(error));
            }
        }

        private void close(StreamRead.Slice reading, RecordLane lane) throws InterruptedException {
            try {
                List<Map<String, Object>> states = new ArrayList<>(1);
                reading.close(states::add);
                lane.closed();
                for (Map<String, Object> state : states) {
                    job.sink.state(state);
                }
            } catch (UncheckedIOException output) {
                throw output;
            } catch (RuntimeException error) {
                fail(error);
            }
        }

        private void fail(RuntimeException error) throws InterruptedException {
            job.sink.failed(Failures.of(error, job.stream.name()));
        }

        /** Gives the output all that is read, on the one thread that does. */
        private void passOn() throws InterruptedException {
            order.run();
            StreamRead started = read;
            if (started != null) {
                try {
                    started.finish(job.sink::state);
                } catch (UncheckedIOException output) {
                    throw output;
                } catch (RuntimeException error) {
                    fail(error);
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

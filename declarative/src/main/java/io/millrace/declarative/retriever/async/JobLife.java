package io.millrace.declarative.retriever.async;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * From the making of a job to its end: it is asked for every five seconds, and made anew up to
 * twice where it fails.
 *
 * @param timeout how long a job may take
 * @param beforeRetry how long to wait before a job that failed is made anew
 * @param stream the name, for messages
 */
record JobLife(
        JobApi api,
        Duration timeout,
        Optional<Duration> beforeRetry,
        String stream,
        Compilation compilation) {
    private static final int MOST_ATTEMPTS = 3;

    /** Questions in a row that may end without an answer, or with one that nobody understands. */
    private static final int MOST_ODDITIES = 3;

    private static final Duration BETWEEN_POLLS = Duration.ofSeconds(5);

    /**
     * Returns when the job is done; empty where there is nothing to download.
     *
     * @param problems gets what went wrong meanwhile and didn't end the job; the stream is
     *     incomplete then, whatever the job gives
     * @throws ConfigurationFailure where no job for any slice could do better
     * @throws SystemFailure where the attempts are used up
     */
    Optional<Job> run(StreamSlice slice, List<String> problems) throws InterruptedException {
        String problem = "";
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            if (attempt > 1) {
                compilation.pause().sleep(BETWEEN_POLLS);
            }
            Map<String, Object> created;
            try {
                created = api.create(slice);
            } catch (ConfigurationFailure failure) {
                throw failure;
            } catch (SyncFailure | PythonError failure) {
                problem = String.valueOf(failure.getMessage());
                warn("A job could not be made: " + problem);
                continue;
            }
            Ending ending = ending(slice, created, problems);
            switch (ending.status()) {
                case COMPLETED -> {
                    return Optional.of(new Job(slice, created, ending.answer()));
                }
                case SKIPPED -> {
                    return Optional.empty();
                }
                case FAILED -> {
                    problem = "The API says that the job failed.";
                    warn(problem);
                    if (beforeRetry.isPresent() && attempt < MOST_ATTEMPTS) {
                        compilation.pause().sleep(beforeRetry.get());
                    }
                }
                case TIMEOUT, RUNNING -> {
                    problem = "The job took longer than it may.";
                    warn(problem);
                    abort(slice, created);
                }
            }
        }
        throw new SystemFailure(
                "A job of stream %s failed %d times. %s".formatted(stream, MOST_ATTEMPTS, problem));
    }

    private record Ending(JobStatus status, Answer answer) {}

    private Ending ending(StreamSlice slice, Map<String, Object> created, List<String> problems)
            throws InterruptedException {
        int oddities = 0;
        long started = System.nanoTime();
        Duration waited = Duration.ZERO;
        while (true) {
            Answer answer;
            JobStatus status;
            try {
                answer = api.poll(slice, created);
                status = api.status(answer);
                oddities = 0;
            } catch (ConfigurationFailure failure) {
                throw failure;
            } catch (SyncFailure | PythonError failure) {
                if (++oddities == MOST_ODDITIES) {
                    throw failure;
                }
                problems.add(String.valueOf(failure.getMessage()));
                warn("A job is asked for again: " + failure.getMessage());
                compilation.pause().sleep(BETWEEN_POLLS);
                waited = waited.plus(BETWEEN_POLLS);
                continue;
            }
            // What a test skips of the waiting counts, or a job that never ends would be asked for
            // without end.
            Duration passed = Duration.ofNanos(System.nanoTime() - started);
            boolean isLate =
                    (passed.compareTo(waited) > 0 ? passed : waited).compareTo(timeout) > 0;
            if (status != JobStatus.RUNNING) {
                return new Ending(status, answer);
            }
            if (isLate) {
                return new Ending(JobStatus.TIMEOUT, answer);
            }
            compilation.pause().sleep(BETWEEN_POLLS);
            waited = waited.plus(BETWEEN_POLLS);
        }
    }

    private void abort(StreamSlice slice, Map<String, Object> created) throws InterruptedException {
        try {
            api.abort(slice, created);
        } catch (SyncFailure | PythonError failure) {
            // The job is given up either way.
            warn("A job could not be aborted: " + failure.getMessage());
        }
    }

    private void warn(String message) {
        compilation.log().log(LogLevel.WARN, "Stream %s: %s".formatted(stream, message));
    }
}

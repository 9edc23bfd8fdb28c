package io.millrace.declarative.retriever.async;

import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** How many jobs may run at a time. Safe for all threads. */
public final class JobSlots {
    private final int count;
    private final Semaphore free;

    private JobSlots(int count) {
        this.count = count;
        this.free = new Semaphore(count, true);
    }

    /** One job at a time: for a stream that others have partitions of. */
    public static JobSlots single() {
        return new JobSlots(1);
    }

    /** As many as the manifest says for all its streams together; one where it doesn't. */
    public static JobSlots of(Definition manifest, Compilation compilation) {
        Optional<InterpolatedString> template =
                manifest.findText("max_concurrent_async_job_count")
                        .map(text -> compilation.interpolation().string(text, Map.of()));
        if (template.isEmpty()) {
            return single();
        }
        try {
            Object count = Python.toInteger(template.get().evaluate(compilation.context()));
            return new JobSlots(Math.max(1, ((Number) count).intValue()));
        } catch (PythonError error) {
            compilation.log().log(
                    LogLevel.WARN,
                    "max_concurrent_async_job_count is no number for this configuration, so"
                            + " there is one job at a time: "
                            + error.getMessage());
            return single();
        }
    }

    int count() {
        return count;
    }

    void acquire() throws InterruptedException {
        free.acquire();
    }

    void release() {
        free.release();
    }
}

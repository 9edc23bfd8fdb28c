package io.millrace.declarative.retriever.async;

import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What a job's status means for us. */
enum JobStatus {
    RUNNING,
    COMPLETED,
    FAILED,
    TIMEOUT,
    /** There is nothing to download. */
    SKIPPED;

    /** The statuses of an API, by their words for them. */
    record Words(Map<String, JobStatus> meanings) {

        static Words compile(Definition definition) {
            Map<String, JobStatus> meanings = new HashMap<>();
            for (JobStatus status : values()) {
                String field = status.name().toLowerCase(Locale.ROOT);
                if (!definition.has(field) && status != SKIPPED) {
                    throw definition.malformed(field, "a list of statuses");
                }
                for (String word : definition.texts(field)) {
                    if (meanings.put(word, status) != null) {
                        throw definition.malformed(
                                field, "without '%s', which another status has".formatted(word));
                    }
                }
            }
            return new Words(Map.copyOf(meanings));
        }

        JobStatus meaning(String word) {
            JobStatus status = meanings.get(word);
            if (status == null) {
                throw new SystemFailure(
                        ("The API says that a job's status is '%s', which the manifest's"
                                        + " status_mapping doesn't have. Add it there.")
                                .formatted(word));
            }
            return status;
        }
    }
}

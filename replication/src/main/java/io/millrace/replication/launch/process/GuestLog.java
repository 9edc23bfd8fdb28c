package io.millrace.replication.launch.process;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.LaunchContext;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What guests of one connector tell, without its secrets (invariant 7) and within bounds. Safe for
 * all threads.
 */
final class GuestLog {
    /** CONNECTORS section 2: logs of guests are bounded at 100 MiB a run. */
    static final long MAX_BYTES = 100L << 20;

    private static final int MAX_MESSAGE = 32 << 10;

    private final LaunchContext.Log log;
    private final Supplier<SecretMasker> masker;
    private final AtomicLong logged = new AtomicLong();

    /**
     * @param masker asked with each line; may block until the secrets are known
     */
    GuestLog(LaunchContext.Log log, Supplier<SecretMasker> masker) {
        this.log = log;
        this.masker = masker;
    }

    void line(LogLevel level, String message) {
        int length = Math.min(message.length(), MAX_MESSAGE);
        long before = logged.getAndAdd(length + 1L);
        if (before > MAX_BYTES) {
            return;
        }
        if (before + length >= MAX_BYTES) {
            logged.set(MAX_BYTES + 1);
            log.line(LogLevel.WARN, "The connector logs too much; the rest is left out.");
            return;
        }
        // Masked before it is cut, which could halve a secret.
        String masked = mask(message);
        log.line(level, masked.length() > MAX_MESSAGE ? masked.substring(0, MAX_MESSAGE) : masked);
    }

    String mask(String text) {
        return masker.get().mask(text);
    }
}

package io.millrace.sdk.program;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.OpenValue;
import io.millrace.protocol.message.LogMessage;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageWriter;
import io.millrace.protocol.message.TraceMessage;
import io.millrace.protocol.secret.SecretMasker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;

/**
 * Standard output as the protocol wants it: whole lines, without secrets (invariant 7). Safe for
 * all threads. Where nobody reads any more, every method throws an {@link UncheckedIOException}.
 */
final class ProgramOutput {
    private static final int MAX_TEXT = 50_000;

    private final MessageWriter writer;
    private final Clock clock;
    private final LogLevel lowest;
    private volatile SecretMasker masker = SecretMasker.none();

    ProgramOutput(OutputStream output, Clock clock, LogLevel lowest) {
        this.writer = new MessageWriter(output);
        this.clock = clock;
        this.lowest = lowest;
    }

    /** From now on these secrets are masked too. */
    void mask(SecretMasker secrets) {
        masker = masker.and(secrets);
    }

    String masked(String text) {
        String masked = masker.mask(text);
        return masked.length() > MAX_TEXT ? masked.substring(0, MAX_TEXT) : masked;
    }

    long now() {
        return clock.millis();
    }

    void write(Message message) {
        try {
            writer.write(message);
            writer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Writes whole lines as they are; the last one without its end. */
    void writeLines(JsonBuffer lines) {
        try {
            writer.writeLine(lines.array(), 0, lines.size());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void flush() {
        try {
            writer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void log(LogLevel level, String message) {
        if (level.compareTo(lowest) <= 0) {
            write(LogMessage.of(LogMessage.Level.valueOf(level.name()), masked(message)));
        }
    }

    void status(StreamName stream, TraceMessage.Status status) {
        write(TraceMessage.StreamStatus.of(stream, status, now()));
    }

    /** Tells why the program, or one stream of it, failed. */
    void failure(SyncFailure failure, Optional<StreamName> stream) {
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        write(
                new TraceMessage.Failure(
                        masked(failure.getMessage()),
                        Optional.of(failure.detail())
                                .filter(detail -> !detail.isBlank())
                                .map(this::masked),
                        Optional.of(masked(trace.toString())),
                        Optional.of(
                                new OpenValue<>(
                                        Optional.of(failure.failureType()),
                                        failure.failureType().text())),
                        stream.map(name -> new TraceMessage.Descriptor(name, Additional.NONE)),
                        Additional.NONE,
                        TraceMessage.Context.at(now())));
    }
}

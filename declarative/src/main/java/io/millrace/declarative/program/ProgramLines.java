package io.millrace.declarative.program;

import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.record.RecordJson;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.source.RecordLane;
import io.millrace.declarative.source.RecordLineText;
import io.millrace.declarative.source.SliceTurn;
import io.millrace.declarative.source.StreamSink;
import io.millrace.declarative.source.Trees;
import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.OpenValue;
import io.millrace.protocol.message.ControlMessage;
import io.millrace.protocol.message.LogMessage;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageWriter;
import io.millrace.protocol.message.TraceMessage;
import io.millrace.protocol.secret.SecretMasker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Standard output as the protocol wants it (reference: declarative 12.1). Records go out as they
 * came from the API, to the letter of their values. No line holds a secret but those that carry
 * data or configuration (invariant 7). Safe for all threads; where nobody reads any more, every
 * method throws an {@link UncheckedIOException}.
 */
final class ProgramLines implements EngineLog {
    private static final int MAX_TEXT = 50_000;

    /** Where a configuration carries the manifest that it is for. */
    private static final String INJECTED_MANIFEST = "__injected_declarative_manifest";

    /** Lines are passed on in pieces of about this size. */
    private static final int CHUNK_BYTES = 128 << 10;

    private final MessageWriter writer;
    private final InstantSource clock;
    private final LogLevel lowest;
    private volatile SecretMasker masker = SecretMasker.none();
    private volatile Optional<Manifest> manifest = Optional.empty();

    /**
     * Streams that have ended, as their last status said. Guarded by itself, so that no status
     * comes after the last.
     */
    private final Set<String> ended = new HashSet<>();

    ProgramLines(OutputStream output, InstantSource clock, LogLevel lowest) {
        this.writer = new MessageWriter(output);
        this.clock = clock;
        this.lowest = lowest;
    }

    /**
     * From now on configurations carry the manifest, as the reference's do: whoever keeps one can
     * run the connector with nothing else.
     */
    void carry(Manifest used) {
        manifest = Optional.of(used);
    }

    /** From now on these secrets are masked too. */
    synchronized void mask(SecretMasker secrets) {
        masker = masker.and(secrets);
    }

    @Override
    public void secret(String secret) {
        mask(SecretMasker.of(List.of(secret)));
    }

    @Override
    public String masked(String text) {
        String masked = masker.mask(text);
        return masked.length() > MAX_TEXT ? masked.substring(0, MAX_TEXT) : masked;
    }

    private long now() {
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

    /** Writes whole lines as they are, each with its end. */
    private void write(JsonBuffer lines) {
        try {
            writer.writeLine(lines.array(), 0, lines.size() - 1);
            writer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void log(LogLevel level, String message) {
        if (level.compareTo(lowest) <= 0) {
            write(LogMessage.of(LogMessage.Level.valueOf(level.name()), masked(message)));
        }
    }

    @Override
    public void rateLimited(String streamName) {
        var status =
                new TraceMessage.StreamStatus(
                        new TraceMessage.Descriptor(StreamName.of(streamName), Additional.NONE),
                        open(TraceMessage.Status.RUNNING),
                        List.of(TraceMessage.Reason.rateLimited(OptionalLong.empty())),
                        Additional.NONE,
                        TraceMessage.Context.at(now()));
        synchronized (ended) {
            if (!ended.contains(streamName)) { // else it is read as a parent of another stream now
                write(status);
            }
        }
    }

    private static OpenValue<TraceMessage.Status> open(TraceMessage.Status status) {
        return new OpenValue<>(Optional.of(status), status.name());
    }

    @Override
    public void configuration(Map<String, Object> configuration) {
        Map<String, Object> complete = new LinkedHashMap<>(configuration);
        manifest.ifPresent(used -> complete.putIfAbsent(INJECTED_MANIFEST, used.document()));
        if (Trees.toTree(complete) instanceof ObjectNode tree) {
            write(
                    new ControlMessage.ConnectorConfig(
                            BigDecimal.valueOf(now()),
                            tree,
                            Additional.NONE,
                            Additional.NONE,
                            Additional.NONE));
        }
    }

    /** Tells why the program, or one stream of it, failed. */
    void failure(SyncFailure failure, Optional<StreamName> stream) {
        var trace = new java.io.StringWriter();
        failure.printStackTrace(new java.io.PrintWriter(trace));
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

    /** The answer to {@code spec}; it has members that a source of ours would not have. */
    void specification(Map<String, Object> message) {
        var line = new JsonBuffer(1024);
        line.append("{\"type\":\"SPEC\",\"spec\":");
        RecordJson.write(message, line);
        line.append("}\n");
        write(line);
    }

    void status(String stream, TraceMessage.Status status) {
        write(TraceMessage.StreamStatus.of(StreamName.of(stream), status, now()));
    }

    /** The lines of one stream. */
    final class Stream implements StreamSink {
        private final String name;
        private final byte[] beginning;
        private final List<SyncFailure> failures = new ArrayList<>();
        private boolean running;
        private long recordsSinceState;

        Stream(String name) {
            this.name = name;
            beginning = RecordLineText.beginning(StreamName.of(name));
        }

        String name() {
            return name;
        }

        synchronized List<SyncFailure> failures() {
            return List.copyOf(failures);
        }

        @Override
        public void started() {
            status(name, TraceMessage.Status.STARTED);
        }

        @Override
        public RecordLane open(StreamRead.Slice slice, SliceTurn turn) {
            return new Lane(this, turn);
        }

        private synchronized void pass(JsonBuffer lines, int count) {
            if (!running) {
                running = true;
                status(name, TraceMessage.Status.RUNNING);
            }
            recordsSinceState += count;
            write(lines);
        }

        @Override
        public synchronized void state(Map<String, Object> state) {
            var line = new JsonBuffer(256);
            line.append(
                    "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":"
                            + "{\"stream_descriptor\":{\"name\":");
            line.appendString(name);
            line.append("},\"stream_state\":");
            RecordJson.write(state, line);
            line.append("},\"sourceStats\":{\"recordCount\":");
            line.appendLong(recordsSinceState);
            line.append(".0}}}\n");
            recordsSinceState = 0;
            write(line);
        }

        @Override
        public synchronized void failed(SyncFailure failure) {
            failures.add(failure);
            failure(failure, Optional.of(StreamName.of(name)));
        }

        private void failure(SyncFailure failure, Optional<StreamName> stream) {
            ProgramLines.this.failure(failure, stream);
        }

        @Override
        public synchronized void ended() {
            synchronized (ended) {
                ended.add(name);
                status(
                        name,
                        failures.isEmpty()
                                ? TraceMessage.Status.COMPLETE
                                : TraceMessage.Status.INCOMPLETE);
            }
        }
    }

    /** The lines of one slice. */
    private final class Lane implements RecordLane {
        private final Stream stream;
        private final SliceTurn turn;
        private JsonBuffer lines = new JsonBuffer(4096);
        private byte[] ending = new byte[0];
        private int count;

        Lane(Stream stream, SliceTurn turn) {
            this.stream = stream;
            this.turn = turn;
        }

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            if (count == 0) {
                ending = RecordLineText.ending(now());
            }
            RecordLineText.append(stream.beginning, record, ending, lines);
            count++;
            if (lines.size() >= CHUNK_BYTES) {
                flush();
            }
        }

        @Override
        public void flush() throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped");
            }
            if (count > 0) {
                JsonBuffer full = lines;
                int records = count;
                lines = new JsonBuffer(full.size() + full.size() / 16);
                count = 0;
                turn.pass(full.size(), () -> stream.pass(full, records));
            }
        }
    }
}

package io.millrace.declarative.recording;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.ReadSinks;
import io.millrace.declarative.source.RecordLane;
import io.millrace.declarative.source.SliceTurn;
import io.millrace.declarative.source.StreamSelection;
import io.millrace.declarative.source.StreamSink;
import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one stream gave.
 *
 * @param records as they would leave the source, as JSON texts
 * @param state the last one; empty where the stream has none
 */
public record StreamReading(
        List<String> records, Map<String, Object> state, List<SyncFailure> failures) {

    /** Reads {@code stream} from {@code state} on, to its end. */
    public static StreamReading of(
            DeclarativeSource source, String stream, Map<String, Object> state)
            throws InterruptedException {
        var sink = new Sink();
        source.read(
                List.of(new StreamSelection(stream, state, List.of(), Optional.empty())),
                new ReadSinks() {
                    @Override
                    public StreamSink stream(String name) {
                        return sink;
                    }

                    @Override
                    public void missing(String name) {
                        throw new ConfigurationFailure(
                                "The manifest has no stream %s.".formatted(name));
                    }
                });
        return new StreamReading(List.copyOf(sink.records), sink.state, List.copyOf(sink.failures));
    }

    private static final class Sink implements StreamSink {
        private final List<String> records = Collections.synchronizedList(new ArrayList<>());
        private final List<SyncFailure> failures = Collections.synchronizedList(new ArrayList<>());
        private volatile Map<String, Object> state = Map.of();

        @Override
        public void started() {
            // What counts is what comes.
        }

        @Override
        public RecordLane open(StreamRead.Slice slice, SliceTurn turn) {
            return new RecordLane() {
                @Override
                public void accept(SourceRecord record) throws InterruptedException {
                    var json = new JsonBuffer(256);
                    record.writeTo(json);
                    // Read and printed, so that equal records are equal texts.
                    String text =
                            Json.dumps(
                                    Json.parse(new String(json.toBytes(), StandardCharsets.UTF_8)));
                    turn.pass(json.size(), () -> records.add(text));
                }

                @Override
                public void flush() {
                    // Nothing is held back.
                }
            };
        }

        @Override
        public void state(Map<String, Object> newState) {
            state = newState;
        }

        @Override
        public void failed(SyncFailure failure) {
            failures.add(failure);
        }

        @Override
        public void ended() {
            // The caller waits for that itself.
        }
    }
}

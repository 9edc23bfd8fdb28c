package io.millrace.declarative.source;

import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.record.FileReference;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads streams of a manifest with a held clock and skipped waits, and keeps what comes. */
public final class ManifestRun implements AutoCloseable {
    public final HttpFixture fixture = new HttpFixture();

    /** Records by stream, as JSON values. */
    public final Map<String, List<Object>> records =
            Collections.synchronizedMap(new LinkedHashMap<>());

    public final List<FileReference> files = Collections.synchronizedList(new ArrayList<>());

    /** The last state of each stream. */
    public final Map<String, Map<String, Object>> states =
            Collections.synchronizedMap(new LinkedHashMap<>());

    public final Map<String, List<SyncFailure>> failures =
            Collections.synchronizedMap(new LinkedHashMap<>());

    private DeclarativeSource source(String manifest, String config) {
        return source(Manifest.of(HttpFixture.map(manifest)), config);
    }

    private DeclarativeSource source(Manifest manifest, String config) {
        Compilation compilation = fixture.compilation("{}");
        return DeclarativeSource.create(
                manifest,
                HttpFixture.map(config),
                new SourceSettings(
                        compilation.clock(),
                        compilation.pause(),
                        compilation.log(),
                        Path.of("."),
                        false,
                        Optional.empty()));
    }

    public void check(String manifest, String config) throws InterruptedException {
        source(manifest, config).check();
    }

    /** Reads streams from their beginning. The manifest is JSON with single quotes. */
    public void read(String manifest, String config, String... streams)
            throws InterruptedException {
        List<StreamSelection> selections = new ArrayList<>();
        for (String stream : streams) {
            selections.add(StreamSelection.of(stream));
        }
        read(manifest, config, selections);
    }

    public void read(String manifest, String config, List<StreamSelection> selections)
            throws InterruptedException {
        read(source(manifest, config), selections);
    }

    /** Reads streams of a manifest from their beginning. */
    public void read(Manifest manifest, String config, String... streams)
            throws InterruptedException {
        read(source(manifest, config), Arrays.stream(streams).map(StreamSelection::of).toList());
    }

    private void read(DeclarativeSource source, List<StreamSelection> selections)
            throws InterruptedException {
        source.read(
                selections,
                new ReadSinks() {
                    @Override
                    public StreamSink stream(String name) {
                        return new Sink(name);
                    }

                    @Override
                    public void missing(String name) {
                        throw new AssertionError("no stream " + name);
                    }
                });
    }

    /** The records of a stream. */
    public List<Object> of(String stream) {
        return records.getOrDefault(stream, List.of());
    }

    @Override
    public void close() {
        fixture.close();
    }

    private final class Sink implements StreamSink {
        private final String name;

        Sink(String name) {
            this.name = name;
        }

        @Override
        public void started() {
            records.put(name, Collections.synchronizedList(new ArrayList<>()));
        }

        @Override
        public RecordLane open(StreamRead.Slice slice, SliceTurn turn) {
            List<Object> into = records.get(name);
            return new RecordLane() {
                @Override
                public void accept(SourceRecord record) throws InterruptedException {
                    var json = new JsonBuffer(64);
                    record.writeTo(json);
                    var text = new String(json.toBytes(), StandardCharsets.UTF_8);
                    turn.pass(
                            json.size(),
                            () -> {
                                into.add(Json.dumps(Json.parse(text)));
                                record.file().ifPresent(files::add);
                            });
                }

                @Override
                public void flush() {
                    // Nothing is held back.
                }
            };
        }

        @Override
        public void state(Map<String, Object> state) {
            states.put(name, state);
        }

        @Override
        public void failed(SyncFailure failure) {
            failures.computeIfAbsent(name, _ -> Collections.synchronizedList(new ArrayList<>()))
                    .add(failure);
        }

        @Override
        public void ended() {
            // The test looks at what came.
        }
    }
}

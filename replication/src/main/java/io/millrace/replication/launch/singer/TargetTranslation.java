package io.millrace.replication.launch.singer;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestTranslation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One run of a target. Its input gets schemas, records and states; a state is a number, and when
 * the target gives one back, everything before it is safe: the newest state of each stream among
 * those is acknowledged (invariant 1).
 */
final class TargetTranslation implements GuestTranslation {
    private static final String NUMBER = "millrace_state";

    /** Ends by signals are 128 and more. */
    private static final int SIGNALS = 128;

    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private final LaunchContext.Log log;

    // Guarded by this: written by the thread of the input, taken by the one of the output.
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private long lastSent;
    private long lastAcknowledged;
    private boolean inputEnded;

    /**
     * @param name what the target calls it: a namespace stands before it, with a dash
     * @param generation what its records' version is, where it replaces what is there
     */
    private record Stream(String name, JsonNode configured, boolean replaces, long generation) {}

    private record Sent(long number, String stream, JsonNode message) {}

    TargetTranslation(JsonNode configuredCatalog, LaunchContext.Log log) {
        this.log = log;
        for (JsonNode configured : configuredCatalog.path("streams")) {
            JsonNode stream = configured.path("stream");
            String namespace = stream.path("namespace").asStringOpt().orElse("");
            String name = stream.path("name").asString();
            long generation = configured.path("generation_id").asLong(0);
            streams.put(
                    key(namespace, name),
                    new Stream(
                            namespace.isEmpty() ? name : namespace + "-" + name,
                            configured,
                            generation > 0
                                    && configured.path("minimum_generation_id").asLong(0)
                                            == generation,
                            generation));
        }
    }

    private static String key(@Nullable String namespace, String name) {
        return (namespace == null ? "" : namespace) + "\0" + name;
    }

    @Override
    public OutputStream input(OutputStream guest) {
        return new Input(guest);
    }

    /** Takes whole lines in whatever pieces. */
    private final class Input extends OutputStream {
        private final OutputStream guest;
        private final Envelope envelope = new Envelope("data");
        private final JsonBuffer line = new JsonBuffer(8 << 10);
        private final JsonBuffer translated = new JsonBuffer(64 << 10);
        private boolean begun;
        private boolean stateLast = true;

        Input(OutputStream guest) {
            this.guest = guest;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            begin();
            int start = from;
            for (int i = from; i < from + count; i++) {
                if (bytes[i] != '\n') {
                    continue;
                }
                if (line.size() == 0) {
                    translate(bytes, start, i - start);
                } else {
                    line.append(bytes, start, i - start);
                    translate(line.array(), 0, line.size());
                    line.clear();
                }
                start = i + 1;
            }
            line.append(bytes, start, from + count - start);
            send();
        }

        /** All schemas come first, so that streams without records exist as well. */
        private void begin() throws IOException {
            if (!begun) {
                begun = true;
                streams.values().forEach(stream -> say(schema(stream)));
                send();
            }
        }

        private void translate(byte[] bytes, int from, int count) {
            if (!envelope.scan(bytes, from, count)) {
                throw new IllegalStateException("a line of ours that is no JSON");
            }
            switch (envelope.type) {
                case "RECORD" -> record(bytes);
                case "STATE" -> state(bytes, from, count);
                case "TRACE" -> trace(Json.parse(bytes, from, count).path("trace"));
                default -> {
                    // Nothing that a target knows.
                }
            }
        }

        private Stream stream(@Nullable String namespace, @Nullable String name) {
            Stream stream = streams.get(key(namespace, String.valueOf(name)));
            if (stream == null) {
                throw new IllegalStateException("a stream that isn't in the catalog: " + name);
            }
            return stream;
        }

        private void record(byte[] bytes) {
            Stream stream = stream(envelope.namespace, envelope.stream);
            translated.append("{\"type\":\"RECORD\",\"stream\":");
            translated.appendString(stream.name());
            if (stream.replaces()) {
                translated.append(",\"version\":");
                translated.appendLong(stream.generation());
            }
            if (envelope.emittedAt != Long.MIN_VALUE) {
                translated.append(",\"time_extracted\":");
                translated.appendString(Instant.ofEpochMilli(envelope.emittedAt).toString());
            }
            translated.append(",\"record\":");
            translated.append(bytes, envelope.bodyStart, envelope.bodyEnd - envelope.bodyStart);
            translated.append("}\n");
            stateLast = false;
        }

        private void state(byte[] bytes, int from, int count) {
            JsonNode message = Json.parse(bytes, from, count);
            JsonNode descriptor = message.path("state").path("stream").path("stream_descriptor");
            String stream =
                    key(
                            descriptor.path("namespace").asStringOpt().orElse(null),
                            descriptor.path("name").asString(""));
            long number;
            synchronized (TargetTranslation.this) {
                number = ++lastSent;
                sent.addLast(new Sent(number, stream, message));
            }
            say(stateOf(number));
            stateLast = true;
        }

        private void trace(JsonNode trace) {
            JsonNode status = trace.path("stream_status");
            if (!status.path("status").asString("").equals("COMPLETE")) {
                return;
            }
            JsonNode descriptor = status.path("stream_descriptor");
            Stream stream =
                    stream(
                            descriptor.path("namespace").asStringOpt().orElse(null),
                            descriptor.path("name").asString(""));
            if (stream.replaces()) {
                say(
                        Json.object()
                                .put("type", "ACTIVATE_VERSION")
                                .put("stream", stream.name())
                                .put("version", stream.generation()));
                stateLast = false;
            }
        }

        private void say(ObjectNode message) {
            translated.append(Json.mapper().writeValueAsBytes(message));
            translated.append('\n');
        }

        private void send() throws IOException {
            translated.writeTo(guest);
            translated.clear();
            guest.flush();
        }

        @Override
        public void flush() throws IOException {
            guest.flush();
        }

        @Override
        public void close() throws IOException {
            try (guest) {
                begin();
                long last;
                synchronized (TargetTranslation.this) {
                    last = lastSent;
                    inputEnded = true;
                }
                if (!stateLast && last > 0) {
                    // Some targets tell a state only where it is the last thing that they get.
                    say(stateOf(last));
                }
                send();
            }
        }
    }

    private static ObjectNode stateOf(long number) {
        ObjectNode message = Json.object().put("type", "STATE");
        message.putObject("value").put(NUMBER, number);
        return message;
    }

    private static ObjectNode schema(Stream stream) {
        JsonNode configured = stream.configured();
        ObjectNode message = Json.object().put("type", "SCHEMA").put("stream", stream.name());
        message.set("schema", withoutOurs(configured.path("stream").path("json_schema")));
        ArrayNode key = message.putArray("key_properties");
        // With a key a target keeps one row of each; modes that append want them all.
        if (configured.path("destination_sync_mode").asString("").equals("append_dedup")) {
            configured
                    .path("primary_key")
                    .forEach(path -> key.add(path.path(path.size() - 1).asString()));
        }
        JsonNode cursor = configured.path("cursor_field");
        if (!cursor.isEmpty()) {
            message.putArray("bookmark_properties").add(cursor.path(0).asString());
        }
        return message;
    }

    /** Without the words that only the protocol knows. */
    private static JsonNode withoutOurs(JsonNode schema) {
        if (!(schema instanceof ObjectNode object)) {
            return schema;
        }
        ObjectNode copy = object.deepCopy();
        copy.remove("airbyte_type");
        if (copy.path("properties") instanceof ObjectNode properties) {
            List.copyOf(properties.propertyNames())
                    .forEach(name -> properties.set(name, withoutOurs(properties.get(name))));
        }
        if (copy.path("items").isObject()) {
            copy.set("items", withoutOurs(copy.path("items")));
        }
        return copy;
    }

    @Override
    public InputStream output(InputStream printed, Ending ending) {
        return new TranslatedLines(printed) {
            @Override
            void line(byte[] bytes, int from, int count, JsonBuffer output) {
                JsonNode value;
                try {
                    value = Json.parse(bytes, from, count);
                } catch (JacksonException _) {
                    value = Json.object();
                }
                if (value.path(NUMBER).isIntegralNumber()) {
                    acknowledge(value.path(NUMBER).asLong(), output);
                } else if (count > 0) {
                    output.append(bytes, from, count);
                    output.append('\n');
                }
            }

            @Override
            void end(boolean cutOff, JsonBuffer output) {
                // What was not acknowledged is known by whoever waits for it.
            }
        };
    }

    private void acknowledge(long number, JsonBuffer output) {
        var newest = new LinkedHashMap<String, Sent>();
        synchronized (this) {
            if (number > lastSent || number < 1) {
                throw new SystemFailure("The target acknowledged a state that it was never given.");
            }
            lastAcknowledged = Math.max(lastAcknowledged, number);
            while (!sent.isEmpty() && sent.getFirst().number() <= number) {
                Sent covered = sent.removeFirst();
                newest.put(covered.stream(), covered);
            }
        }
        for (Sent state : new ArrayList<>(newest.values())) {
            output.append(Json.mapper().writeValueAsBytes(state.message()));
            output.append('\n');
        }
    }

    /** Some targets have done everything, and stumble over their own end. */
    @Override
    public boolean forgives(int exitStatus) {
        synchronized (this) {
            boolean done = inputEnded && lastSent > 0 && lastAcknowledged == lastSent;
            if (done && exitStatus < SIGNALS) {
                log.line(
                        LogLevel.WARN,
                        "The target ended with exit status %d after it had acknowledged everything."
                                .formatted(exitStatus));
                return true;
            }
            return false;
        }
    }
}

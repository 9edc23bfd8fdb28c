package io.millrace.replication.launch.singer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestTranslation;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a tap prints in one run, as messages of the protocol. */
final class TapTranslation implements GuestTranslation {
    private final TapCatalog catalog;
    private final Set<StreamName> selected;
    private final Clock clock;
    private final LaunchContext.Log log;

    TapTranslation(
            TapCatalog catalog, Set<StreamName> selected, Clock clock, LaunchContext.Log log) {
        this.catalog = catalog;
        this.selected = Set.copyOf(selected);
        this.clock = clock;
        this.log = log;
    }

    @Override
    public InputStream output(InputStream printed, Ending ending) {
        return new Lines(printed, ending);
    }

    /** Where the records go that the tap gives under one name. */
    private static final class Route {
        /** Everything up to the time; empty for a stream that is left out. */
        final byte[] head;

        boolean sinceState;

        Route(byte[] head) {
            this.head = head;
        }
    }

    private final class Lines extends TranslatedLines {
        private final Ending ending;
        private final Envelope envelope = new Envelope("record");
        private final Map<String, Route> routes = new HashMap<>();
        private final Set<String> leftOut = new HashSet<>();
        private final Map<StreamName, Route> routesByStream = new HashMap<>();
        private final Map<StreamName, JsonNode> lastStates = new HashMap<>();
        private boolean anyMessage;
        private boolean shared;

        Lines(InputStream printed, Ending ending) {
            super(printed);
            this.ending = ending;
        }

        @Override
        void line(byte[] bytes, int from, int count, JsonBuffer output) throws IOException {
            if (!envelope.scan(bytes, from, count)) {
                requireNoMessage(bytes, from, count);
                passOn(bytes, from, count, output);
                return;
            }
            switch (envelope.type) {
                case "RECORD" -> record(bytes, output);
                case "STATE" -> state(Json.parse(bytes, from, count).path("value"), output);
                case "SCHEMA" -> schema(output);
                case "ACTIVATE_VERSION" -> anyMessage = true; // generations are ours
                case "BATCH" ->
                        // Invariant 3: rows in files that nobody would read.
                        throw new SystemFailure(
                                "The tap gives its records in files (BATCH). Turn that off in its"
                                        + " configuration.");
                default -> passOn(bytes, from, count, output);
            }
        }

        /** Text of a log may be anything, but a record in pieces may not be lost. */
        private void requireNoMessage(byte[] bytes, int from, int count) {
            String start = new String(bytes, from, Math.min(count, 200), UTF_8).stripLeading();
            if (start.startsWith("{") && start.contains("\"RECORD\"")) {
                throw new SystemFailure(
                        "The tap printed a record that is no JSON, or only a part of one.");
            }
        }

        /** It goes into the log as it is. */
        private void passOn(byte[] bytes, int from, int count, JsonBuffer output) {
            output.append(bytes, from, count);
            output.append('\n');
        }

        private Optional<StreamName> wanted(String said) {
            Optional<StreamName> stream = catalog.find(said);
            if (stream.isPresent() && !selected.contains(stream.get())) {
                if (leftOut.add(said)) {
                    log.line(
                            LogLevel.INFO,
                            "The tap also reads stream %s, which was not asked for; it is left out."
                                    .formatted(stream.get()));
                }
                return Optional.empty();
            }
            // One that nobody has heard of is told to be so by whoever reads these lines.
            return stream.or(() -> Optional.of(StreamName.of(said)));
        }

        private void schema(JsonBuffer output) {
            anyMessage = true;
            String said = envelope.stream;
            if (said != null) {
                wanted(said)
                        .filter(selected::contains)
                        .ifPresent(stream -> status(stream, "STARTED", output));
            }
        }

        private void record(byte[] bytes, JsonBuffer output) {
            anyMessage = true;
            String said = envelope.stream;
            if (said == null || envelope.bodyStart < 0) {
                throw new SystemFailure(
                        "The tap printed a record without a stream or without data.");
            }
            Route route = routes.computeIfAbsent(said, this::route);
            if (route.head.length == 0) {
                return;
            }
            route.sinceState = true;
            output.append(route.head);
            output.appendLong(emittedAt(envelope.timeExtracted));
            output.append(",\"data\":");
            output.append(bytes, envelope.bodyStart, envelope.bodyEnd - envelope.bodyStart);
            output.append("}}\n");
        }

        private Route route(String said) {
            Optional<StreamName> stream = wanted(said);
            if (stream.isEmpty()) {
                return new Route(new byte[0]);
            }
            var head = new JsonBuffer(100);
            head.append("{\"type\":\"RECORD\",\"record\":{\"stream\":");
            head.appendString(stream.get().name());
            head.append(",\"emitted_at\":");
            var route = new Route(head.toBytes());
            routesByStream.put(stream.get(), route);
            return route;
        }

        private long emittedAt(@Nullable String timeExtracted) {
            if (timeExtracted != null) {
                try {
                    return OffsetDateTime.parse(timeExtracted).toInstant().toEpochMilli();
                } catch (DateTimeException _) {
                    // Not as it should be written; now is nearly the same.
                }
            }
            return clock.millis();
        }

        private void state(JsonNode value, JsonBuffer output) {
            anyMessage = true;
            if (!value.isObject()) {
                return; // nothing to go on from
            }
            Optional<Map<StreamName, ObjectNode>> split =
                    shared ? Optional.empty() : TapState.split(value, catalog);
            if (split.isEmpty()) {
                shared = true; // and stays so: the two forms don't mix in a run
                global(value, output);
                return;
            }
            split.get()
                    .forEach((stream, state) -> {
                        if (selected.contains(stream)) {
                            state(stream, state, output);
                        }
                    });
        }

        /** Only what is new: a tap repeats the bookmarks of all streams each time. */
        private void state(StreamName stream, ObjectNode state, JsonBuffer output) {
            Route route = routesByStream.get(stream);
            boolean records = false;
            if (route != null) {
                records = route.sinceState;
                route.sinceState = false;
            }
            if (!records && state.equals(lastStates.get(stream))) {
                return;
            }
            lastStates.put(stream, state);
            ObjectNode message = Json.object().put("type", "STREAM");
            ObjectNode inner = message.putObject("stream");
            inner.putObject("stream_descriptor").put("name", stream.name());
            inner.set("stream_state", state);
            say("STATE", "state", message, output);
        }

        private void global(JsonNode value, JsonBuffer output) {
            ObjectNode message = Json.object().put("type", "GLOBAL");
            ObjectNode global = message.putObject("global");
            global.set("shared_state", value);
            ArrayNode streams = global.putArray("stream_states");
            for (StreamName stream : selected) {
                ObjectNode state = streams.addObject();
                state.putObject("stream_descriptor").put("name", stream.name());
                state.putObject("stream_state");
            }
            say("STATE", "state", message, output);
        }

        private void status(StreamName stream, String status, JsonBuffer output) {
            ObjectNode trace =
                    Json.object().put("type", "STREAM_STATUS").put("emitted_at", clock.millis());
            ObjectNode inner = trace.putObject("stream_status");
            inner.putObject("stream_descriptor").put("name", stream.name());
            inner.put("status", status);
            say("TRACE", "trace", trace, output);
        }

        private void say(String type, String property, ObjectNode content, JsonBuffer output) {
            ObjectNode message = Json.object().put("type", type);
            message.set(property, content);
            output.append(Json.mapper().writeValueAsBytes(message));
            output.append('\n');
        }

        /** A tap says nothing of a stream's end: that it ended well is the end of all. */
        @Override
        void end(boolean cutOff, JsonBuffer output) throws IOException {
            if (anyMessage && ending.awaitSuccess()) {
                for (StreamName stream : selected) {
                    status(stream, "COMPLETE", output);
                }
            }
        }
    }
}

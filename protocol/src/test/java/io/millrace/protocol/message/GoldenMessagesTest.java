package io.millrace.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class GoldenMessagesTest {
    @ParameterizedTest
    @ValueSource(strings = {"records", "states", "logs", "traces", "connectors"})
    void everyMessageComesBackWithAllItsProperties(String name) throws Exception {
        for (String line : lines(name)) {
            ObjectNode given = (ObjectNode) Json.mapper().readTree(line);
            String written = write(MessageParser.message(given));
            assertThat(written).endsWith("\n").doesNotContain("\r");
            assertThat(written.indexOf('\n')).isEqualTo(written.length() - 1);
            assertThat(Json.equalByValue(Json.mapper().readTree(written), given))
                    .as("%s%nbecame%n%s", line, written)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"states", "logs", "traces", "connectors"})
    void theReaderGivesTheSameMessagesAsTheTree(String name) throws Exception {
        List<String> lines = lines(name);
        try (var reader =
                new MessageReader(
                        new ByteArrayInputStream(
                                String.join("\n", lines).getBytes(StandardCharsets.UTF_8)))) {
            for (String line : lines) {
                assertThat(reader.next()).as(line).isEqualTo(MessageReader.Event.MESSAGE);
                assertThat(reader.message())
                        .isEqualTo(
                                MessageParser.message((ObjectNode) Json.mapper().readTree(line)));
            }
            assertThat(reader.next()).isEqualTo(MessageReader.Event.END);
        }
    }

    @Test
    void theGoldenLinesHoldEveryKindOfMessage() throws Exception {
        Set<Class<?>> seen = new HashSet<>();
        for (String name : List.of("records", "states", "logs", "traces", "connectors")) {
            for (String line : lines(name)) {
                seen.add(
                        MessageParser.message((ObjectNode) Json.mapper().readTree(line))
                                .getClass());
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(kinds(Message.class));
    }

    @Test
    void countsOfStatesCarryADecimalPoint() throws Exception {
        var state =
                new StateMessage.Legacy(
                                java.util.Optional.of(Json.object()), StateMessage.Context.NONE)
                        .withSourceStats(StateMessage.Stats.of(10, 3))
                        .withDestinationStats(StateMessage.Stats.of(9_007_199_254_740_993L));
        assertThat(write(state))
                .contains("\"sourceStats\":{\"recordCount\":10.0,\"rejectedRecordCount\":3.0}")
                .contains("\"destinationStats\":{\"recordCount\":9007199254740993.0}");
    }

    @Test
    void aTypedStateLosesTheDataThatOldSourcesSendBesideIt() throws Exception {
        Message state =
                parse(
                        """
                        {"type":"STATE","state":{"type":"STREAM","data":{"a":1},
                         "stream":{"stream_descriptor":{"name":"a"},"stream_state":{"a":1}}}}
                        """);
        assertThat(write(state)).doesNotContain("\"data\"");
    }

    @Test
    void aLoneSurrogateInAStateSurvives() throws Exception {
        String line =
                """
                {"type":"STATE","state":{"type":"LEGACY","data":{"k":"a\\udc00é"}}}
                """;
        String written = write(parse(line));
        assertThat(Json.mapper().readTree(written)).isEqualTo(Json.mapper().readTree(line));
    }

    @Test
    void anUnknownKindOfErrorIsOursToMend() throws Exception {
        var failure =
                (TraceMessage.Failure)
                        parse(
                                """
                                {"type":"TRACE","trace":{"type":"ERROR","emitted_at":1,
                                 "error":{"message":"m","failure_type":"cosmic_error"}}}
                                """);
        assertThat(failure.effectiveFailureType())
                .isEqualTo(io.millrace.protocol.failure.FailureType.SYSTEM_ERROR);
        assertThat(failure.failureType().orElseThrow().text()).isEqualTo("cosmic_error");
    }

    @Test
    void theTextOfAConfigurationMessageHidesTheConfiguration() throws Exception {
        Message control =
                parse(
                        """
                        {"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":1,
                         "connectorConfig":{"config":{"password":"hunter2"}}}}
                        """);
        assertThat(control.toString()).doesNotContain("hunter2");
        assertThat(write(control)).contains("hunter2");
    }

    private static Message parse(String json) throws Exception {
        return MessageParser.message(
                (ObjectNode) Json.mapper().readTree(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String write(Message message) throws IOException {
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output)) {
            writer.write(message);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    private static List<Class<?>> kinds(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        List<Class<?>> kinds = new ArrayList<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            kinds.addAll(kinds(permitted));
        }
        return kinds;
    }

    static List<String> lines(String name) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(
                        GoldenMessagesTest.class.getResourceAsStream(
                                "/golden/" + name + ".jsonl"))) {
            return List.of(new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n"));
        }
    }
}

package io.millrace.cli.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReadChecksTest {
    private static final JsonNode CATALOG =
            json("{'streams': [{'stream': {'name': 's', 'default_cursor_field': ['at']}}]}");

    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode record(int id, String at) {
        return json("{'stream': 's', 'data': {'id': %d, 'at': '%s'}}".formatted(id, at));
    }

    @Test
    void recordsAtTheValueOfTheirPartitionsStateMayComeAgain() {
        JsonNode state =
                json(
                        "[{'stream': {'stream_state': {'states': ["
                                + "{'partition': {'p': 1}, 'cursor': {'at': '2024-01-05'}},"
                                + "{'partition': {'p': 2}, 'cursor': {'at': '2024-01-01'}}]}}}]");
        assertThat(ReadChecks.hasOlder(List.of(record(1, "2024-01-05")), CATALOG, state)).isFalse();
        assertThat(ReadChecks.hasOlder(List.of(record(1, "2024-01-05T10:00:00Z")), CATALOG, state))
                .isFalse();
        assertThat(
                        ReadChecks.hasOlder(
                                List.of(record(1, "2024-01-03"), record(2, "2024-01-05")),
                                CATALOG,
                                state))
                .isTrue();
    }

    @Test
    void whereTheCursorIsNotKnownEverythingIsOlder() {
        assertThat(
                        ReadChecks.hasOlder(
                                List.of(record(1, "2024-01-05")),
                                json("{'streams': [{'stream': {'name': 's'}}]}"),
                                json("[]")))
                .isTrue();
    }
}

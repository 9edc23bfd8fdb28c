package io.millrace.cli.acceptance;

import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** How long a connector may take for a test. */
final class Timeout {
    private Timeout() {}

    static Duration of(JsonNode test, Duration standard) {
        return test.path("timeout_seconds").isNumber()
                ? Duration.ofSeconds(test.path("timeout_seconds").asLong())
                : standard;
    }
}

package io.millrace.sdk.option;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OptionSchemaTest {
    private static final OptionSchema<SampleOptions> SCHEMA = OptionSchema.of(SampleOptions.class);

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static List<String> problems(String config) {
        return SCHEMA.bind(json(config), UnknownKeys.REFUSE).problems().stream()
                .map(OptionProblem::toString)
                .toList();
    }

    private static SampleOptions load(String config) {
        return SCHEMA.bind(json(config), UnknownKeys.REFUSE).load();
    }

    private static void assertGolden(String name, String actual) throws IOException {
        Path file = Path.of(System.getProperty("basedir", ""), "src/test/golden", name);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, actual, UTF_8);
        }
        assertThat(actual).isEqualTo(Files.readString(file, UTF_8));
    }

    @Test
    void theSpecificationIsTheGoldenFile() throws IOException {
        assertGolden(
                "sample-spec.json",
                JsonMapper.shared()
                                .writerWithDefaultPrettyPrinter()
                                .writeValueAsString(SCHEMA.jsonSchema("Sample source"))
                        + "\n");
    }

    @Test
    void theReferencePageIsTheGoldenFile() throws IOException {
        assertGolden(
                "sample-reference.md", ReferencePage.of("Source sample", "Reads samples.", SCHEMA));
    }

    @Test
    void whatIsNotSaidTakesItsDefault() {
        SampleOptions options = load("{\"host\": \"db\"}");
        assertThat(options.port()).isEqualTo(5432);
        assertThat(options.password()).isEmpty();
        assertThat(options.schemas()).containsExactly("public");
        assertThat(options.sslMode()).isEqualTo(new SampleOptions.Encryption.Prefer());
        assertThat(options.method()).isEqualTo(SampleOptions.Method.CURSOR);
        assertThat(options.fetchBytes()).isEqualTo(DataSize.ofMegabytes(8));
        assertThat(options.patience()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.rows()).isEqualTo(9_000_000_000L);
        assertThat(options.headers()).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        SampleOptions options =
                load(
                        """
                        {"host": "db", "password": "pw", "ssl_mode": {"mode": "verify-ca", "ca_certificate": "PEM"},
                         "method": "CDC", "fetch_bytes": "1GiB", "patience": "90s", "start_at": "2026-01-31T00:00:00Z",
                         "sample": 0.5, "headers": {"X-A": "1"}, "files": [{"name": "f"}], "extra": [1, null]}
                        """);
        JsonNode written = OptionSchema.of(SampleOptions.class).write(options);
        assertThat(load(written.toString())).isEqualTo(options);
        assertThat(written.path("password").asString()).isEqualTo("pw");
        assertThat(written.has("base_url")).isFalse();
    }

    @Test
    void everyKindOfOptionIsRead() {
        SampleOptions options =
                load(
                        """
                        {"hostname": "db", "port": "6543", "password": "pw", "schemas": ["a", "b"],
                         "ssl_mode": {"mode": "verify-ca", "ca_certificate": "PEM"}, "method": "CDC",
                         "fetch_bytes": "1GiB", "patience": "2m", "start_at": "2026-01-31T00:00:00Z",
                         "base_url": "https://example.com/x", "sample": "0.5", "rows": 12, "check_privileges": "false",
                         "headers": {"X-A": "1"}, "files": [{"name": "f"}], "extra": [1, null], "jdbc_url_params": "a=b"}
                        """);
        assertThat(options.host()).isEqualTo("db");
        assertThat(options.port()).isEqualTo(6543);
        assertThat(options.password().map(Secret::reveal)).contains("pw");
        assertThat(options.sslMode())
                .isEqualTo(
                        new SampleOptions.Encryption.VerifyCa(new Secret("PEM"), Optional.empty()));
        assertThat(options.method()).isEqualTo(SampleOptions.Method.LOG);
        assertThat(options.sample()).isEqualTo(0.5);
        assertThat(options.checkPrivileges()).isFalse();
        assertThat(options.headers()).isEqualTo(Map.of("X-A", "1"));
        assertThat(options.files()).containsExactly(new SampleOptions.FileOptions("f", "**"));
        assertThat(options.extra()).contains(json("[1, null]"));
    }

    @Test
    void aBranchThatNeedsNothingElseMayBeItsNameAlone() {
        assertThat(load("{\"host\": \"db\", \"ssl_mode\": \"disable\"}").sslMode())
                .isEqualTo(new SampleOptions.Encryption.Disable());
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        assertThat(
                        problems(
                                """
                                {"prot": 1, "port": 70000, "schemas": [], "ssl_mode": {"mode": "verifyca"},
                                 "method": "curser", "fetch_bytes": "big", "patience": 30, "start_at": "monday",
                                 "base_url": "nowhere", "sample": "half", "rows": 1.5, "check_privileges": 1,
                                 "headers": [], "files": [{"path": "x"}, {"name": " "}], "password": 5}
                                """))
                .containsExactly(
                        "/prot: There is no option \"prot\". Did you mean \"port\"?",
                        "/host: The option \"host\" is missing: name or address of the server.",
                        "/port: \"port\" must be between 1 and 65535.",
                        "/password: It must be a text; put it in quotes.",
                        "/schemas: \"schemas\" must have at least 1 entries.",
                        "/ssl_mode/mode: It must be one of disable, prefer, verify-ca. Did you mean"
                                + " \"verify-ca\"?",
                        "/method: It must be one of cursor, row-version, CDC. Did you mean"
                                + " \"cursor\"?",
                        "/fetch_bytes: It must be a size with its unit, such as 64MB.",
                        "/patience: It must be a time with its unit, such as 30s or 5m.",
                        "/start_at: It must be an instant, such as 2026-01-31T00:00:00Z.",
                        "/base_url: It must be an address, such as https://example.com.",
                        "/sample: It must be a number.",
                        "/rows: It must be a whole number.",
                        "/check_privileges: It must be true or false.",
                        "/headers: It must be an object.",
                        "/files/0/name: The option \"name\" is missing: name of the stream.",
                        "/files/1: A stream needs a name.");
    }

    @Test
    void aPatternHoldsForTheWholeText() {
        assertThat(problems("{\"host\": \"db one\"}"))
                .containsExactly("/host: \"host\" must be of the form letters, digits, dots.");
    }

    @Test
    void anOptionUnderTwoOfItsNamesIsRefused() {
        assertThat(problems("{\"host\": \"a\", \"hostname\": \"b\"}"))
                .containsExactly(
                        "/hostname: \"host\" and \"hostname\" are the same option. Keep one of"
                                + " them.");
    }

    @Test
    void unknownKeysAreWarningsForPlatforms() {
        var binding = SCHEMA.bind(json("{\"host\": \"db\", \"hots\": 1}"), UnknownKeys.ALLOW);
        assertThat(binding.options()).isPresent();
        assertThat(binding.errors()).isEmpty();
        assertThat(binding.problems())
                .extracting(OptionProblem::severity)
                .containsExactly(OptionProblem.Severity.WARNING);
    }

    @Test
    void aFailureListsAllErrors() {
        assertThatThrownBy(() -> load("{\"port\": \"x\"}"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessage(
                        "Config validation error: /host: The option \"host\" is missing: name or"
                                + " address of the server.; /port: It must be a whole number.");
    }

    @Test
    void noMessageQuotesASecret() {
        var masker =
                SCHEMA.masker(
                        json(
                                """
                                {"password": "hunter2hunter2", "ssl_mode": {"mode": "verify-ca", "ca_certificate": "PEMPEM"}}
                                """));
        assertThat(masker.mask("it was hunter2hunter2 with PEMPEM"))
                .isEqualTo("it was **** with ****");
        assertThat(String.valueOf(load("{\"host\": \"db\", \"password\": \"hunter2\"}")))
                .doesNotContain("hunter2");
        assertThat(problems("{\"host\": \"db\", \"password\": {\"word\": \"hunter2\"}}").toString())
                .doesNotContain("hunter2");
    }
}

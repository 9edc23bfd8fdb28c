package io.millrace.cli.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.acceptance.CheckResult.Status;
import io.millrace.replication.launch.process.Guests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The suite finds nothing in connectors that do everything right, and every single mistake. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class AcceptanceSuiteTest {
    private static final String SOURCE_CONFIG =
            """
            connector_image: prices:dev
            acceptance_tests:
              spec: {tests: [{spec_path: spec.json, config_path: secrets/config.json}]}
              connection:
                tests:
                  - {config_path: secrets/config.json, status: succeed}
                  - {config_path: wrong.json, status: failed}
                  - {config_path: raise.json, status: exception}
              discovery: {tests: [{config_path: secrets/config.json}]}
              basic_read:
                tests:
                  - config_path: secrets/config.json
                    validate_data_points: true
                    expect_records: {path: expected.jsonl}
              full_refresh: {tests: [{config_path: secrets/config.json}]}
              incremental:
                tests: [{config_path: secrets/config.json, future_state: {future_state_path: future.json}}]
            """;

    private static final String DESTINATION_CONFIG =
            """
            destination_tests:
              config_path: secrets/config.json
              invalid_config_path: wrong.json
              retrieve: [python3, destination.py, retrieve]
            """;

    @TempDir Path root;

    private int connectors;

    private static void copy(String resource, Path target) throws IOException {
        try (InputStream content =
                AcceptanceSuiteTest.class.getResourceAsStream("/acceptance/" + resource)) {
            Files.write(target, content.readAllBytes());
        }
    }

    /**
     * A connector's folder.
     *
     * @param mistake Python that changes what a good one does
     */
    private Path connector(String program, String mistake) throws IOException {
        Path folder = Files.createDirectories(root.resolve("connector" + ++connectors));
        copy(program, folder.resolve(program));
        Files.writeString(folder.resolve("break.py"), mistake);
        Files.createDirectory(folder.resolve("secrets"));
        boolean source = program.equals("source.py");
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                source ? SOURCE_CONFIG : DESTINATION_CONFIG);
        Files.writeString(
                folder.resolve("secrets/config.json"),
                source
                        ? "{\"upto\": 4, \"api_token\": \"sesame-open\"}"
                        : "{\"folder\": \"out\", \"password\": \"sesame-open\"}");
        Files.writeString(
                folder.resolve("wrong.json"),
                """
                {"upto": 4, "api_token": "wrong", "folder": "out", "password": "wrong"}
                """);
        Files.writeString(folder.resolve("raise.json"), "{\"upto\": 4, \"api_token\": \"raise\"}");
        Files.writeString(
                folder.resolve("expected.jsonl"),
                """
                {"stream": "prices", "data": {"day": 2, "price": 10.5, "at": "2026-01-01T00:00:00Z", "venue": {"city": "Ulm"}}}
                """);
        Files.writeString(
                folder.resolve("future.json"),
                """
                [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "prices"}, "stream_state": {"day": 9999}}},
                 {"type": "STREAM", "stream": {"stream_descriptor": {"name": "quotes"}, "stream_state": {"day": 9999}}}]
                """);
        if (source) {
            Files.writeString(folder.resolve("spec.json"), answer("spec", "spec", "SPEC"));
        }
        return folder;
    }

    /** What the good source says. */
    private String answer(String verb, String property, String type) throws IOException {
        Path folder = Files.createDirectories(root.resolve("good"));
        copy("source.py", folder.resolve("source.py"));
        Process process =
                new ProcessBuilder("python3", "source.py", verb).directory(folder.toFile()).start();
        return io.millrace.protocol.json.Json.mapper()
                .readTree(process.getInputStream().readAllBytes())
                .path(property)
                .toString();
    }

    private static Report test(Path folder, Optional<Path> previous, Optional<String> only)
            throws InterruptedException {
        String program = Files.exists(folder.resolve("source.py")) ? "source.py" : "destination.py";
        return AcceptanceSuite.load("./connector", folder, previous, only)
                .run(Guests.plain(List.of("python3", program), folder, Map.of()), Optional.empty());
    }

    private Path previous() throws IOException {
        Path folder = Files.createDirectories(root.resolve("previous"));
        Files.writeString(folder.resolve("spec.json"), answer("spec", "spec", "SPEC"));
        Files.writeString(folder.resolve("catalog.json"), answer("discover", "catalog", "CATALOG"));
        return folder;
    }

    @Test
    void nothingIsFoundInASourceThatDoesEverythingRight() throws Exception {
        Report report = test(connector("source.py", ""), Optional.of(previous()), Optional.empty());
        assertThat(report.checks()).filteredOn(check -> check.status() == Status.FAILED).isEmpty();
        assertThat(report.checks())
                .filteredOn(check -> check.status() == Status.SKIPPED)
                .extracting(CheckResult::name)
                .containsExactlyInAnyOrder("spec.image_labels", "spec.image_environment_variables");
        assertThat(report.toJson().path("status").asString()).isEqualTo("passed");
    }

    @Test
    void nothingIsFoundInADestinationThatDoesEverythingRight() throws Exception {
        Report report = test(connector("destination.py", ""), Optional.empty(), Optional.empty());
        assertThat(report.checks()).filteredOn(check -> check.status() != Status.PASSED).isEmpty();
        assertThat(report.checks()).hasSizeGreaterThanOrEqualTo(25);
    }

    /** A check, and what breaks it. */
    private static Stream<Map.Entry<String, String>> mistakesOfSources() {
        String option = "SPEC['connectionSpecification']['properties']";
        String columns = "CATALOG['streams'][0]['json_schema']['properties']";
        return Stream.of(
                Map.entry("spec.config_match_spec", option + "['upto']['type'] = 'string'"),
                Map.entry("spec.match_expected", "SPEC['documentationUrl'] = 'https://x'"),
                Map.entry("spec.enum_usage", option + "['speed']['enum'].append('fast')"),
                Map.entry(
                        "spec.oneof_usage",
                        "del " + option + "['auth']['oneOf'][1]['properties']['method']['const']"),
                Map.entry(
                        "spec.required",
                        "SPEC['connectionSpecification']['required'].append('none')"),
                Map.entry("spec.optional", option + "['upto']['default'] = 'many'"),
                Map.entry(
                        "spec.secret_never_in_the_output",
                        option + "['api_token']['default'] = 'sesame'"),
                Map.entry(
                        "spec.secret_is_properly_marked",
                        "del "
                                + option
                                + "['auth']['oneOf'][0]['properties']['refresh_token']['airbyte_secret']"),
                Map.entry(
                        "spec.property_type_is_not_array",
                        option + "['speed']['type'] = ['string', 'integer']"),
                Map.entry("spec.object_not_empty", option + "['more'] = {'type': 'object'}"),
                Map.entry("spec.array_type", option + "['tags']['items'] = {'type': 'array'}"),
                Map.entry("spec.forbidden_complex_types", option + "['tags']['not'] = {}"),
                Map.entry("spec.date_pattern", "del " + option + "['start']['format']"),
                Map.entry("spec.date_format", "del " + option + "['start']['pattern']"),
                Map.entry("spec.duplicate_order", option + "['tags']['order'] = 1"),
                Map.entry(
                        "spec.nested_group",
                        option
                                + "['auth']['oneOf'][0]['properties']['refresh_token']['group'] ="
                                + " 'g'"),
                Map.entry("spec.display_type", option + "['speed']['display_type'] = 'radio'"),
                Map.entry(
                        "spec.defined_refs_exist_in_json_spec_file",
                        option + "['tags']['$ref'] = '#/definitions/x'"),
                Map.entry(
                        "spec.oauth_flow_parameters",
                        "SPEC['advanced_auth']['predicate_key'] = ['auth', 'none']"),
                Map.entry("spec.oauth_is_default_method", option + "['auth']['oneOf'].reverse()"),
                Map.entry(
                        "spec.backward_compatibility",
                        "SPEC['connectionSpecification']['required'].append('start')"),
                Map.entry(
                        "spec.additional_properties_is_true",
                        "SPEC['connectionSpecification']['additionalProperties'] = False"),
                Map.entry(
                        "connection.check",
                        "def check(config): say({'type': 'CONNECTION_STATUS', 'connectionStatus':"
                                + " {'status': 'SUCCEEDED'}})"),
                Map.entry("discovery.discover", "CATALOG['streams'].append(stream('prices'))"),
                Map.entry(
                        "discovery.streams_have_valid_json_schemas",
                        columns + "['day']['type'] = 'whole'"),
                Map.entry(
                        "discovery.defined_cursors_exist_in_schema",
                        "CATALOG['streams'][0]['default_cursor_field'] = ['none']"),
                Map.entry(
                        "discovery.defined_refs_exist_in_schema",
                        columns + "['venue'] = {'$ref': '#/definitions/x'}"),
                Map.entry(
                        "discovery.defined_keyword_exist_in_schema",
                        columns + "['venue'] = {'allOf': [{'type': 'object'}]}"),
                Map.entry(
                        "discovery.primary_keys_exist_in_schema",
                        "CATALOG['streams'][0]['source_defined_primary_key'] = [['none']]"),
                Map.entry(
                        "discovery.streams_has_sync_modes",
                        "del CATALOG['streams'][0]['supported_sync_modes']"),
                Map.entry(
                        "discovery.additional_properties_is_true",
                        columns + "['venue']['additionalProperties'] = False"),
                Map.entry("discovery.backward_compatibility", "del " + columns + "['price']"),
                Map.entry(
                        "discovery.catalog_has_supported_data_types",
                        columns + "['at']['airbyte_type'] = 'time_with_timezone'"),
                Map.entry(
                        "discovery.primary_keys_data_type",
                        "CATALOG['streams'][0]['source_defined_primary_key'] = [['venue']]"),
                Map.entry("basic_read.records_exist", "def record(name, data): pass"),
                Map.entry(
                        "basic_read.stream_configured",
                        "say_record = record\ndef record(name, data): say_record('other', data)"),
                Map.entry("basic_read.schema_overlap", "def row(day): return {'x': day}"),
                Map.entry(
                        "basic_read.validate_schema",
                        "good = row\ndef row(day): return {**good(day), 'price': 'dear'}"),
                Map.entry(
                        "basic_read.extra_columns",
                        "good = row\ndef row(day): return {**good(day), 'venue': {'street': 1}}"),
                Map.entry(
                        "basic_read.empty_streams",
                        "good = record\n"
                                + "def record(name, data):\n"
                                + "  if name == 'prices': good(name, data)"),
                Map.entry(
                        "basic_read.primary_keys",
                        "good = row\ndef row(day): return {**good(day), 'day': None}"),
                Map.entry(
                        "basic_read.data_points",
                        "good = row\ndef row(day): return {**good(day), 'price': None}"),
                Map.entry(
                        "basic_read.expected_records",
                        "good = row\ndef row(day): return {**good(day), 'price': 1}"),
                Map.entry(
                        "basic_read.stream_statuses",
                        "good = status\n"
                                + "def status(name, value):\n"
                                + "  if value != 'RUNNING': good(name, value)"),
                Map.entry("basic_read.state_messages", "def state(name, value, count): pass"),
                Map.entry("basic_read.trace_message_on_failure", "def fail(message): sys.exit(1)"),
                Map.entry(
                        "full_refresh.sequential_reads",
                        "good = row\ndef row(day): return {**good(day), 'day': time.time_ns()}"),
                Map.entry(
                        "incremental.two_sequential_reads",
                        "good = read\n"
                                + "def read(config, catalog, states): good(config, catalog, [])"),
                Map.entry(
                        "incremental.read_sequential_slices",
                        "good = read\n"
                                + "def read(config, catalog, states): good(config, catalog, [])"),
                Map.entry(
                        "incremental.state_with_abnormally_large_values",
                        "good = read\n"
                                + "def read(config, catalog, states): good(config, catalog, [])"),
                Map.entry("protocol.output", "print('hello')"),
                Map.entry(
                        "protocol.exit_status",
                        "good = read\ndef read(*all):\n  good(*all)\n  error('it went wrong')"),
                Map.entry(
                        "protocol.counts",
                        "good = state\n"
                                + "def state(name, value, count): good(name, value, count + 1)"),
                Map.entry(
                        "protocol.state_scope",
                        "good = state\ndef state(name, value, count): good('quotes', value, 0)"),
                Map.entry(
                        "protocol.orphans",
                        "import subprocess\n"
                                + "subprocess.Popen(['sleep', '60'], start_new_session=True,"
                                + " stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,"
                                + " stderr=subprocess.DEVNULL)"),
                Map.entry(
                        "protocol.sigterm",
                        "import signal\n"
                                + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                + "good = record\n"
                                + "def record(name, data):\n"
                                + "  good(name, data)\n"
                                + "  if len(file('catalog')['streams']) > 1: time.sleep(60)"),
                Map.entry("protocol.errors_told", "def fail(message): sys.exit(1)"),
                Map.entry(
                        "protocol.secrets",
                        "if verb == 'read': print(file('config')['api_token'], file=sys.stderr)"));
    }

    @TestFactory
    Stream<DynamicTest> everyMistakeOfASourceIsFound() throws IOException {
        Path previous = previous();
        return mistakesOfSources()
                .map(mistake ->
                        DynamicTest.dynamicTest(
                                mistake.getKey(),
                                () -> requireFinding("source.py", mistake, previous)));
    }

    private void requireFinding(String program, Map.Entry<String, String> mistake, Path previous)
            throws Exception {
        String check = mistake.getKey();
        Report report =
                test(
                        connector(program, mistake.getValue()),
                        Optional.of(previous),
                        Optional.of(check));
        assertThat(report.checks())
                .filteredOn(result -> result.name().equals(check))
                .singleElement()
                .satisfies(result -> {
                    assertThat(result.status()).isEqualTo(Status.FAILED);
                    assertThat(result.message()).isNotBlank().doesNotContain("sesame-open");
                    assertThat(result.reproduce())
                            .isEqualTo("millrace connector test ./connector --only " + check);
                });
        assertThat(report.passed()).isFalse();
    }

    private static Stream<Map.Entry<String, String>> mistakesOfDestinations() {
        String lossy =
                "good = Stream.add\n"
                        + "def add(self, data):\n"
                        + "  if %s: good(self, data)\n"
                        + "Stream.add = add";
        String altered = "good = Stream.add\nStream.add = lambda self, data: good(self, %s)";
        return Stream.of(
                Map.entry("destination.spec", "del SPEC['supported_destination_sync_modes']"),
                Map.entry(
                        "destination.check",
                        "def check(config): say({'type': 'CONNECTION_STATUS', 'connectionStatus':"
                                + " {'status': 'FAILED'}})"),
                Map.entry(
                        "destination.check_invalid_credentials",
                        "def check(config): say({'type': 'CONNECTION_STATUS', 'connectionStatus':"
                                + " {'status': 'SUCCEEDED'}})"),
                Map.entry("destination.sync", lossy.formatted("data['id'] != 2")),
                Map.entry("destination.large_batch", lossy.formatted("data['id'] < 1500")),
                Map.entry(
                        "destination.second_sync",
                        "good = Stream.__init__\n"
                                + "def init(self, *all):\n"
                                + "  good(self, *all)\n"
                                + "  self.rows = load(self.path)\n"
                                + "Stream.__init__ = init"),
                Map.entry(
                        "destination.line_breaks",
                        altered.formatted("{**data, 'name': data['name'].replace('\\r', '')}")),
                Map.entry(
                        "destination.incremental_sync",
                        "good = Stream.__init__\n"
                                + "def init(self, *all):\n"
                                + "  good(self, *all)\n"
                                + "  self.rows = []\n"
                                + "Stream.__init__ = init"),
                Map.entry(
                        "destination.incremental_dedup",
                        "good = Stream.__init__\n"
                                + "def init(self, *all):\n"
                                + "  good(self, *all)\n"
                                + "  self.dedup = False\n"
                                + "Stream.__init__ = init"),
                Map.entry(
                        "destination.namespaces",
                        "good = path\n"
                            + "def path(config, namespace, name): return good(config, None if verb"
                            + " == 'write' else namespace, name)"),
                Map.entry(
                        "destination.same_name_namespaces",
                        "good = path\n"
                            + "def path(config, namespace, name): return good(config, None, name)"),
                Map.entry(
                        "destination.new_fields",
                        altered.formatted("{k: v for k, v in data.items() if k != 'added'}")),
                Map.entry(
                        "destination.names",
                        altered.formatted("{k.lower(): v for k, v in data.items()}")),
                Map.entry(
                        "destination.data_types",
                        altered.formatted("{**data, 'flag': int(data.get('flag', 0))}")),
                Map.entry(
                        "destination.big_numbers",
                        altered.formatted("{**data, 'id': float(data['id'])}")),
                Map.entry(
                        "destination.null_values",
                        altered.formatted("{**data, 'name': str(data.get('name'))}")),
                Map.entry(
                        "destination.many_streams",
                        "good = write\n"
                                + "def write(config, catalog):\n"
                                + "  if len(catalog['streams']) > 9: fail('too many')\n"
                                + "  good(config, catalog)"),
                Map.entry(
                        "destination.no_data",
                        "good = write\n"
                            + "def write(config, catalog):\n"
                            + "  good(config, catalog)\n"
                            + "  if not any(load(path(config, None, s['stream']['name'])) for s in"
                            + " catalog['streams']): fail('nothing')"),
                Map.entry(
                        "destination.truncate_refresh",
                        "good = Stream.__init__\n"
                                + "def init(self, *all):\n"
                                + "  good(self, *all)\n"
                                + "  self.rows = load(self.path)\n"
                                + "Stream.__init__ = init"),
                Map.entry("destination.interrupted_truncate", "Stream.commit = Stream.complete"),
                Map.entry("destination.state_after_commit", "Stream.commit = lambda self: None"),
                Map.entry(
                        "destination.state_order",
                        "held = []\n"
                                + "good = acknowledge\n"
                                + "def acknowledge(message):\n"
                                + "  held.insert(0, message)\n"
                                + "  if len(held) == 5: [good(each) for each in held]"),
                Map.entry(
                        "destination.state_echo",
                        "good = acknowledge\n"
                                + "def acknowledge(message):\n"
                                + "  message['state']['stream']['stream_state']['at'] = 7\n"
                                + "  good(message)"),
                Map.entry(
                        "destination.ignores_other_messages",
                        "loads = json.loads\n"
                                + "def strict(text):\n"
                                + "  message = loads(text)\n"
                                + "  if message.get('type') in ('LOG', 'SOMETHING_NEW'):"
                                + " fail('what?')\n"
                                + "  return message\n"
                                + "json.loads = strict"),
                Map.entry(
                        "destination.exit_status",
                        "good = write\n"
                                + "def write(config, catalog):\n"
                                + "  if isinstance(catalog, dict): good(config, catalog)"),
                Map.entry("protocol.output", "if verb == 'write': print('hello')"),
                Map.entry(
                        "protocol.sigterm",
                        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)"),
                Map.entry("protocol.errors_told", "def fail(message): sys.exit(3)"));
    }

    @TestFactory
    Stream<DynamicTest> everyMistakeOfADestinationIsFound() throws IOException {
        Path previous = previous();
        return mistakesOfDestinations()
                .map(mistake ->
                        DynamicTest.dynamicTest(
                                mistake.getKey(),
                                () -> requireFinding("destination.py", mistake, previous)));
    }

    private Map<String, Status> statuses(Path folder, String part) throws Exception {
        var statuses = new java.util.TreeMap<String, Status>();
        test(folder, Optional.empty(), Optional.of(part))
                .checks()
                .forEach(check -> statuses.put(check.name(), check.status()));
        return statuses;
    }

    private static void configure(Path folder, String more) throws IOException {
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                SOURCE_CONFIG.stripTrailing() + "\n" + more.indent(2));
    }

    @Test
    void whatTheFolderOfACertifiedConnectorMustSayIsChecked() throws Exception {
        Path folder = connector("source.py", "");
        configure(
                folder,
                """
                connector_attributes: {tests: [{config_path: secrets/config.json}]}
                connector_documentation: {tests: [{config_path: secrets/config.json}]}
                """);
        Files.writeString(folder.resolve("metadata.yaml"), "data: {supportLevel: certified}");
        assertThat(statuses(folder, "connector_attributes"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "connector_attributes.streams_define_primary_key", Status.PASSED,
                                "connector_attributes.certified_connector_has_allowed_hosts",
                                        Status.FAILED,
                                "connector_attributes.certified_connector_has_suggested_streams",
                                        Status.FAILED));
        assertThat(statuses(folder, "connector_documentation").values())
                .hasSize(4)
                .containsOnly(Status.FAILED);
        Files.writeString(
                folder.resolve("metadata.yaml"),
                "data: {supportLevel: certified, allowedHosts: {hosts: []}, suggestedStreams:"
                        + " {streams: [prices]}}");
        Files.writeString(
                folder.resolve("README.md"),
                """
                # Prices
                ## Prerequisites
                An upto, an API token and a start; see [the options](spec.json).
                ## Setup guide
                Upto, API token, Auth, Start, Speed, Tags.
                ## Supported sync modes
                ## Changelog
                """);
        assertThat(statuses(folder, "connector_attributes").values()).containsOnly(Status.PASSED);
        assertThat(statuses(folder, "connector_documentation").values())
                .containsOnly(Status.PASSED);
        Files.writeString(
                folder.resolve("break.py"),
                "del CATALOG['streams'][0]['source_defined_primary_key']");
        assertThat(statuses(folder, "connector_attributes"))
                .containsEntry("connector_attributes.streams_define_primary_key", Status.FAILED);
    }

    @Test
    void aSourceOfFilesProvesEachKindOfFile() throws Exception {
        Path folder =
                connector(
                        "source.py",
                        "good = row\n"
                            + "def row(day): return {**good(day), '_ab_source_file_url': 'a.CSV'}");
        String config =
                SOURCE_CONFIG.replaceFirst(
                        "(basic_read:\\s+tests:\\s+- )",
                        "$1file_types: {unsupported_types: [%s]}\n        ");
        String all =
                "{extension: avro}, {extension: .jsonl}, {extension: parquet}, {extension: pdf},"
                        + " {extension: docx}, {extension: pptx}, {extension: md}";
        Files.writeString(folder.resolve("acceptance-test-config.yml"), config.formatted(all));
        assertThat(test(folder, Optional.empty(), Optional.of("basic_read.file_types")).checks())
                .singleElement()
                .returns(Status.FAILED, CheckResult::status)
                .extracting(CheckResult::message)
                .asString()
                .endsWith("doesn't list them: txt.");
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                config.formatted(all + ", {extension: txt}"));
        assertThat(statuses(folder, "basic_read.file_types"))
                .containsEntry("basic_read.file_types", Status.PASSED);
    }

    @Test
    void aConfigurationThatIsWrongIsNoFinding() throws Exception {
        Path folder = connector("source.py", "");
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                "acceptance_tests: {basic_read: {tests: [{config_pth: x}]}}\n");
        assertThatThrownBy(() -> test(folder, Optional.empty(), Optional.empty()))
                .isInstanceOf(WrongConfigurationException.class)
                .hasMessageContaining("there is no key \"config_pth\"")
                .hasMessageContaining("Did you mean \"config_path\"?");
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                "test_strictness_level: high\nacceptance_tests: {spec: {tests: [{}]}}\n");
        assertThatThrownBy(() -> test(folder, Optional.empty(), Optional.empty()))
                .hasMessageContaining("acceptance_tests.connection needs tests or a bypass_reason");
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                "tests: {connection: [{config_path: nowhere.json}]}\n");
        assertThatThrownBy(() -> test(folder, Optional.empty(), Optional.empty()))
                .isInstanceOf(WrongConfigurationException.class)
                .hasMessageContaining("nowhere.json, which isn't there");
        Files.writeString(
                folder.resolve("acceptance-test-config.yml"),
                "acceptance_tests: {incremental: {tests: [{client_container_config: {setup:"
                        + " [x]}}]}}\n");
        assertThatThrownBy(() -> test(folder, Optional.empty(), Optional.empty()))
                .isInstanceOf(WrongConfigurationException.class)
                .hasMessageContaining("there is no key \"setup\"");
    }

    @Test
    void machinesReadTheResultsAsJunit() throws Exception {
        Path folder = connector("source.py", "print('<hello> & \\u0001')");
        Report report = test(folder, Optional.empty(), Optional.of("protocol.output"));
        Path file = root.resolve("results/junit.xml");
        report.writeJunit(file);
        assertThat(file)
                .content()
                .contains("tests=\"1\" failures=\"1\"")
                .contains("<testcase classname=\"protocol\" name=\"output\">")
                .contains("&lt;hello&gt; &amp; ?");
    }
}

package io.millrace.cli.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.source.Sample;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Timeouts;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** On a real Python with a stand-in for the reference kit that speaks its command line. */
@EnabledOnOs(OS.LINUX)
class PythonManifestTest {
    private static final String MANIFEST =
            """
            version: 6.0.0
            type: DeclarativeSource
            check: {type: CheckStream, stream_names: [users]}
            streams:
              - type: DeclarativeStream
                name: users
                retriever:
                  type: CustomRetriever
                  class_name: components.Users
            spec:
              type: Spec
              connection_specification:
                type: object
                required: [token]
                properties: {token: {type: string, airbyte_secret: true}}
            """;

    private static final String KIT =
            """
            import json, os, sys
            def run():
                flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
                assert os.environ['AIRBYTE_ENABLE_UNSAFE_CODE'] == 'true'
                config = json.load(open(flags['--config']))
                source = {}
                exec(open(flags['--components-path']).read(), source)
                problem = source['Users']().check(config)
                print(json.dumps({'type': 'LOG', 'log': {'level': 'INFO', 'message': 'has ' + config['token']}}))
                print(json.dumps({'type': 'CONNECTION_STATUS', 'connectionStatus': {
                    'status': 'FAILED' if problem else 'SUCCEEDED', 'message': problem}}))
            """;

    private static final String BUILDER =
            """
            import hashlib, json, sys
            flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
            config = json.load(open(flags['--config']))
            code = config['__injected_components_py']
            assert hashlib.sha256(code.encode()).hexdigest() == config['__injected_components_py_checksums']['sha256']
            assert config['__injected_declarative_manifest']['version'] == '6.0.0'
            stream = json.load(open(flags['--catalog']))['streams'][0]['stream']['name']
            print('chatter')
            print(json.dumps({'type': 'RECORD', 'record': {'stream': stream, 'emitted_at': 1, 'data': {
                'logs': [{'level': 'INFO', 'message': 'fine'}],
                'slices': [{'slice_descriptor': '{}', 'auxiliary_requests': [], 'pages': [{
                    'records': [{'id': 1}], 'request': {'url': 'http://x/users', 'headers': {'A': 'b'}, 'http_method': 'GET', 'body': None},
                    'response': {'status': 200, 'body': '[]', 'headers': {}}}]}],
                'test_read_limit_reached': True, 'auxiliary_requests': []}}}))
            """;

    @TempDir Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void writeManifest() throws IOException {
        write("manifest.yaml", MANIFEST);
        write(
                "components.py",
                "class Users:\n"
                    + "    def check(self, config):\n"
                    + "        return None if config['token'] == 'sesame' else 'a wrong token'\n");
        environment.put("PATH", folder.resolve("bin").toString());
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** A Python of this machine that has the stand-in. */
    private Path installKit(String program) throws IOException {
        write("kit/airbyte_cdk/__init__.py", "");
        write("kit/airbyte_cdk/cli/__init__.py", "");
        write("kit/airbyte_cdk/cli/source_declarative_manifest.py", KIT);
        write("kit/airbyte_cdk/connector_builder/__init__.py", "");
        write("kit/airbyte_cdk/connector_builder/main.py", BUILDER);
        write(
                "kit/airbyte_cdk-7.0.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: airbyte-cdk\nVersion: 7.0.0\n");
        write(
                program,
                "#!/bin/sh\nPYTHONPATH=%s exec python3 \"$@\"\n".formatted(folder.resolve("kit")));
        Path file = folder.resolve(program);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private ManifestLauncher launcher() {
        return new ManifestLauncher(Pause.none(), environment::get);
    }

    private LaunchContext context() {
        return new LaunchContext(
                Clock.systemUTC(),
                folder,
                folder.resolve("cache"),
                _ -> {},
                (_, line) -> log.add(line));
    }

    private ConnectorReference reference(String token) {
        ObjectNode config = Json.object();
        config.put("token", token);
        return new ConnectorReference(
                "manifest",
                StringNode.valueOf(folder.resolve("manifest.yaml").toString()),
                Json.object(),
                config,
                Map.of(),
                Timeouts.DEFAULT);
    }

    private Source source(String token) {
        return launcher().source(reference(token), context());
    }

    @Test
    void whereAPythonWithTheKitIsTheManifestIsRunThroughIt() throws Exception {
        environment.put("MILLRACE_PYTHON", installKit("kit/python").toString());
        try (Source source = source("sesame")) {
            source.check();
        }
        assertThat(log)
                .anyMatch(line ->
                        line.contains(
                                "has Python classes, so it is run as a whole through"
                                        + " airbyte-cdk 7.0.0"))
                .anyMatch(line -> line.contains("has ****"))
                .noneMatch(line -> line.contains("sesame"));
        try (Source source = source("false")) {
            assertThatThrownBy(source::check).hasMessageContaining("a wrong token");
        }
    }

    @Test
    void withoutOneTheClassItsLineAndWhatToInstallAreTold() throws Exception {
        try (Source source = source("sesame")) {
            assertThatThrownBy(source::check)
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("manifest.yaml:9:19: The manifest needs the Python class")
                    .hasMessageContaining("components.Users (CustomRetriever)")
                    .hasMessageContaining("pip install airbyte-cdk");
        }
    }

    @Test
    void aNamedPythonWithoutTheKitIsAnError() throws Exception {
        environment.put("MILLRACE_PYTHON", "python3");
        try (Source source = source("sesame")) {
            assertThatThrownBy(source::check)
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("MILLRACE_PYTHON names python3");
        }
    }

    @Test
    void aPipelinesLintNamesTheClassAndItsLine() {
        List<LaunchProblem> problems = launcher().lint(reference("sesame"), Launcher.Role.SOURCE);
        assertThat(problems)
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.warning()).isTrue();
                    assertThat(problem.message())
                            .contains("Line 9")
                            .contains("components.Users (CustomRetriever)");
                });
    }

    @Test
    void aTestReadComesFromTheBuilderOfTheKit() throws Exception {
        var kit = new PythonKit(installKit("kit/python").toString(), "7.0.0");
        Sample sample =
                new KitSample(kit, context())
                        .read(
                                folder.resolve("manifest.yaml"),
                                Json.object().put("version", "6.0.0"),
                                Json.object().put("token", "sesame"),
                                "users",
                                new Sample.Limits(1, 1, 1),
                                SecretMasker.none());
        assertThat(sample.limited()).isTrue();
        assertThat(sample.failure()).isEmpty();
        assertThat(sample.slices()).hasSize(1);
        Sample.Page page = sample.slices().getFirst().pages().getFirst();
        assertThat(page.records()).containsExactly(Map.of("id", 1L));
        assertThat(page.exchanges().getFirst().request().url()).isEqualTo("http://x/users");
    }
}

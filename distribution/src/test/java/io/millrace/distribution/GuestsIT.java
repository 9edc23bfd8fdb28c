package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connectors in other languages and forms, in pipelines of the assembled program. Those that others
 * have published are in {@link PackagesIT}.
 */
@EnabledOnOs(OS.LINUX)
class GuestsIT {
    /** A tap that bookmarks an identifier for each stream, and tells of streams nobody selected. */
    static final String TAP =
            """
            import argparse, json, sys
            parser = argparse.ArgumentParser()
            for flag in ('--config', '--catalog', '--state'):
                parser.add_argument(flag)
            parser.add_argument('--discover', action='store_true')
            args = parser.parse_args()
            config = json.load(open(args.config))
            if config.get('token') == 'wrong':
                print('INFO starting', file=sys.stderr)
                print('CRITICAL the token is refused', file=sys.stderr)
                sys.exit(1)
            schema = {'type': 'object', 'properties': {
                'id': {'type': 'integer'}, 'name': {'type': ['null', 'string']}, 'more': {},
                'at': {'type': 'string', 'format': 'date-time'}}}
            def say(message):
                print(json.dumps(message), flush=True)
            if args.discover:
                print('Looking around')
                print(json.dumps({'streams': [
                    {'tap_stream_id': 'shop-' + name, 'stream': name, 'schema': schema, 'metadata': [{'breadcrumb': [], 'metadata': {
                        'table-key-properties': ['id'], 'valid-replication-keys': ['id'], 'inclusion': 'available'}}]}
                    for name in ('users', 'items')]}, indent=2))
                sys.exit(0)
            state = json.load(open(args.state)) if args.state else {'bookmarks': {}}
            json.dump({'state': state, 'catalog': json.load(open(args.catalog))}, open('given.json', 'w'))
            for stream in json.load(open(args.catalog))['streams']:
                name, identity = stream['stream'], stream['tap_stream_id']
                state['currently_syncing'] = identity
                say({'type': 'SCHEMA', 'stream': name, 'schema': schema, 'key_properties': ['id']})
                last = state['bookmarks'].get(identity, {}).get('id', 0)
                for number in range(last + 1, config['upto'] + 1):
                    if config.get('fail_at') == number:
                        sys.exit('it broke')
                    say({'type': 'RECORD', 'stream': name, 'time_extracted': '2026-01-01T00:00:00Z', 'record': {
                        'id': number, 'name': 'n%d' % number, 'more': {'deep': [1.10, number]}, 'at': '2026-01-01T00:00:00Z'}})
                    state['bookmarks'][identity] = {'id': number}
                    if number % 2 == 0:
                        say({'type': 'STATE', 'value': state})
            state['currently_syncing'] = None
            say({'type': 'STATE', 'value': state})
            """;

    @TempDir Path folder;

    private Program program() {
        return GuestPackages.program(folder);
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Program.Outcome sync(String pipeline) throws Exception {
        write("pipeline.yaml", pipeline);
        return program().run("sync", "pipeline.yaml", "--json");
    }

    private List<String> landed(String stream) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .filter(file -> file.toString().contains(stream))
                    .sorted()
                    .flatMap(file -> {
                        try {
                            return Files.readAllLines(file).stream();
                        } catch (IOException failure) {
                            throw new java.io.UncheckedIOException(failure);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void aTapGoesOnFromTheBookmarkOfEachStream() throws Exception {
        write("tap.py", TAP);
        String pipeline =
                """
                name: tap
                source: {singer: [python3, tap.py], config: {upto: %d}}
                destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                defaults: {sync_mode: incremental_append}
                streams: {%s}
                """;
        assertThat(sync(pipeline.formatted(3, "users: {}"))).returns(0, Program.Outcome::status);
        assertThat(landed("users")).hasSize(3).first().asString().contains("\"deep\": [1.1, 1]");
        // A stream that comes later begins at its beginning; the other one goes on.
        assertThat(sync(pipeline.formatted(5, "users: {}, items: {}")))
                .returns(0, Program.Outcome::status);
        assertThat(landed("users")).hasSize(5);
        assertThat(landed("items")).hasSize(5);
        assertThat(Files.readString(folder.resolve("given.json")))
                .contains("{\"bookmarks\": {\"shop-users\": {\"id\": 3}}}")
                .contains("\"replication-key\": \"id\"");
        // Nothing new is no failure.
        assertThat(sync(pipeline.formatted(5, "users: {}, items: {}")))
                .returns(0, Program.Outcome::status);
        assertThat(landed("users")).hasSize(5);
    }

    @Test
    void aTapThatFailsKeepsWhatItsLastStateCovers() throws Exception {
        write("tap.py", TAP);
        String pipeline =
                """
                name: tap
                source: {singer: [python3, tap.py], config: {upto: 5%s}}
                destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                defaults: {sync_mode: incremental_append}
                streams: {users: {}}
                """;
        var failed = sync(pipeline.formatted(", fail_at: 4"));
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.output()).contains("exit status 1").contains("system_error");
        assertThat(sync(pipeline.formatted(""))).returns(0, Program.Outcome::status);
        assertThat(landed("users")).hasSize(5).doesNotHaveDuplicates();
        var refused = sync(pipeline.formatted(", token: wrong"));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(program().run("check", "pipeline.yaml").output())
                .contains("CRITICAL the token is refused");
    }

    @Test
    void aPythonFolderAndANpmFolderRunInEnvironmentsOfTheirOwn() throws Exception {
        write("numbers/main.py", PROTOCOL_SOURCE);
        write("numbers/requirements.txt", "");
        write(
                "letters/package.json",
                """
                {"name": "@shop/source-letters", "version": "1.0.0", "bin": {"source-letters": "./index.js"}}
                """);
        write("letters/index.js", NODE_SOURCE);
        write("folder/connector.yaml", "command: [python3, main.py]\nenv: {WHO: folder}\n");
        write("folder/main.py", PROTOCOL_SOURCE);
        for (String source : List.of("python: ./numbers", "npm: ./letters", "folder: ./folder")) {
            var outcome =
                    sync(
                            """
                            name: %s
                            source: {%s, config: {upto: 4}}
                            destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                            prefix: %s_
                            """
                                    .formatted(
                                            source.substring(0, 3),
                                            source,
                                            source.substring(0, 3)));
            assertThat(outcome.status()).as(outcome.errors() + outcome.output()).isZero();
            assertThat(landed(source.substring(0, 3) + "_")).hasSize(4);
        }
        assertThat(landed("fol_")).first().asString().contains("folder");
        // The user's own folder stays as it was.
        assertThat(folder.resolve("letters/node_modules")).doesNotExist();
    }

    @Test
    void whatCantBeInstalledIsToldWithTheInstallersReason() throws Exception {
        var outcome =
                sync(
                        """
                        name: none
                        source: {python: "millrace-no-such-package==1.0"}
                        destination: {connector: dev-null}
                        """);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.errors() + outcome.output())
                .contains("millrace-no-such-package==1.0 could not be installed")
                .contains("ERROR: ");
        var wrong =
                sync(
                        """
                        name: none
                        source: {python: "--index-url=http://x"}
                        destination: {image: "-v", memory: lots, mounts: [{host: a, target: b}]}
                        """);
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.errors())
                .contains("pipeline.yaml:2:10: It must be a package and its version")
                .contains("pipeline.yaml:3:15: It must be an image")
                .contains("It must be a size")
                .contains("no key \"target\"");
    }

    /** Counts; tells who asked, in a variable. */
    static final String PROTOCOL_SOURCE =
            """
            import json, os, sys
            verb, flags = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
            def say(message):
                print(json.dumps(message), flush=True)
            if verb == 'spec':
                say({'type': 'SPEC', 'spec': {'connectionSpecification': {'type': 'object'}}})
            elif verb == 'check':
                say({'type': 'CONNECTION_STATUS', 'connectionStatus': {'status': 'SUCCEEDED'}})
            elif verb == 'discover':
                say({'type': 'CATALOG', 'catalog': {'streams': [{'name': 'numbers', 'supported_sync_modes': ['full_refresh'],
                    'json_schema': {'type': 'object', 'properties': {'n': {'type': 'integer'}, 'who': {'type': 'string'}}}}]}})
            else:
                for n in range(json.load(open(flags['--config']))['upto']):
                    say({'type': 'RECORD', 'record': {'stream': 'numbers', 'emitted_at': 0,
                        'data': {'n': n, 'who': os.environ.get('WHO', '')}}})
            """;

    private static final String NODE_SOURCE =
            """
            #!/usr/bin/env node
            const fs = require('fs')
            const [verb, ...rest] = process.argv.slice(2)
            const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
            if (verb === 'spec') say({type: 'SPEC', spec: {connectionSpecification: {type: 'object'}}})
            else if (verb === 'check') say({type: 'CONNECTION_STATUS', connectionStatus: {status: 'SUCCEEDED'}})
            else if (verb === 'discover') say({type: 'CATALOG', catalog: {streams: [{name: 'letters', supported_sync_modes: ['full_refresh'],
              json_schema: {type: 'object', properties: {letter: {type: 'string'}}}}]}})
            else {
              const config = JSON.parse(fs.readFileSync(rest[rest.indexOf('--config') + 1]))
              for (let i = 0; i < config.upto; i++)
                say({type: 'RECORD', record: {stream: 'letters', emitted_at: 0, data: {letter: String.fromCharCode(97 + i)}}})
            }
            """;

    @Test
    void anImageRunsOnARealEngineAndIsGoneWhenMillraceIsKilled() throws Exception {
        assumeTrue(TestDocker.available(), "no dockerd here, or no right to start it");
        try (var docker = TestDocker.start(folder.resolve("engine"))) {
            docker.importImage("numbers:1", SHELL_SOURCE, "/bin/sh");
            Program program = program().with("DOCKER_HOST", docker.address());
            Files.createDirectories(folder.resolve("data"));
            write("data/who.txt", "mounted");
            write(
                    "pipeline.yaml",
                    """
                    name: image
                    source:
                      image: "numbers:1"
                      config: {password: hushhush}
                      env: {WHO: "some one"}
                      memory: 64m
                      cpus: 0.5
                      mounts: [{host: ./data, path: /data}]
                    destination: {connector: files, config: {path: out, format: jsonl, metadata_columns: none}}
                    """);
            var outcome = program.run("sync", "pipeline.yaml", "--json");
            assertThat(outcome.status()).as(outcome.errors() + outcome.output()).isZero();
            assertThat(landed("numbers"))
                    .hasSize(5)
                    .last()
                    .asString()
                    .contains("some one", "mounted");
            assertThat(docker.containers()).isEmpty();
            withoutAShell(docker, program);
            itsClientContainer(docker, program);

            write(
                    "pipeline.yaml",
                    """
                    name: slow
                    source: {image: "numbers:1", env: {SLOW: "1"}}
                    destination: {connector: dev-null}
                    """);
            Process process =
                    program.start(
                            folder.resolve("slow.out"),
                            folder.resolve("slow.err"),
                            "sync",
                            "pipeline.yaml");
            docker.awaitContainers(1, Duration.ofSeconds(30));
            assertThat(docker.networksOfContainers()).containsExactly("none");
            process.toHandle().destroyForcibly();
            process.waitFor();
            docker.awaitContainers(0, Duration.ofSeconds(10));

            var missing =
                    new Program(folder)
                            .with("DOCKER_HOST", "unix:///nowhere/docker.sock")
                            .run("check", "pipeline.yaml");
            assertThat(missing.status()).isEqualTo(1);
            assertThat(missing.output()).contains("No Docker engine answers");
        }
    }

    /**
     * An image without a shell can't be told to use named pipes: the engine carries its streams.
     */
    private void withoutAShell(TestDocker docker, Program program) throws Exception {
        docker.importImage("bare:1", SHELL_SOURCE, "/opt/interpreter");
        write(
                "pipeline.yaml",
                """
                name: bare
                source: {image: "bare:1"}
                destination: {image: "bare:1"}
                defaults: {sync_mode: full_refresh_append}
                """);
        var outcome = program.run("sync", "pipeline.yaml", "--json");
        assertThat(outcome.status()).as(outcome.errors() + outcome.output()).isZero();
        assertThat(outcome.output()).contains("\"records_committed\" : 5");
    }

    /** The helper container of an acceptance test changes the source between two reads. */
    private void itsClientContainer(TestDocker docker, Program program) throws Exception {
        assumeTrue(docker.address().startsWith("unix:"));
        write("tested/connector.yaml", "command: [python3, main.py]\n");
        write(
                "tested/main.py",
                PROTOCOL_SOURCE
                                .replace("['full_refresh']", "['full_refresh', 'incremental']")
                                .replace(
                                        "json.load(open(flags['--config']))['upto']",
                                        "len(open('lines.txt').read())")
                        + "    say({'type': 'STATE', 'state': {'type': 'STREAM', 'stream':"
                        + " {'stream_descriptor': {'name': 'numbers'}, 'stream_state': {}}}})\n");
        write("tested/secrets/config.json", "{}");
        write(
                "tested/client/Dockerfile",
                """
                FROM numbers:1
                ENTRYPOINT []
                """);
        write(
                "tested/acceptance-test-config.yml",
                """
                acceptance_tests:
                  incremental:
                    tests:
                      - config_path: secrets/config.json
                        skip_comprehensive_incremental_tests: true
                        client_container_config:
                          secrets_path: secrets/config.json
                          client_container_dockerfile_path: client/Dockerfile
                          setup_command: [/bin/sh, -c, "printf a > /connector/lines.txt"]
                          between_syncs_command: [/bin/sh, -c, "printf b >> /connector/lines.txt"]
                          teardown_command: [/bin/sh, -c, "printf gone > /connector/lines.txt"]
                """);
        var tested =
                program.run(
                        "connector",
                        "test",
                        "tested",
                        "--only",
                        "incremental.two_sequential_reads");
        assertThat(tested.status()).as(tested.errors() + tested.output()).isZero();
        assertThat(folder.resolve("tested/lines.txt")).hasContent("gone");
    }

    @Test
    void aSecretIsInAPrivateFileAloneWhichIsGoneAlsoAfterAKill() throws Exception {
        write(
                "sleeper.py",
                PROTOCOL_SOURCE.replace(
                        "    for n in range(",
                        "    open('given.draft', 'w').write(flags['--config'])\n"
                                + "    os.rename('given.draft', 'given.txt')\n"
                                + "    import time\n"
                                + "    time.sleep(600)\n"
                                + "    for n in range("));
        write(
                "pipeline.yaml",
                """
                name: secret
                source: {command: [python3, sleeper.py], config: {upto: 4, password: hush-hush-hush}}
                destination: {connector: dev-null}
                """);
        Process process =
                program()
                        .start(
                                folder.resolve("secret.out"),
                                folder.resolve("secret.err"),
                                "sync",
                                "pipeline.yaml");
        Path given = folder.resolve("given.txt");
        await(() -> Files.exists(given), "the guest never started");
        Path config = Path.of(Files.readString(given));
        assertThat(config).content().contains("hush-hush-hush");
        assertThat(Files.getPosixFilePermissions(config))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(config.getParent().getParent()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(processesThatShow("hush-hush-hush")).isEmpty();
        process.toHandle().destroyForcibly();
        process.waitFor();
        await(() -> Files.notExists(config.getParent().getParent()), "the files are still there");
        assertThat(processesThatShow(folder.resolve("sleeper.py").getFileName().toString()))
                .isEmpty();
    }

    private static void await(BooleanSupplier condition, String message)
            throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(message).isLessThan(end);
            Thread.sleep(100);
        }
    }

    /** Processes with a text in their arguments or their environment, which others may see. */
    private static List<String> processesThatShow(String text) throws IOException {
        var found = new ArrayList<String>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                for (String file : List.of("cmdline", "environ")) {
                    try {
                        if (Files.readString(process.resolve(file), ISO_8859_1).contains(text)) {
                            found.add(process + "/" + file);
                        }
                    } catch (IOException _) {
                        // It has ended, or is another user's.
                    }
                }
            }
        }
        return found;
    }

    private static final String SHELL_SOURCE =
            """
            case "$1" in
            spec) echo '{"type":"SPEC","spec":{"connectionSpecification":{"type":"object"}}}';;
            check) echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}';;
            discover) echo '{"type":"CATALOG","catalog":{"streams":[{"name":"numbers","json_schema":{"type":"object","properties":{"n":{"type":"integer"},"who":{"type":"string"},"file":{"type":"string"}}},"supported_sync_modes":["full_refresh"]}]}}';;
            read)
              [ -r "$3" ] || exit 3
              n=0
              while [ $n -lt 5 ]; do
                n=$((n+1))
                echo '{"type":"RECORD","record":{"stream":"numbers","emitted_at":0,"data":{"n":'$n',"who":"'$WHO'","file":"'$(cat /data/who.txt 2>&1)'"}}}'
              done
              if [ "$SLOW" ]; then sleep 600; fi;;
            write)
              while read -r line; do
                case "$line" in *'"type":"STATE"'*) echo "$line";; esac
              done;;
            esac
            """;
}

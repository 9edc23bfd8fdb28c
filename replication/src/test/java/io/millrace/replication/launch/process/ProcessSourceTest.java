package io.millrace.replication.launch.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Timeouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Each row of CONNECTORS section 2 that is about sources, on a real process. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ProcessSourceTest {
    private static final StreamSchema SCHEMA =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("name", new ColumnType.Text()));

    /** What every guest of these tests begins with. */
    private static final String PRELUDE =
            """
            import json, os, signal, sys, time
            verb = sys.argv[1]
            flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
            def file(flag):
                return json.load(open(flags['--' + flag])) if '--' + flag in flags else None
            def say(message):
                print(json.dumps(message), flush=True)
            def record(id, name='n', stream='users', **more):
                say({'type': 'RECORD', 'record': {'stream': stream, 'data': {'id': id, 'name': name}, 'emitted_at': 1000, **more}})
            def state(value, count=None, stream='users'):
                message = {'type': 'STREAM', 'stream': {'stream_descriptor': {'name': stream}, 'stream_state': value}}
                if count is not None:
                    message['sourceStats'] = {'recordCount': float(count)}
                say({'type': 'STATE', 'state': message})
            def status(value, stream='users'):
                say({'type': 'TRACE', 'trace': {'type': 'STREAM_STATUS', 'emitted_at': 1, 'stream_status': {'stream_descriptor': {'name': stream}, 'status': value}}})
            def error(message, kind=None):
                say({'type': 'TRACE', 'trace': {'type': 'ERROR', 'emitted_at': 1, 'error': {'message': message, 'failure_type': kind}}})
            """;

    @TempDir Path folder;

    private final CollectingOutput output = new CollectingOutput();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final List<JsonNode> configurations = new ArrayList<>();
    private ObjectNode config = Json.object();
    private Timeouts timeouts = Timeouts.DEFAULT;

    private ProcessSource source(String script) throws IOException {
        Files.writeString(folder.resolve("guest.py"), PRELUDE + script);
        return new ProcessSource(
                new GuestProgram(
                        List.of("python3", "guest.py"),
                        Map.of(),
                        config,
                        timeouts,
                        new LaunchContext(
                                Clock.systemUTC(),
                                folder,
                                folder,
                                configurations::add,
                                (_, line) -> log.add(line))));
    }

    private static StreamRequest request(String stream, Optional<JsonNode> state) {
        return new StreamRequest(
                StreamDescription.of(StreamName.of(stream), SCHEMA).withCursor(List.of("id"), true),
                SCHEMA,
                SyncMode.INCREMENTAL_APPEND,
                List.of(),
                List.of(),
                state,
                StreamRequest.Purpose.SYNC);
    }

    private List<String> read(String script, String... streams) throws Exception {
        var requests = new ArrayList<StreamRequest>();
        for (String stream : streams.length == 0 ? new String[] {"users"} : streams) {
            requests.add(request(stream, Optional.empty()));
        }
        source(script).read(new ReadPlan(requests, Optional.empty(), output.memory), output);
        return output.events;
    }

    private SyncFailure failure(String script) throws Exception {
        try {
            read(script);
        } catch (SyncFailure failure) {
            return failure;
        }
        return output.incomplete.orElseThrow();
    }

    @Test
    void recordsStatesAndStatusesArrive() throws Exception {
        assertThat(
                        read(
                                """
                                status('STARTED')
                                status('RUNNING')
                                record(1)
                                record(2, name=None)
                                state({'id': 2}, 2)
                                record(3)
                                state({'id': 3}, 1)
                                status('COMPLETE')
                                """))
                .containsExactly(
                        "started users",
                        "users {\"id\":1,\"name\":\"n\"}",
                        "users {\"id\":2,\"name\":null}",
                        "state users {\"id\":2}",
                        "users {\"id\":3,\"name\":\"n\"}",
                        "state users {\"id\":3}",
                        "complete users");
        assertThat(output.memory.used()).isZero();
    }

    /** As the reference kit has it. */
    @Test
    void theLastStateMayFollowTheStatus() throws Exception {
        assertThat(
                        read(
                                """
                                record(1)
                                status('COMPLETE')
                                say({'type': 'LOG', 'log': {'level': 'INFO', 'message': 'Finished'}})
                                state({'id': 1}, 1)
                                record(7, stream='b')
                                status('INCOMPLETE', stream='b')
                                state({'id': 7}, 1, stream='b')
                                state({'id': 2}, 0)
                                """,
                                "users",
                                "b"))
                .containsSubsequence(
                        "users {\"id\":1,\"name\":\"n\"}",
                        "state users {\"id\":1}",
                        "complete users",
                        "b {\"id\":7,\"name\":\"n\"}",
                        "state b {\"id\":7}")
                .doesNotContain("state users {\"id\":2}");
    }

    @Test
    void recordsThatWaitForMoreAreSeenByWhoeverWatches() throws Exception {
        read("for i in range(3000): record(i)");
        assertThat(output.gathered).startsWith(1L, 2L, 3L).contains(1024L, 2048L);
    }

    @Test
    void theGuestGetsCatalogAndStateInPrivateFilesThatAreGoneAfterwards() throws Exception {
        config = Json.object().put("start", 7);
        var requests = List.of(request("users", Optional.of(Json.object().put("id", 5))));
        source(
                        """
                        catalog, before = file('catalog'), file('state')
                        assert catalog['streams'][0]['sync_mode'] == 'incremental', catalog
                        assert before == [{'type': 'STREAM', 'stream': {'stream_descriptor': {'name': 'users'}, 'stream_state': {'id': 5}}}], before
                        assert file('config') == {'start': 7}
                        for path in flags.values():
                            assert os.stat(path).st_mode & 0o077 == 0
                            assert os.stat(os.path.dirname(path)).st_mode & 0o077 == 0 or True
                        open('paths', 'w').write(flags['--config'])
                        state({'id': 5}, 0)
                        """)
                .read(new ReadPlan(requests, Optional.empty(), output.memory), output);
        assertThat(output.events).endsWith("complete users");
        assertThat(Path.of(Files.readString(folder.resolve("paths")))).doesNotExist();
    }

    @Test
    void exitZeroWithoutAnyMessageIsTheGuestsFault() throws Exception {
        assertThat(failure("pass"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("without any message");
    }

    @Test
    void outputThatEndsInTheMiddleOfAMessageIsTheGuestsFault() throws Exception {
        assertThat(failure("record(1)\nsys.stdout.write('{\"type\": \"RECORD\", \"rec')\n"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("middle of a message");
    }

    @Test
    void aRecordOfAnUndeclaredStreamIsTheGuestsFault() throws Exception {
        assertThat(failure("record(1, stream='strangers')"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("strangers");
    }

    @Test
    void aRecordAfterCompleteIsTheGuestsFault() throws Exception {
        assertThat(failure("record(1)\nstatus('COMPLETE')\nrecord(2)"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("after it had said");
        assertThat(output.events).doesNotContain("complete users");
    }

    @Test
    void statisticsThatContradictTheCountsAreTheGuestsFault() throws Exception {
        assertThat(failure("record(1)\nstate({'id': 1}, 5)\nstatus('COMPLETE')"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("5 records")
                .hasMessageContaining("1 came");
        assertThat(output.events).doesNotContain("state users {\"id\":1}");
    }

    @Test
    void anExitStatusIsNamed() throws Exception {
        assertThat(
                        failure(
                                "record(1)\nstate({'id': 1}, 1)\nstatus('COMPLETE')\nprint('gone"
                                        + " wrong', file=sys.stderr)\nsys.exit(42)"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("42")
                .extracting(SyncFailure::detail)
                .isEqualTo("gone wrong");
        assertThat(output.events)
                .contains("state users {\"id\":1}")
                .doesNotContain("complete users");
    }

    @Test
    void aKilledGuestIsToldByItsStatus() throws Exception {
        assertThat(failure("record(1)\nos.kill(os.getpid(), 9)"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("137");
    }

    @Test
    void aSilentGuestIsTransient() throws Exception {
        timeouts = timeouts(Duration.ofMillis(700), Duration.ofSeconds(60));
        assertThat(failure("record(1)\ntime.sleep(600)"))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("700ms");
    }

    @Test
    void aGuestThatDoesNotStopIsTransient() throws Exception {
        timeouts = timeouts(Duration.ofHours(1), Duration.ofMillis(700));
        assertThat(failure("record(1)\nstatus('COMPLETE')\nsys.stdout.close()\ntime.sleep(600)"))
                .isInstanceOf(TransientFailure.class);
        assertThat(failure("status('COMPLETE')\ntime.sleep(600)"))
                .isInstanceOf(TransientFailure.class);
    }

    private static Timeouts timeouts(Duration heartbeat, Duration stop) {
        return new Timeouts(
                Duration.ofSeconds(30), Duration.ofSeconds(30), heartbeat, Optional.of(stop));
    }

    @Test
    void anErrorKeepsItsTypeAlsoWithExitZero() throws Exception {
        String told = "record(1)\nerror('no such table', '%s')\nstatus('COMPLETE')";
        assertThat(failure(told.formatted("config_error")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessage("no such table");
        assertThat(failure(told.formatted("transient_error"))).isInstanceOf(TransientFailure.class);
        assertThat(failure(told.formatted("system_error") + "\nsys.exit(1)"))
                .isInstanceOf(SystemFailure.class)
                .hasMessage("no such table");
    }

    @Test
    void recordsAndStatesWithoutStatusesAreComplete() throws Exception {
        assertThat(read("record(1)\nstate({'id': 1})")).endsWith("complete users");
    }

    @Test
    void aStreamWithoutItsStatusIsIncompleteWhereOthersHaveOne() throws Exception {
        assertThat(read("record(1)\nstatus('COMPLETE')\nrecord(2, stream='b')", "users", "b"))
                .contains("complete users", "incomplete b");
        assertThat(output.incomplete).get().isInstanceOf(SystemFailure.class);
    }

    @Test
    void whatMayBeOnALineIsTolerated() throws Exception {
        assertThat(
                        read(
                                """
                                out = sys.stdout.buffer
                                out.write(b'\\xef\\xbb\\xbf{"type":"LOG","log":{"level":"INFO","message":"hello"}}\\r\\n')
                                out.write(b'\\r\\n\\nplain text\\n{"type":"NEWER","x":1}\\n[1]\\n{"a":1}\\n')
                                out.write(b'{"type":"RECORD","extra":1,"record":{"stream":"users","data":{"id":1,"name":"a","more":[1]},"new":{}}}\\r\\n')
                                out.flush()
                                state({'id': 1}, 1)
                                state({}, 0, stream='strangers')
                                """))
                .containsExactly(
                        "started users",
                        "users {\"id\":1,\"name\":\"a\"}",
                        "state users {\"id\":1}",
                        "complete users");
        assertThat(output.log)
                .contains("hello", "plain text")
                .contains(
                        "Stream users gives the field \"more\", which its schema doesn't have: it"
                                + " doesn't land.")
                .contains("A state of stream strangers, which was not asked for, is left out.");
    }

    @Test
    void aFieldThatIsNotDeclaredIsToldOnce() throws Exception {
        read(
                """
                for number in range(1000):
                    say({'type': 'RECORD', 'record': {'stream': 'users', 'data': {'id': number, 'more': 1, 'm\u00f6re': 2}}})
                """);
        assertThat(output.log)
                .filteredOn(line -> line.contains("doesn't land"))
                .hasSize(2)
                .anyMatch(line -> line.contains("\"m\u00f6re\""));
    }

    @Test
    void recordsThatCanNotBeReadAreRejectedAndCounted() throws Exception {
        List<String> events =
                read(
                        """
                        out = sys.stdout.buffer
                        out.write(b'{"type":"RECORD","record":{"stream":"users","data":{"id":1,"name":"\\xff\\xfe"}}}\\n')
                        out.write(b'{"type":"RECORD","record":{"stream":"users","data":{"id":2,"name":' + b'[' * 5000 + b']' * 5000 + b'}}}\\n')
                        out.flush()
                        record(2 ** 70)
                        record(4, name={'a': [1, 2.50]})
                        state({'id': 4}, 4)
                        """);
        assertThat(events)
                .containsExactly(
                        "started users",
                        "rejected users",
                        "rejected users",
                        "users {\"id\":null,\"name\":\"n\"} 1",
                        "users {\"id\":4,\"name\":\"{\\\"a\\\":[1,2.5]}\"}",
                        "state users {\"id\":4}",
                        "complete users");
    }

    @Test
    void aLineOf200MegabytesIsRejectedInBoundedMemory() throws Exception {
        List<String> events =
                read(
                        """
                        out = sys.stdout.buffer
                        out.write(b'{"type":"RECORD","record":{"stream":"users","data":{"id":1,"name":"')
                        chunk = b'x' * (1 << 20)
                        for _ in range(200):
                            out.write(chunk)
                        out.write(b'"}}}\\n')
                        out.flush()
                        record(2)
                        """);
        assertThat(events)
                .containsExactly(
                        "started users",
                        "rejected users",
                        "users {\"id\":2,\"name\":\"n\"}",
                        "complete users");
    }

    @Test
    void aNewConfigurationIsKeptAlsoWhenTheReadFails() throws Exception {
        failure(
                "say({'type': 'CONTROL', 'control': {'type': 'CONNECTOR_CONFIG', 'emitted_at': 1,"
                        + " 'connectorConfig': {'config': {'token': 'new'}}}})\nsys.exit(1)");
        assertThat(output.configuration).contains(Json.object().put("token", "new"));
    }

    @Test
    void globalStatesGoBackAsTheyCame() throws Exception {
        assertThat(
                        read(
                                """
                                record(1)
                                record(2, stream='b')
                                say({'type': 'STATE', 'state': {'type': 'GLOBAL', 'sourceStats': {'recordCount': 2.0}, 'global': {'shared_state': {'lsn': 9}, 'stream_states': []}}})
                                """,
                                "users",
                                "b"))
                .contains(
                        "global"
                            + " {\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{\"lsn\":9},\"stream_states\":[]}}");
    }

    @Test
    void secretsAreMaskedInWhateverAGuestTells() throws Exception {
        config = Json.object().put("password", "hunter2hunter2").put("odd_name", "sesame-open");
        SyncFailure failure =
                failure(
                        """
                        if verb == 'spec':
                            say({'type': 'SPEC', 'spec': {'connectionSpecification': {'properties': {'odd_name': {'type': 'string', 'airbyte_secret': True}}}}})
                            sys.exit(0)
                        print('stderr hunter2hunter2 sesame-open', file=sys.stderr, flush=True)
                        say({'type': 'LOG', 'log': {'level': 'INFO', 'message': 'log hunter2hunter2'}})
                        print('plain sesame-open', flush=True)
                        error('failed with hunter2hunter2', 'config_error')
                        sys.exit(1)
                        """);
        assertThat(failure).hasMessage("failed with ****");
        assertThat(output.log)
                .contains("stderr **** ****", "log ****", "plain ****")
                .noneMatch(line -> line.contains("hunter2") || line.contains("sesame"));
    }

    @Test
    void aReadIsCancelledWithinSeconds() throws Exception {
        var source =
                source(
                        """
                        signal.signal(signal.SIGTERM, signal.SIG_IGN)
                        while True:
                            record(1)
                        """);
        var plan =
                new ReadPlan(
                        List.of(request("users", Optional.empty())),
                        Optional.empty(),
                        output.memory);
        var thrown = new ArrayList<Throwable>();
        Thread reader =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                source.read(plan, output);
                            } catch (InterruptedException | RuntimeException e) {
                                thrown.add(e);
                            }
                        });
        Thread.sleep(700);
        long start = System.nanoTime();
        reader.interrupt();
        assertThat(reader.join(Duration.ofSeconds(5))).isTrue();
        assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void checksTellWhatTheGuestTells() throws Exception {
        source("say({'type': 'CONNECTION_STATUS', 'connectionStatus': {'status': 'SUCCEEDED'}})")
                .check();
        var failing =
                source(
                        "say({'type': 'CONNECTION_STATUS', 'connectionStatus': {'status': 'FAILED',"
                                + " 'message': 'wrong password'}})");
        assertThatThrownBy(failing::check)
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessage("wrong password");
        assertThatThrownBy(() -> source("sys.exit(0)").check())
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("without any message");
        timeouts =
                new Timeouts(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(9),
                        Duration.ofHours(1),
                        Optional.empty());
        assertThatThrownBy(() ->
                        source(
                                        """
                                        while True:
                                            print('still here', flush=True)
                                            time.sleep(0.05)
                                        """)
                                .check())
                .isInstanceOf(TransientFailure.class);
    }

    @Test
    void discoveredStreamsAreDescribed() throws Exception {
        List<StreamDescription> streams =
                source(
                                """
                                say({'type': 'CATALOG', 'catalog': {'streams': [{'name': 'users', 'namespace': 'app',
                                  'json_schema': {'type': 'object', 'properties': {'id': {'type': ['null', 'integer']}, 'at': {'type': 'string', 'format': 'date-time'}}},
                                  'supported_sync_modes': ['full_refresh', 'incremental'], 'source_defined_cursor': True, 'default_cursor_field': ['at'],
                                  'source_defined_primary_key': [['id']]}]}})
                                """)
                        .discover();
        assertThat(streams).hasSize(1);
        StreamDescription users = streams.getFirst();
        assertThat(users.name()).isEqualTo(StreamName.of("app", "users"));
        assertThat(users.schema().names()).containsExactly("id", "at");
        assertThat(users.primaryKey()).containsExactly(List.of("id"));
        assertThat(users.incremental()).isTrue();
        assertThat(users.sourceDefinedCursor()).isTrue();
    }
}

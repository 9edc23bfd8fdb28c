package io.millrace.replication.launch.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StreamTarget;
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

/** Each row of CONNECTORS section 2 that is about destinations, on a real process. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ProcessDestinationTest {
    private static final StreamSchema SCHEMA =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("price", new ColumnType.Float64()));

    /** A destination that writes its input to a file; `on(message)` is what differs. */
    private static final String PRELUDE =
            """
            import json, os, signal, sys, time
            verb = sys.argv[1]
            flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
            def say(message):
                print(json.dumps(message), flush=True)
            def error(message, kind=None):
                say({'type': 'TRACE', 'trace': {'type': 'ERROR', 'emitted_at': 1, 'error': {'message': message, 'failure_type': kind}}})
            landed = open('landed', 'a')
            def run(on_state, at_end=lambda: None):
                for line in sys.stdin:
                    message = json.loads(line)
                    if message['type'] == 'RECORD':
                        landed.write(json.dumps(message['record']) + '\\n')
                    elif message['type'] == 'STATE':
                        landed.flush()
                        on_state(message)
                    else:
                        landed.write(message['trace']['stream_status']['status'] + '\\n')
                landed.close()
                at_end()
            """;

    @TempDir Path folder;

    private final BatchMemory memory = new BatchMemory(64 << 20);
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private Timeouts timeouts = Timeouts.DEFAULT;

    private ProcessDestination destination(String script) throws IOException {
        Files.writeString(folder.resolve("guest.py"), PRELUDE + script);
        return new ProcessDestination(
                new GuestProgram(
                        List.of("python3", "guest.py"),
                        Map.of(),
                        Json.object(),
                        timeouts,
                        new LaunchContext(
                                Clock.systemUTC(),
                                folder,
                                folder,
                                _ -> {},
                                (_, line) -> log.add(line))));
    }

    private static StreamTarget target(String name) {
        return new StreamTarget(
                StreamName.of("source", name),
                StreamName.of(name),
                SCHEMA,
                SyncMode.INCREMENTAL_APPEND,
                List.of(),
                Optional.empty(),
                4,
                false);
    }

    private ColumnBatch batch(int first, int count) {
        var batch = new ColumnBatch(memory, StreamName.of("any"), SCHEMA, 7_000_000, 16);
        for (int id = first; id < first + count; id++) {
            batch.fixed(0).appendLong(id);
            batch.fixed(1).appendDouble(id + 0.25);
            batch.endRow();
        }
        return batch;
    }

    private LaneListener listener() {
        return new LaneListener() {
            @Override
            public void durable(Checkpoint checkpoint) {
                events.add("durable " + checkpoint.state());
            }

            @Override
            public void rejected(StreamName stream, String reason) {
                events.add("rejected " + stream);
            }
        };
    }

    private static Checkpoint checkpoint(int id, long records) {
        return new Checkpoint(
                Optional.of(StreamName.of("source", "users")),
                Json.object().put("id", id),
                records,
                0);
    }

    /** Two checkpoints of two records each, and the end. */
    private void write(String script) throws Exception {
        StreamTarget users = target("users");
        try (var session = destination(script).open("p")) {
            session.begin(List.of(users));
            try (DestinationLane lane = session.open(List.of(users), listener())) {
                lane.write(batch(1, 2));
                lane.commit(checkpoint(2, 2), Json.object());
                lane.write(batch(3, 2));
                lane.commit(checkpoint(4, 2), Json.object());
                session.lastLane(false);
                lane.finish(users.source(), checkpoint(4, 0), Json.object());
                events.add("finished");
            }
        }
    }

    private SyncFailure failure(String script) throws Exception {
        try {
            write(script);
        } catch (SyncFailure failure) {
            return failure;
        }
        throw new AssertionError("no failure");
    }

    @Test
    void recordsStatesAndTheEndArriveAndAcknowledgementsComeBack() throws Exception {
        write(
                """
                catalog = json.load(open(flags['--catalog']))
                stream = catalog['streams'][0]
                assert stream['stream']['name'] == 'users' and stream['destination_sync_mode'] == 'append', stream
                assert stream['generation_id'] == 4 and stream['minimum_generation_id'] == 0, stream
                run(say)
                """);
        assertThat(events).containsExactly("durable {\"id\":2}", "durable {\"id\":4}", "finished");
        assertThat(Files.readAllLines(folder.resolve("landed")))
                .first()
                .isEqualTo(
                        "{\"stream\": \"users\", \"data\": {\"id\": 1, \"price\": 1.25},"
                                + " \"emitted_at\": 7000}");
        assertThat(Files.readAllLines(folder.resolve("landed"))).hasSize(5).endsWith("COMPLETE");
        assertThat(memory.used()).isZero();
    }

    @Test
    void statesThatComeBackAtTheEndOnlyAreAwaited() throws Exception {
        write("states = []\nrun(states.append, lambda: [say(state) for state in states])");
        assertThat(events).containsExactly("durable {\"id\":2}", "durable {\"id\":4}", "finished");
    }

    @Test
    void theNewestStateAloneIsEnough() throws Exception {
        write("states = []\nrun(states.append, lambda: say(states[-1]))");
        assertThat(events).containsExactly("durable {\"id\":4}", "finished");
    }

    @Test
    void statesAreComparedByValue() throws Exception {
        write(
                """
                def on(message):
                    state = message['state']
                    state['stream']['stream_state'] = {'id': float(state['stream']['stream_state']['id'])}
                    del state['id']
                    say(message)
                run(on)
                """);
        assertThat(events).endsWith("finished");
    }

    @Test
    void aDestinationThatDoesNotAcknowledgeIsTold() throws Exception {
        assertThat(
                        failure(
                                "run(lambda message: None, lambda: say({'type': 'LOG', 'log':"
                                        + " {'level': 'INFO', 'message': 'done'}}))"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("did not acknowledge");
        assertThat(failure("run(lambda message: None)"))
                .hasMessageContaining("without any message");
        assertThat(events).isEmpty();
    }

    @Test
    void aStateThatIsAlteredInventedOrReorderedIsTold() throws Exception {
        assertThat(
                        failure(
                                """
                                def on(message):
                                    message['state']['stream']['stream_state'] = {'id': 99}
                                    say(message)
                                run(on)
                                """))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("altered a state");
        assertThat(
                        failure(
                                """
                                run(lambda message: say({'type': 'STATE', 'state': {'type': 'STREAM', 'stream': {'stream_descriptor': {'name': 'strangers'}, 'stream_state': {}}}}))
                                """))
                .hasMessageContaining("never given");
        assertThat(
                        failure(
                                "states = []\nrun(states.append, lambda: [say(state) for state in"
                                        + " reversed(states)])"))
                .hasMessageContaining("another order");
    }

    @Test
    void statisticsThatContradictTheCountsAreTold() throws Exception {
        assertThat(
                        failure(
                                """
                                def on(message):
                                    message['state']['destinationStats'] = {'recordCount': 7.0}
                                    say(message)
                                run(on)
                                """))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("7 records");
    }

    @Test
    void itsOwnErrorIsTheReasonAndItsStatusIsNamed() throws Exception {
        assertThat(failure("error('the disk is full', 'transient_error')\nsys.exit(1)"))
                .isInstanceOf(TransientFailure.class)
                .hasMessage("the disk is full");
        assertThat(failure("run(say, lambda: error('no right', 'config_error'))"))
                .isInstanceOf(ConfigurationFailure.class);
        assertThat(failure("run(say, lambda: sys.exit(9))"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("9");
        assertThat(failure("sys.exit(0)"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageMatching(
                        "The destination .* ended (before the end of its input|without any"
                                + " message)\\.");
    }

    @Test
    void oneThatHangsIsGivenUp() throws Exception {
        timeouts =
                new Timeouts(
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofMillis(700),
                        Optional.empty());
        assertThat(failure("time.sleep(600)")).isInstanceOf(TransientFailure.class);
        timeouts =
                new Timeouts(
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofHours(1),
                        Optional.of(Duration.ofMillis(700)));
        assertThat(failure("run(say, lambda: time.sleep(600))"))
                .isInstanceOf(TransientFailure.class);
    }

    @Test
    void aStreamThatIsGivenUpKeepsWhatIsAcknowledged() throws Exception {
        StreamTarget users = target("users");
        StreamTarget others = target("others");
        try (var session = destination("run(say, lambda: sys.exit(1))").open("p")) {
            session.begin(List.of(users, others));
            try (DestinationLane lane = session.open(List.of(users), listener())) {
                lane.write(batch(1, 2));
                lane.commit(checkpoint(2, 2), Json.object());
                lane.write(batch(3, 2));
                session.lastLane(false);
                lane.flush();
            }
        }
        assertThat(events).containsExactly("durable {\"id\":2}");
    }

    @Test
    void aCancelledRunEndsInSeconds() throws Exception {
        StreamTarget users = target("users");
        long start = System.nanoTime();
        try (var session =
                destination(
                                "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                        + "run(lambda message: time.sleep(600))")
                        .open("p")) {
            session.begin(List.of(users));
            try (DestinationLane lane = session.open(List.of(users), listener())) {
                lane.write(batch(1, 2));
                lane.commit(checkpoint(2, 2), Json.object());
                session.lastLane(true);
                assertThatThrownBy(lane::flush).isInstanceOf(TransientFailure.class);
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void numbersThatJsonDoesNotHaveAreNulledAndNoted() throws Exception {
        ColumnBatch batch = batch(1, 1);
        batch.fixed(0).appendLong(2);
        batch.fixed(1).appendDouble(Double.NaN);
        batch.endRow();
        destination("run(say)").fit(batch);
        assertThat(batch.vector(1).isNull(1)).isTrue();
        assertThat(batch.changes(1)).extracting(FieldChange::field).containsExactly("price");
        batch.close();
    }

    @Test
    void theModesAreThoseOfItsSpecification() throws Exception {
        assertThat(
                        destination(
                                        "say({'type': 'SPEC', 'spec': {'connectionSpecification':"
                                                + " {}, 'supported_destination_sync_modes':"
                                                + " ['append']}})")
                                .supportedModes())
                .containsExactlyInAnyOrder(
                        SyncMode.FULL_REFRESH_APPEND, SyncMode.INCREMENTAL_APPEND);
    }
}

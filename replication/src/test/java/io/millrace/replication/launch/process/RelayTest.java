package io.millrace.replication.launch.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.json.Json;
import io.millrace.replication.checkpoint.LocalCheckpoints;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Timeouts;
import io.millrace.replication.sync.Naming;
import io.millrace.replication.sync.Receipt;
import io.millrace.replication.sync.SchemaChangePolicy;
import io.millrace.replication.sync.StreamConfiguration;
import io.millrace.replication.sync.Sync;
import io.millrace.replication.sync.SyncProgress;
import io.millrace.replication.sync.SyncRequest;
import io.millrace.replication.sync.SyncSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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

/** From one program to another, through the sync loop. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class RelayTest {
    private static final String SOURCE =
            """
            import json, sys
            verb = sys.argv[1]
            flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
            names = ['s%d' % i for i in range(STREAMS)]
            schema = {'type': 'object', 'properties': {'id': {'type': 'integer'}, 'text': {'type': 'string'}}}
            if verb == 'discover':
                print(json.dumps({'type': 'CATALOG', 'catalog': {'streams': [{'name': n, 'namespace': 'app', 'json_schema': schema, 'supported_sync_modes': ['full_refresh', 'incremental'], 'source_defined_cursor': True} for n in names]}}))
                sys.exit(0)
            state = {s['stream']['stream_descriptor']['name']: s['stream']['stream_state']['id'] for s in json.load(open(flags['--state']))} if '--state' in flags else {}
            out = sys.stdout
            for id in range(ROWS):
                for n in names:
                    if id > state.get(n, -1):
                        out.write('{"type":"RECORD","record":{"namespace":"app","stream":"%s","data":{"id":%d, "text":"\\\\u00e9 \\u00e9", "big": 1.000000000000000000000000001E+2, "id2" : [ 1 ]},"emitted_at":5,"new":{"x":1}}}\\n' % (n, id))
                if id % 100 == 99:
                    for n in names:
                        if id > state.get(n, -1):
                            out.write(json.dumps({'type': 'STATE', 'state': {'type': 'STREAM', 'stream': {'stream_descriptor': {'name': n, 'namespace': 'app'}, 'stream_state': {'id': id}}}}) + '\\n')
                if 'BREAK' == 'BREAK%d' % id:
                    out.flush()
                    sys.exit(3)
            for n in names:
                out.write(json.dumps({'type': 'TRACE', 'trace': {'type': 'STREAM_STATUS', 'emitted_at': 1, 'stream_status': {'stream_descriptor': {'name': n, 'namespace': 'app'}, 'status': 'COMPLETE'}}}) + '\\n')
            """;

    private static final String DESTINATION =
            """
            import json, sys
            if sys.argv[1] == 'spec':
                print(json.dumps({'type': 'SPEC', 'spec': {'connectionSpecification': {}, 'supported_destination_sync_modes': ['append', 'overwrite']}}))
                sys.exit(0)
            counts = {}
            with open('landed', 'ab') as landed:
                for line in sys.stdin.buffer:
                    if b'"RECORD"' in line:
                        landed.write(line)
                        stream = json.loads(line)['record']['stream']
                        counts[stream] = counts.get(stream, 0) + 1
                    elif b'"STATE"' in line:
                        landed.flush()
                        message = json.loads(line)
                        stream = message['state']['stream']['stream_descriptor']['name']
                        message['state']['destinationStats'] = {'recordCount': float(counts.pop(stream, 0))}
                        print(json.dumps(message), flush=True)
            """;

    @TempDir Path folder;

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    private GuestProgram program(String name, String script) throws IOException {
        Files.writeString(folder.resolve(name), script);
        return new GuestProgram(
                List.of("python3", name),
                Map.of(),
                Json.object(),
                Timeouts.DEFAULT,
                new LaunchContext(
                        Clock.systemUTC(), folder, folder, _ -> {}, (_, line) -> log.add(line)));
    }

    private Receipt sync(String source, Naming naming) throws Exception {
        try (var from = new ProcessSource(program("source.py", source));
                var to = new ProcessDestination(program("destination.py", DESTINATION))) {
            List<StreamConfiguration> streams =
                    from.discover().stream().map(RelayTest::configure).toList();
            var request =
                    new SyncRequest(
                            "relay",
                            from,
                            to,
                            streams,
                            Map.of(),
                            naming,
                            SchemaChangePolicy.PROPAGATE,
                            false,
                            false,
                            new LocalCheckpoints(folder.resolve("checkpoints.json")),
                            _ -> {},
                            SyncSettings.standard(Clock.systemUTC(), _ -> {}));
            return new Sync(request, progress()).run();
        }
    }

    private static StreamConfiguration configure(StreamDescription stream) {
        return new StreamConfiguration(
                stream,
                SyncMode.INCREMENTAL_APPEND,
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                true);
    }

    private SyncProgress progress() {
        return new SyncProgress() {
            @Override
            public void log(LogLevel level, String message) {
                log.add(message);
            }
        };
    }

    private static String source(int streams, int rows, int breakAt) {
        return SOURCE.replace("STREAMS", Integer.toString(streams))
                .replace("ROWS", Integer.toString(rows))
                .replace("'BREAK' ==", "'BREAK%d' ==".formatted(breakAt));
    }

    @Test
    void dataArrivesToTheByteUnderTheNamesOfTheTarget() throws Exception {
        Receipt receipt = sync(source(1, 250, -1), new Naming(Optional.of("landing"), "p_"));
        assertThat(receipt.status())
                .as("%s %s", receipt.failures(), log)
                .isEqualTo(Receipt.Status.SUCCEEDED);
        assertThat(receipt.streams().getFirst().recordsCommitted()).isEqualTo(250);
        List<String> landed = Files.readAllLines(folder.resolve("landed"));
        assertThat(landed).hasSize(250);
        assertThat(landed.get(7))
                .contains(
                        "\"data\":{\"id\":7, \"text\":\"\\u00e9 é\", \"big\":"
                                + " 1.000000000000000000000000001E+2, \"id2\" : [ 1 ]}")
                .contains("\"stream\":\"p_s0\"")
                .contains("\"namespace\":\"landing\"")
                .contains("\"new\":{\"x\":1}");
    }

    @Test
    void manyStreamsAtATimeHaveEnoughBuffers() throws Exception {
        Receipt receipt = sync(source(40, 300, -1), Naming.DEFAULT);
        assertThat(receipt.status())
                .as("%s %s", receipt.failures(), log)
                .isEqualTo(Receipt.Status.SUCCEEDED);
        assertThat(Files.readAllLines(folder.resolve("landed"))).hasSize(40 * 300);
        assertThat(receipt.streams()).allMatch(stream -> stream.recordsCommitted() == 300);
    }

    @Test
    void afterAFailureTheNextRunGoesOnFromWhatWasAcknowledged() throws Exception {
        Receipt broken = sync(source(1, 1000, 450), Naming.DEFAULT);
        assertThat(broken.status()).isEqualTo(Receipt.Status.INCOMPLETE);
        assertThat(broken.failures().getFirst().message()).contains("exit status 3");
        long acknowledged = broken.streams().getFirst().recordsCommitted();
        assertThat(acknowledged).isEqualTo(400);
        Receipt whole = sync(source(1, 1000, -1), Naming.DEFAULT);
        assertThat(whole.status()).as("%s", log).isEqualTo(Receipt.Status.SUCCEEDED);
        assertThat(whole.streams().getFirst().recordsCommitted()).isEqualTo(600);
        assertThat(StreamName.of("app", "s0")).isEqualTo(whole.streams().getFirst().stream());
    }
}

package io.millrace.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class MessageWriterTest {
    @Test
    void writesRecordsOfReadyJson() throws Exception {
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output)) {
            byte[] data = bytes("xx{\"a\":\"é\"}yy");
            writer.writeRecord(
                    StreamName.of("n\"1", "s"), data, 2, data.length - 2, Long.MAX_VALUE);
            byte[] meta = bytes("{\"changes\":[]}");
            writer.writeRecord(
                    StreamName.of("s"), data, 2, data.length - 2, -7, meta, 0, meta.length);
            writer.writeRecord(StreamName.of("s"), data, 2, data.length - 2, 0);
        }
        assertThat(output.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        {"type":"RECORD","record":{"namespace":"n\\"1","stream":"s","data":{"a":"é"},"emitted_at":9223372036854775807}}
                        {"type":"RECORD","record":{"stream":"s","data":{"a":"é"},"emitted_at":-7,"meta":{"changes":[]}}}
                        {"type":"RECORD","record":{"stream":"s","data":{"a":"é"},"emitted_at":0}}
                        """);
    }

    @Test
    void writesARecordObjectLikeItsReadyJson() throws Exception {
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output)) {
            ObjectNode data = Json.object().put("a", 1);
            writer.write(RecordMessage.of(StreamName.of("n", "s"), data, 5));
            byte[] ready = bytes("{\"a\":1}");
            writer.writeRecord(StreamName.of("n", "s"), ready, 0, ready.length, 5);
        }
        String[] lines = output.toString(StandardCharsets.UTF_8).split("\n");
        assertThat(lines[0]).isEqualTo(lines[1]);
    }

    @Test
    void relaysARecordByteForByte() throws Exception {
        String line =
                " { \"record\" : {\"data\": {\"b\":1.0E+2,\"a\":\"\\u00e9\"}"
                        + " ,\"stream\":\"s\",\"x\":[ ] }, \"type\":\"RECORD\"}";
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output);
                var reader = new MessageReader(new ByteArrayInputStream(bytes(line + "\r\n")))) {
            assertThat(reader.next()).isEqualTo(MessageReader.Event.RECORD);
            writer.writeLine(reader.record());
        }
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(line + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'RECORD','record':{'stream':'s','data':{'stream':'x'},'emitted_at':1,'more':[1.0]},'x':1}",
                "{'record':{'data':{},'namespace':'n','stream':'s','file_reference':{}},'type':'RECORD'}",
                "{'record':{'data':{},'stream' : 's' ,'namespace' : 'n'},'type':'RECORD'}",
                "{'type':'RECORD','record':{'stream':'s','data':{},'namespace':null}}",
                "{'type':'RECORD','record':{'namespace':'a','stream':'b','data':{},'stream':'s','namespace':null}}"
            })
    void relaysARecordUnderAnotherNameAndKeepsTheRest(String quoted) throws Exception {
        String line = quoted.replace('\'', '"');
        for (StreamName target :
                List.of(
                        StreamName.of("t"),
                        StreamName.of("m", "t\"é"),
                        StreamName.of("", "s"),
                        StreamName.of("s"))) {
            var output = new ByteArrayOutputStream();
            try (var writer = new MessageWriter(output);
                    var reader =
                            new MessageReader(
                                    new ByteArrayInputStream(bytes(line + "\n" + line)))) {
                // Twice, since the reader takes a shortcut for the second.
                for (int round = 0; round < 2; round++) {
                    assertThat(reader.next()).isEqualTo(MessageReader.Event.RECORD);
                    writer.writeLine(reader.record(), target);
                }
            }
            var expected = (ObjectNode) Json.parse(bytes(line));
            var record = (ObjectNode) expected.get("record");
            record.put("stream", target.name());
            record.remove("namespace");
            target.namespace().ifPresent(namespace -> record.put("namespace", namespace));
            String[] written = output.toString(StandardCharsets.UTF_8).split("\n");
            assertThat(written).hasSize(2);
            for (String each : written) {
                var tree = (ObjectNode) Json.parse(bytes(each));
                if (tree.get("record").path("namespace").isNull()) {
                    ((ObjectNode) tree.get("record")).remove("namespace");
                }
                assertThat(Json.equalByValue(tree, expected)).as(each).isTrue();
            }
        }
    }

    @Test
    void tellsFailuresAndEstimatesOfStreams() throws Exception {
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output)) {
            writer.write(
                    TraceMessage.Failure.of(
                            new TransientFailure("Busy; try again.", "503"),
                            Optional.of(StreamName.of("n", "s")),
                            5));
            writer.write(
                    TraceMessage.Estimate.of(
                            StreamName.of("s"), OptionalLong.of(7), OptionalLong.empty(), 5));
            writer.write(
                    TraceMessage.StreamStatus.of(
                            StreamName.of("s"), TraceMessage.Status.COMPLETE, 5));
        }
        assertThat(output.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        {"type":"TRACE","trace":{"type":"ERROR","emitted_at":5,"error":{"message":"Busy; try again.","internal_message":"503","failure_type":"transient_error","stream_descriptor":{"name":"s","namespace":"n"}}}}
                        {"type":"TRACE","trace":{"type":"ESTIMATE","emitted_at":5,"estimate":{"name":"s","type":"STREAM","row_estimate":7}}}
                        {"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":5,"stream_status":{"stream_descriptor":{"name":"s"},"status":"COMPLETE"}}}
                        """);
    }

    @Test
    void sendsNothingBeforeAFlushAndEverythingAfterIt() throws Exception {
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output)) {
            writer.write(LogMessage.of(LogMessage.Level.INFO, "hello"));
            assertThat(output.size()).isZero();
            writer.flush();
            assertThat(output.toString(StandardCharsets.UTF_8)).endsWith("}}\n");
        }
    }

    @Test
    void mixesNoLinesOfManyThreads() throws Exception {
        var output = new ByteArrayOutputStream();
        int threads = 8;
        int lines = 2_000;
        try (var writer = new MessageWriter(output)) {
            List<Thread> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                var stream = StreamName.of("s" + thread);
                running.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    for (int line = 0; line < lines; line++) {
                                        // Some are longer than the writer's buffer.
                                        byte[] data =
                                                bytes(
                                                        "{\"n\":\""
                                                                + "x"
                                                                        .repeat(
                                                                                line % 500 == 0
                                                                                        ? 100_000
                                                                                        : line
                                                                                                % 300)
                                                                + "\"}");
                                        try {
                                            writer.writeRecord(stream, data, 0, data.length, line);
                                        } catch (IOException impossible) {
                                            throw new AssertionError(impossible);
                                        }
                                    }
                                }));
            }
            for (Thread each : running) {
                each.join();
            }
        }
        Map<StreamName, Long> next = new HashMap<>();
        try (var reader = new MessageReader(new ByteArrayInputStream(output.toByteArray()))) {
            while (reader.next() == MessageReader.Event.RECORD) {
                RecordLine record = reader.record();
                assertThat(record.emittedAt())
                        .isEqualTo(next.getOrDefault(record.stream(), 0L).longValue());
                next.put(record.stream(), record.emittedAt() + 1);
            }
        }
        assertThat(next).hasSize(threads);
        assertThat(next.values()).allMatch(count -> count == lines);
    }

    @Test
    void writesNothingMoreAfterAFailure() {
        var output =
                new OutputStream() {
                    private boolean failed;

                    @Override
                    public void write(int each) throws IOException {
                        if (!failed) {
                            failed = true;
                            throw new IOException("broken pipe");
                        }
                        throw new AssertionError("written after a failure");
                    }
                };
        var writer = new MessageWriter(output);
        byte[] line = new byte[200_000];
        assertThatThrownBy(() -> writer.writeLine(line, 0, line.length)).hasMessage("broken pipe");
        assertThatThrownBy(() -> writer.writeLine(line, 0, line.length))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(writer::flush).isInstanceOf(IOException.class);
    }

    @Test
    void keepsNumbersExact() throws Exception {
        String data =
                "{\"a\":123456789012345678901234567890.123456789012345678901234567890,\"b\":18446744073709551616,\"c\":0.1,\"d\":1.10}";
        var record =
                new RecordMessage(
                        StreamName.of("s"),
                        (ObjectNode) Json.mapper().readTree(data),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Additional.NONE,
                        Additional.NONE);
        var output = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(output)) {
            writer.write(record);
        }
        assertThat(output.toString(StandardCharsets.UTF_8)).contains(data);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

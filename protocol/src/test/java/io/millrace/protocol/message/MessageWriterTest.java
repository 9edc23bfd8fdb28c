package io.millrace.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.catalog.StreamName;
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
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
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
                        java.util.Optional.empty(),
                        java.util.Optional.empty(),
                        io.millrace.protocol.json.Additional.NONE,
                        io.millrace.protocol.json.Additional.NONE);
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

package io.millrace.protocol.message;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * Prints how many megabytes of record lines the reader goes through in a second of processor time,
 * with lines of about 400 bytes. Run by hand; not a test.
 */
final class EnvelopeSpeed {
    private EnvelopeSpeed() {}

    public static void main(String[] arguments) throws IOException {
        // The processor's time, so that what else runs on the machine doesn't count.
        var threads = ManagementFactory.getThreadMXBean();
        byte[] lines = lines(arguments.length == 0 ? 200_000 : Integer.parseInt(arguments[0]));
        for (int round = 0; round < 20; round++) {
            long start = threads.getCurrentThreadCpuTime();
            long bytes = 0;
            int records = 0;
            try (var reader = new MessageReader(new ByteArrayInputStream(lines))) {
                while (reader.next() == MessageReader.Event.RECORD) {
                    bytes += reader.record().dataEnd() - reader.record().dataStart();
                    records++;
                }
            }
            double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
            System.out.printf(
                    "%,d records of %d bytes (data %d): %,.0f MB/s, %.0f ns a record%n",
                    records,
                    lines.length / records,
                    bytes / records,
                    lines.length / seconds / 1e6,
                    seconds * 1e9 / records);
        }
    }

    private static byte[] lines(int count) {
        var output = new ByteArrayOutputStream();
        for (int row = 0; row < count; row++) {
            String line =
                    """
                    {"type":"RECORD","record":{"namespace":"public","stream":"orders","data":{"id":%d,"customer":"Customer number %d","email":"someone.%d@example.com","total":%d.25,"paid":%b,"created_at":"2026-11-21T09:00:00.123456Z","status":"delivered","note":"left at the \\"front\\" door, %s","quantity":3,"tags":["a","b"]},"emitted_at":17000000%05d}}
                    """
                            .formatted(
                                    row,
                                    row * 7,
                                    row,
                                    row % 1000,
                                    row % 2 == 0,
                                    "x".repeat(row % 40),
                                    row % 100_000);
            output.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        }
        return output.toByteArray();
    }
}

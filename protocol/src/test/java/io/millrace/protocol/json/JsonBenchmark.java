package io.millrace.protocol.json;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Prints how fast records go from JSON into batches, beside Jackson reading the same lines without
 * keeping anything, and how fast rows become lines. One thread; a main, not a test.
 */
public final class JsonBenchmark {
    private static final int RECORDS = 100_000;
    private static final int ROUNDS = 9;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final StreamSchema RECORD =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("user_id", new ColumnType.Int64()),
                    Column.of("email", new ColumnType.Text()),
                    Column.of("first_name", new ColumnType.Text()),
                    Column.of("last_name", new ColumnType.Text()),
                    Column.of("amount", new ColumnType.JsonNumber()),
                    Column.of("currency", new ColumnType.Text()),
                    Column.of("status", new ColumnType.Text()),
                    Column.of("paid", new ColumnType.Bool()),
                    Column.of("created_at", new ColumnType.TimestampTz()),
                    Column.of("updated_at", new ColumnType.TimestampTz()),
                    Column.of("birth_date", new ColumnType.Date()),
                    Column.of("address", new ColumnType.Json()),
                    Column.of("tags", new ColumnType.Json()),
                    Column.of("note", new ColumnType.Text()));

    private static final StreamSchema ROW =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("quantity", new ColumnType.Int32()),
                    Column.of("price", new ColumnType.Decimal(12, 2)),
                    Column.of("title", new ColumnType.Text()),
                    Column.of("status", new ColumnType.Text()),
                    Column.of("created_at", new ColumnType.TimestampTz()),
                    Column.of("day", new ColumnType.Date()),
                    Column.of("active", new ColumnType.Bool()),
                    Column.of("score", new ColumnType.Float64()),
                    Column.of("key", new ColumnType.Uuid()),
                    Column.of("details", new ColumnType.Jsonb()),
                    Column.of("note", new ColumnType.Text()));

    private JsonBenchmark() {}

    /** Runs without arguments. */
    public static void main(String[] arguments) {
        var memory = new BatchMemory(1L << 30);
        List<byte[]> lines = records(new Random(1));
        long bytes = lines.stream().mapToLong(line -> line.length).sum();
        double jackson = report("Jackson, streaming", bytes, () -> readWithJackson(lines));
        double ours = report("lines -> batches", bytes, () -> readIntoBatches(memory, lines));
        System.out.printf(Locale.ROOT, "ratio %.2f (at least 0.8)%n", jackson / ours);

        for (boolean rounded : new boolean[] {true, false}) {
            try (ColumnBatch batch = rows(memory, new Random(1), rounded)) {
                var encoder = new JsonLineEncoder(ROW);
                var out = new JsonBuffer(64 << 20);
                long written = write(encoder, batch, out);
                report(
                        rounded ? "rows -> lines" : "rows -> lines, doubles of 17 digits",
                        written,
                        () -> write(encoder, batch, out));
            }
        }
    }

    private interface Work {
        long run();
    }

    /** CPU seconds of the median round: they hardly move when the machine is busy. */
    private static double report(String name, long bytes, Work work) {
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            work.run();
            seconds.add((THREADS.getCurrentThreadCpuTime() - start) / 1e9);
        }
        List<Double> warm = seconds.subList(3, ROUNDS).stream().sorted().toList();
        double median = warm.get(warm.size() / 2);
        System.out.printf(
                Locale.ROOT,
                "%-36s %6.0f MB/s %6.0f thousand rows/s of CPU time%n",
                name,
                bytes / 1e6 / median,
                RECORDS / 1e3 / median);
        return median;
    }

    private static long readWithJackson(List<byte[]> lines) {
        var factory = new JsonFactory();
        long sum = 0;
        for (byte[] line : lines) {
            try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), line)) {
                for (JsonToken token = parser.nextToken();
                        token != null;
                        token = parser.nextToken()) {
                    sum +=
                            switch (token) {
                                case VALUE_STRING -> parser.getString().length();
                                case VALUE_NUMBER_INT -> parser.getLongValue();
                                case VALUE_NUMBER_FLOAT -> (long) parser.getDoubleValue();
                                case PROPERTY_NAME -> parser.currentName().length();
                                default -> 1;
                            };
                }
            }
        }
        return sum;
    }

    private static long readIntoBatches(BatchMemory memory, List<byte[]> lines) {
        var writer = new JsonRowWriter(RECORD);
        var batch = new ColumnBatch(memory, StreamName.of("s"), RECORD, 0, 1024);
        for (byte[] line : lines) {
            if (writer.write(batch, line, 0, line.length).isPresent()) {
                throw new IllegalStateException("a record was rejected");
            }
            if (batch.isFull(line.length)) {
                batch.close();
                batch = new ColumnBatch(memory, StreamName.of("s"), RECORD, 0, 1024);
            }
        }
        long rows = batch.rows();
        batch.close();
        return rows;
    }

    private static long write(JsonLineEncoder encoder, ColumnBatch batch, JsonBuffer out) {
        long written = 0;
        for (int row = 0; row < batch.rows(); row++) {
            encoder.encode(batch, row, out);
            out.append('\n');
            if (out.size() > 1 << 20) {
                written += out.size();
                out.clear();
            }
        }
        written += out.size();
        out.clear();
        return written;
    }

    private static List<byte[]> records(Random random) {
        List<byte[]> lines = new ArrayList<>(RECORDS);
        for (int i = 0; i < RECORDS; i++) {
            String line =
                    """
                    {"id":%d,"user_id":%d,"email":"user%d@example.com","first_name":"Zoë","last_name":"Miller-%d","amount":%d.%02d,"currency":"EUR","status":"%s","paid":%b,"created_at":"2024-%02d-%02dT10:11:12.123456Z","updated_at":"2024-03-01T08:00:00+02:00","birth_date":"1980-05-17","address":{"street":"%d Long Road","city":"Springfield","zip":"%05d"},"tags":["a","b%d"],"note":%s}\
                    """
                            .formatted(
                                    i,
                                    random.nextInt(1_000_000),
                                    i,
                                    i,
                                    random.nextInt(10_000),
                                    random.nextInt(100),
                                    i % 3 == 0 ? "open" : "closed",
                                    i % 2 == 0,
                                    1 + i % 12,
                                    1 + i % 28,
                                    i % 500,
                                    i % 100_000,
                                    i % 10,
                                    i % 4 == 0
                                            ? "null"
                                            : "\"called, and will \\\"call\\\" again\"");
            lines.add(line.getBytes(StandardCharsets.UTF_8));
        }
        return lines;
    }

    private static ColumnBatch rows(BatchMemory memory, Random random, boolean rounded) {
        var batch = new ColumnBatch(memory, StreamName.of("s"), ROW, 0, RECORDS);
        for (int i = 0; i < RECORDS; i++) {
            batch.fixed(0).appendLong(i);
            batch.fixed(1).appendInt(random.nextInt(1_000));
            batch.fixed(2).append128(random.nextInt(10_000_000), 0);
            batch.variable(3).append("A title of some forty characters, number " + i % 10);
            batch.variable(4).append(i % 3 == 0 ? "open" : "closed");
            batch.fixed(5).appendLong(1_700_000_000_000_000L + random.nextLong(1L << 44));
            batch.fixed(6).appendInt(19_000 + random.nextInt(1_000));
            batch.bits(7).append(i % 2 == 0);
            batch.fixed(8)
                    .appendDouble(
                            rounded ? random.nextInt(1_000_000) / 1e3 : random.nextDouble() * 1e3);
            batch.fixed(9).append128(random.nextLong(), random.nextLong());
            batch.variable(10).append("{\"a\": %d, \"b\": \"x\", \"c\": [1, 2]}".formatted(i));
            if (i % 4 == 0) {
                batch.vector(11).appendNull();
            } else {
                batch.variable(11).append("a short note");
            }
            batch.endRow();
        }
        return batch;
    }
}

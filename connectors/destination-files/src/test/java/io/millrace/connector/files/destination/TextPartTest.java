package io.millrace.connector.files.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextPartTest {
    private static final StreamSchema SCHEMA =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("note", new ColumnType.Text()));

    /** So large that the disk is asked to take parts of it while it is written. */
    private static final int BATCHES = 100;

    private static final int ROWS = 1_000;
    private static final String NOTE = "x".repeat(1_000);

    @TempDir private Path folder;

    private static ColumnBatch batch(BatchMemory memory, int number) {
        var batch = new ColumnBatch(memory, StreamName.of("s"), SCHEMA, 0, ROWS);
        var rows = new JsonRowWriter(SCHEMA);
        for (int row = 0; row < ROWS; row++) {
            byte[] line = line(number * ROWS + row).getBytes(StandardCharsets.UTF_8);
            assertThat(rows.write(batch, line, 0, line.length)).isEmpty();
        }
        return batch;
    }

    private static String line(int id) {
        return "{\"id\":%d,\"note\":\"%s\"}".formatted(id, NOTE);
    }

    @Test
    void aLargeFileHoldsEveryRowInOrder() throws Exception {
        Path file = folder.resolve("part.jsonl");
        TextPart part = TextPart.jsonLines(file, SCHEMA, Optional.empty(), 1);
        var memory = new BatchMemory(64 << 20);
        for (int number = 0; number < BATCHES; number++) {
            part.write(batch(memory, number));
        }
        part.finish();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (int id = 0; id < BATCHES * ROWS; id++) {
                assertThat(lines.readLine()).isEqualTo(line(id));
            }
            assertThat(lines.readLine()).isNull();
        }
    }
}

package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CsvTokenizerTest {
    private static final String[] PIECES = {
        "a",
        "bc",
        "12",
        "\"",
        "\"\"",
        ",",
        ";",
        "\n",
        "\r\n",
        "é",
        "東",
        "🗼",
        " ",
        "\t",
        "\0",
        "a much longer text than eight bytes"
    };

    @Test
    void whatAnyWriterWroteIsReadBackWhateverTheRoom() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte delimiter = (byte) (random.nextBoolean() ? ',' : ';');
            String lineEnd = random.nextBoolean() ? "\n" : "\r\n";
            boolean quoteAll = random.nextInt(3) == 0;
            boolean lastEnd = random.nextBoolean();
            int columns = 2 + random.nextInt(4);
            List<List<String>> table = table(random, columns);
            String text = csv(table, (char) delimiter, lineEnd, quoteAll, lastEnd);
            int room = 1 + random.nextInt(64);
            var read = read(text, new CsvDialect(delimiter, '"', (byte) '\n'), columns, room);
            assertThat(read).as("seed %d, round %d, room %d", seed, round, room).isEqualTo(table);
        }
    }

    @Test
    void offsetsAndLinesOfBlocksAreThoseOfTheirRows() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int columns = 2 + random.nextInt(3);
            List<List<String>> table = table(random, columns);
            String text = csv(table, ',', "\n", false, true);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            var dialect = new CsvDialect((byte) ',', '"', (byte) '\n');
            CsvTokenizer tokens = tokenizer(bytes, dialect, columns, 16 + random.nextInt(64));
            int rows = 0;
            while (tokens.nextBlock()) {
                rows += tokens.rows();
                String before = new String(bytes, 0, (int) tokens.offset(), StandardCharsets.UTF_8);
                assertThat(tokens.line())
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(1 + before.chars().filter(one -> one == '\n').count());
                assertThat(before).isEqualTo(csv(table.subList(0, rows), ',', "\n", false, true));
            }
            assertThat(rows).isEqualTo(table.size());
        }
    }

    @Test
    void nothingThatIsNoCsvStopsIt() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            var text = new StringBuilder();
            int size = random.nextInt(60);
            for (int i = 0; i < size; i++) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            var dialect = new CsvDialect((byte) ',', '"', (byte) '\n');
            int room = 1 + random.nextInt(32);
            var small = read(text.toString(), dialect, 2, room);
            var large = read(text.toString(), dialect, 2, 1 << 16);
            assertThat(small).as("seed %d, round %d: %s", seed, round, text).isEqualTo(large);
        }
    }

    private static List<List<String>> table(Random random, int columns) {
        var table = new ArrayList<List<String>>();
        int rows = random.nextInt(30);
        for (int i = 0; i < rows; i++) {
            var row = new ArrayList<String>();
            for (int column = 0; column < columns; column++) {
                if (random.nextInt(6) == 0) {
                    row.add(null);
                    continue;
                }
                var value = new StringBuilder();
                int size = random.nextInt(5);
                for (int piece = 0; piece < size; piece++) {
                    value.append(PIECES[random.nextInt(PIECES.length)]);
                }
                row.add(value.toString());
            }
            table.add(row);
        }
        return table;
    }

    private static String csv(
            List<List<String>> table,
            char delimiter,
            String lineEnd,
            boolean quoteAll,
            boolean lastEnd) {
        var text = new StringBuilder();
        for (int i = 0; i < table.size(); i++) {
            for (int column = 0; column < table.get(i).size(); column++) {
                String value = table.get(i).get(column);
                text.append(column == 0 ? "" : delimiter);
                if (value == null) {
                    continue;
                }
                boolean quoted =
                        quoteAll
                                || value.isEmpty()
                                || value.chars().anyMatch(one -> "\",;\r\n".indexOf(one) >= 0);
                text.append(quoted ? "\"" + value.replace("\"", "\"\"") + "\"" : value);
            }
            text.append(i < table.size() - 1 || lastEnd ? lineEnd : "");
        }
        return text.toString();
    }

    private static CsvTokenizer tokenizer(byte[] bytes, CsvDialect dialect, int columns, int room) {
        var ignored =
                new CsvTokenizer.BadRows() {
                    @Override
                    public void bad(long line, String why) {}

                    @Override
                    public void fatal(long line, String why) {
                        throw new AssertionError(why);
                    }
                };
        var tokens =
                new CsvTokenizer(new ByteArrayInputStream(bytes), dialect, 0, 1, true, ignored);
        tokens.room(room);
        tokens.columns(columns);
        return tokens;
    }

    private static List<List<String>> read(String text, CsvDialect dialect, int columns, int room)
            throws IOException, InterruptedException {
        var tokens = tokenizer(text.getBytes(StandardCharsets.UTF_8), dialect, columns, room);
        var table = new ArrayList<List<String>>();
        while (tokens.nextBlock()) {
            for (int row = 0; row < tokens.rows(); row++) {
                var values = new ArrayList<String>();
                for (int column = 0; column < columns; column++) {
                    int at = row * columns + column;
                    boolean isNull =
                            tokens.starts()[at] >= 0 && tokens.starts()[at] == tokens.ends()[at];
                    values.add(isNull ? null : ColumnParser.text(tokens, at, '"'));
                }
                table.add(values);
            }
        }
        return table;
    }
}

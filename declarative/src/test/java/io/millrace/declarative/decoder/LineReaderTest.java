package io.millrace.declarative.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.SystemFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    @Test
    void linesComeWithoutTheirEndsAndTheLastNeedsNone() throws IOException {
        assertThat(read("a\n\nb", false)).containsExactly("a", "", "b");
        assertThat(read("a\r\nb\n", false)).containsExactly("a\r", "b");
        assertThat(read("", false)).isEmpty();
        assertThat(read("\n", false)).containsExactly("");
    }

    @Test
    void carriageReturnsEndLinesWhereThatIsAskedFor() throws IOException {
        assertThat(read("a\r\nb\rc\n\rd\r", true)).containsExactly("a", "b", "c", "", "d");
    }

    /** Lines around the size of a chunk, read in pieces of any size. */
    @Test
    void wherePiecesAndChunksEndMakesNoDifference() throws IOException {
        long seed = 20261121;
        var random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            List<String> lines = new ArrayList<>();
            var text = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                int length =
                        random.nextInt(4) == 0 ? 65_530 + random.nextInt(12) : random.nextInt(300);
                String line = "x".repeat(length);
                lines.add(line);
                text.append(line).append(random.nextBoolean() ? "\r\n" : "\n");
            }
            var source = new Pieces(text.toString(), random);
            var reader = new LineReader(source, true);
            List<String> got = new ArrayList<>();
            while (reader.next()) {
                got.add(reader.text());
            }
            assertThat(got).as("seed %d round %d", seed, round).isEqualTo(lines);
        }
    }

    @Test
    void aRangeStaysGoodWhileLaterLinesAreRead() throws IOException {
        var reader =
                new LineReader(
                        new ByteArrayInputStream(
                                ("first\n" + "y".repeat(200_000) + "\nlast")
                                        .getBytes(StandardCharsets.UTF_8)),
                        false);
        reader.next();
        byte[] bytes = reader.bytes();
        int from = reader.from();
        int to = reader.to();
        while (reader.next()) {
            // to the end
        }
        assertThat(new String(bytes, from, to - from, StandardCharsets.UTF_8)).isEqualTo("first");
    }

    @Test
    void aLineThatIsTooLongToHoldIsRefused() {
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        return 'x';
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        java.util.Arrays.fill(into, offset, offset + length, (byte) 'x');
                        return length;
                    }
                };
        assertThatThrownBy(() -> new LineReader(endless, false).next())
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("64 MiB");
    }

    private static List<String> read(String text, boolean carriageReturns) throws IOException {
        var reader =
                new LineReader(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        carriageReturns);
        List<String> lines = new ArrayList<>();
        while (reader.next()) {
            lines.add(reader.text());
        }
        return lines;
    }

    /** Gives a text in pieces of any size. */
    private static final class Pieces extends ByteArrayInputStream {
        private final Random random;

        Pieces(String text, Random random) {
            super(text.getBytes(StandardCharsets.UTF_8));
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, 1 + random.nextInt(70_000)));
        }
    }
}

package io.millrace.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.message.LineProblem.Kind;
import io.millrace.protocol.message.MessageReader.Event;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {
    private static final String RECORD =
            "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{\"a\":1},\"emitted_at\":5}}";
    private static final String LOG =
            "{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"m\"}}";

    @Test
    void skipsAByteOrderMarkEmptyLinesAndCarriageReturns() throws Exception {
        var reader = reader("\uFEFF" + RECORD + "\r\n\r\n\n  \t\n" + LOG + "\r\n\n");
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(text(reader.record())).isEqualTo(RECORD);
        assertThat(reader.next()).isEqualTo(Event.MESSAGE);
        assertThat(reader.lineNumber()).isEqualTo(5);
        assertThat(reader.next()).isEqualTo(Event.END);
        assertThat(reader.next()).isEqualTo(Event.END);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u2028", "\u2029", "\u0085", "\u000B", "\f"})
    void endsNoLineAtOtherSeparators(String separator) throws Exception {
        var reader = reader("a" + separator + "b\n" + RECORD);
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        assertThat(reader.problem().text()).isEqualTo("a" + separator + "b");
        assertThat(reader.next()).isEqualTo(Event.RECORD);
    }

    @Test
    void givesPlainTextAsALineForTheLog() throws Exception {
        var reader = reader("Starting up, 5 % done\n{\"level\":\"info\",\"msg\":\"hi\"}\n17\n[]");
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        assertThat(reader.problem().kind()).isEqualTo(Kind.NOT_JSON);
        assertThat(reader.problem().text()).isEqualTo("Starting up, 5 % done");
        assertThat(reader.problem().record()).isFalse();
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        assertThat(reader.problem().kind()).isEqualTo(Kind.NOT_A_MESSAGE);
        assertThat(reader.problem().reason()).contains("Line 2").contains("type");
        assertThat(problems(reader)).containsExactly(Kind.NOT_JSON, Kind.NOT_JSON);
    }

    @Test
    void namesWhatIsWrongWithEachLine() throws Exception {
        assertThat(problems(reader(RECORD + RECORD))).containsExactly(Kind.SEVERAL_VALUES);
        assertThat(problems(reader(LOG + " x"))).containsExactly(Kind.SEVERAL_VALUES);
        assertThat(problems(reader(RECORD.substring(0, 40)))).containsExactly(Kind.TRUNCATED);
        assertThat(problems(reader(RECORD.substring(0, 40) + "\n"))).containsExactly(Kind.NOT_JSON);
        assertThat(problems(reader("{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\"}}")))
                .containsExactly(Kind.NOT_A_MESSAGE);
        assertThat(problems(reader("{\"type\":\"RECORD\",\"record\":{\"data\":{}}}")))
                .containsExactly(Kind.NOT_A_MESSAGE);
        assertThat(
                        problems(
                                reader(
                                        "{\"type\":\"RECORD\",\"record\":{\"data\":null,\"stream\":\"s\"}}")))
                .containsExactly(Kind.NOT_A_MESSAGE);
        assertThat(problems(reader("{\"type\":\"STATE\"}"))).containsExactly(Kind.NOT_A_MESSAGE);
        assertThat(problems(reader("{\"type\":\"LOG\",\"log\":{\"level\":1,\"message\":\"m\"}}")))
                .containsExactly(Kind.NOT_A_MESSAGE);
        assertThat(problems(reader("{\"type\":\"LOG\",\"log\":{\"level\":tru}}")))
                .containsExactly(Kind.NOT_JSON);
        assertThat(problems(reader("{\"type\":\"RECORD\",\"record\":{\"data\":{]}}")))
                .containsExactly(Kind.NOT_JSON);
        assertThat(problems(reader("{" + "\"a\":{".repeat(1100)))).containsExactly(Kind.TOO_DEEP);
        assertThat(
                        problems(
                                reader(
                                        "{\"type\":\"STATE\",\"state\":{\"data\":{\"n\":1e99999999999}}}")))
                .containsExactly(Kind.NOT_JSON);
    }

    @Test
    void readsALastLineWithoutAnEnd() throws Exception {
        var reader = reader(LOG + "\n" + RECORD);
        assertThat(reader.next()).isEqualTo(Event.MESSAGE);
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(reader.next()).isEqualTo(Event.END);
    }

    @Test
    void goesOnBehindABrokenLineWithTheRightNumber() throws Exception {
        var reader = reader(RECORD + "\n{\"type\":\n\n" + RECORD);
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        assertThat(reader.problem().lineNumber()).isEqualTo(2);
        assertThat(reader.problem().reason()).startsWith("Line 2 ");
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(reader.record().lineNumber()).isEqualTo(4);
    }

    @Test
    void tellsTheStreamOfALostRecordAndNothingOfItsContent() throws Exception {
        var reader =
                reader(
                        "{\"type\":\"RECORD\",\"record\":{\"namespace\":\"n\",\"stream\":\"s\",\"data\":{\"card\":\"4111\"");
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        LineProblem problem = reader.problem();
        assertThat(problem.record()).isTrue();
        assertThat(problem.stream()).contains(StreamName.of("n", "s"));
        assertThat(problem.toString()).doesNotContain("4111");
    }

    @Test
    void quotesNoBrokenControlMessage() throws Exception {
        var reader =
                reader(
                        "{\"type\":\"CONTROL\",\"control\":{\"config\":{\"password\":\"hunter2\"}}}");
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        assertThat(reader.problem().toString()).doesNotContain("hunter2");
    }

    @Test
    void refusesBytesThatAreNoUtf8() throws Exception {
        int[][] broken = {
            {0x80},
            {0xC0, 0x80},
            {0xC3},
            {0xE0, 0x80, 0x80},
            {0xED, 0xA0, 0x80},
            {0xF0, 0x80, 0x80, 0x80},
            {0xF4, 0x90, 0x80, 0x80},
            {0xF5, 0x80, 0x80, 0x80},
            {0xFF},
            {0xE2, 0x82},
            {0xC3, 0xC3}
        };
        for (int[] sequence : broken) {
            for (int padding = 0; padding < 10; padding++) {
                var line = new ByteArrayOutputStream();
                line.writeBytes(
                        bytes(
                                "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{\"a\":\""
                                        + "x".repeat(padding)));
                for (int each : sequence) {
                    line.write(each);
                }
                line.writeBytes(bytes("\"}}}\n" + RECORD));
                var reader = new MessageReader(new ByteArrayInputStream(line.toByteArray()));
                assertThat(reader.next()).isEqualTo(Event.PROBLEM);
                assertThat(reader.problem().kind()).isEqualTo(Kind.INVALID_UTF8);
                assertThat(reader.problem().stream()).contains(StreamName.of("s"));
                assertThat(reader.next()).isEqualTo(Event.RECORD);
            }
        }
    }

    @Test
    void agreesWithTheDecoderOfTheJdkAboutUtf8() {
        long seed = System.nanoTime();
        var random = new java.util.Random(seed);
        byte[] spice = {
            (byte) 0xC3,
            (byte) 0xA9,
            (byte) 0xE2,
            (byte) 0x82,
            (byte) 0xAC,
            (byte) 0xF0,
            (byte) 0x9F,
            (byte) 0x98,
            (byte) 0x80,
            (byte) 0xED,
            (byte) 0xA0,
            'a',
            (byte) 0xF4,
            (byte) 0x8F,
            (byte) 0xBF,
            (byte) 0x90
        };
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(6)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = spice[random.nextInt(spice.length)];
            }
            boolean valid = new String(bytes, StandardCharsets.UTF_8).indexOf('\uFFFD') < 0;
            assertThat(JsonText.isUtf8(bytes, 0, bytes.length))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(valid);
        }
    }

    @Test
    void givesTheSameObjectForAllRecordsOfAStream() throws Exception {
        String escaped = RECORD.replace("\"s\"", "\"\\u0073\"");
        String other = RECORD.replace("\"s\"", "\"s\",\"namespace\":\"\"");
        String none = RECORD.replace("\"s\"", "\"s\",\"namespace\":null");
        var reader = reader(String.join("\n", RECORD, other, escaped, none, RECORD));
        List<StreamName> names = new ArrayList<>();
        while (reader.next() == Event.RECORD) {
            names.add(reader.record().stream());
        }
        assertThat(names).hasSize(5);
        assertThat(names.get(1)).isEqualTo(StreamName.of("", "s"));
        assertThat(names.get(2)).isSameAs(names.get(0));
        assertThat(names.get(3)).isSameAs(names.get(0));
        assertThat(names.get(4)).isSameAs(names.get(0));
    }

    @Test
    void readsTimesOfAllShapes() throws Exception {
        assertThat(emittedAt("1700000000000")).isEqualTo(1_700_000_000_000L);
        assertThat(emittedAt("-5")).isEqualTo(-5);
        assertThat(emittedAt("1700000000000.75")).isEqualTo(1_700_000_000_000L);
        assertThat(emittedAt("1.7e12")).isEqualTo(1_700_000_000_000L);
        assertThat(emittedAt("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(emittedAt("9223372036854775808")).isZero();
        assertThat(emittedAt("1e999999999")).isZero();
    }

    @Test
    void readsTheSameHoweverTheInputIsCut() throws Exception {
        long seed = System.nanoTime();
        var random = new java.util.Random(seed);
        var input = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int line = 0; line < 300; line++) {
            String text =
                    RECORD.replace("1}", "\"" + "é{\\\"".repeat(random.nextInt(3000)) + "\"}");
            expected.add(text);
            input.append(text).append(random.nextBoolean() ? "\r\n" : "\n");
        }
        byte[] all = bytes(input.toString());
        for (int largest : new int[] {1, 7, 100, 100_000, 1_000_000}) {
            var reader = new MessageReader(new Dripping(all, random, largest));
            for (String each : expected) {
                assertThat(reader.next()).as("seed %d", seed).isEqualTo(Event.RECORD);
                assertThat(text(reader.record())).as("seed %d", seed).isEqualTo(each);
            }
            assertThat(reader.next()).isEqualTo(Event.END);
        }
    }

    @Test
    void takesALineOfExactlyTheLimitAndNoLongerOne() throws Exception {
        for (int limit : new int[] {RECORD.length(), 300, 262_144, 300_000}) {
            for (String end : List.of("", "\n", "\r\n", "\n" + RECORD.substring(0, 20))) {
                String fits = RECORD.replace("1}", " ".repeat(limit - RECORD.length()) + "1}");
                assertThat(fits).hasSize(limit);
                try (var reader =
                        new MessageReader(new ByteArrayInputStream(bytes(fits + end)), limit)) {
                    assertThat(reader.next()).isEqualTo(Event.RECORD);
                    assertThat(text(reader.record())).isEqualTo(fits);
                }
                String over = fits.replace("1}", "11}");
                try (var reader =
                        new MessageReader(
                                new ByteArrayInputStream(bytes("\uFEFF" + over + end)), limit)) {
                    assertThat(reader.next()).isEqualTo(Event.PROBLEM);
                    assertThat(reader.problem().kind()).isEqualTo(Kind.TOO_LONG);
                    assertThat(reader.problem().length()).isEqualTo(limit + 1);
                    assertThat(reader.problem().stream()).contains(StreamName.of("s"));
                }
            }
        }
    }

    @Test
    void countsALineOf200MegabytesForItsStreamWithoutHoldingIt() throws Exception {
        long length = 200L * 1024 * 1024;
        // The namespace comes behind the data, which are long gone by then.
        var input =
                new Padded(
                        RECORD
                                + "\n"
                                + "{\"type\":\"RECORD\",\"record\":{\"stream\":\"big\",\"data\":{\"x\":[\"",
                        "}{\\\"[ ",
                        length,
                        "\"]},\"namespace\":\"n\",\"emitted_at\":1}}\n" + RECORD + "\n");
        var reader = new MessageReader(input, 1024 * 1024);
        long before = allocated();
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(reader.next()).isEqualTo(Event.PROBLEM);
        assertThat(reader.problem().kind()).isEqualTo(Kind.TOO_LONG);
        assertThat(reader.problem().record()).isTrue();
        assertThat(reader.problem().stream()).contains(StreamName.of("n", "big"));
        assertThat(reader.problem().lineNumber()).isEqualTo(2);
        assertThat(reader.problem().length()).isGreaterThan(length);
        assertThat(reader.problem().reason()).contains("Line 2").contains("1048576");
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(reader.lineNumber()).isEqualTo(3);
        assertThat(allocated() - before).isLessThan(16L * 1024 * 1024);
    }

    @Test
    void givesBackTheMemoryOfAHugeLine() throws Exception {
        var input =
                new Padded(
                        "{\"type\":\"RECORD\",\"record\":{\"stream\":\"big\",\"data\":{\"x\":\"",
                        "x",
                        20L * 1024 * 1024,
                        "\"}}}\n" + (RECORD + "\n").repeat(500_000));
        var reader = new MessageReader(input);
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        assertThat(reader.record().dataEnd() - reader.record().dataStart())
                .isGreaterThan(20 * 1024 * 1024);
        assertThat(reader.record().buffer().length).isGreaterThan(20 * 1024 * 1024);
        for (int line = 0; line < 500_000; line++) {
            assertThat(reader.next()).isEqualTo(Event.RECORD);
        }
        assertThat(reader.record().buffer().length).isLessThan(1024 * 1024);
    }

    @Test
    void looksAtRecordsWithoutMakingObjects() throws Exception {
        byte[] all = bytes((RECORD + "\n").repeat(200_000));
        var warm = new MessageReader(new ByteArrayInputStream(all));
        while (warm.next() == Event.RECORD) {
            warm.record().emittedAt();
        }
        var reader = new MessageReader(new ByteArrayInputStream(all));
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        long before = allocated();
        while (reader.next() == Event.RECORD) {
            reader.record().emittedAt();
        }
        assertThat(allocated() - before).isLessThan(1024 * 1024);
    }

    @Test
    void tellsWhetherItWouldWait() throws Exception {
        var reader = reader(RECORD + "\n" + RECORD + "\n");
        assertThat(reader.ready()).isTrue();
        reader.next();
        assertThat(reader.ready()).isTrue();
        reader.next();
        assertThat(reader.ready()).isFalse();
    }

    @Test
    void passesOnThatTheInputFailed() {
        var reader =
                new MessageReader(
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("gone");
                            }
                        });
        org.assertj.core.api.Assertions.assertThatThrownBy(reader::next)
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
    }

    private static long emittedAt(String text) throws IOException {
        var reader = reader(RECORD.replace(":5", ":" + text));
        assertThat(reader.next()).isEqualTo(Event.RECORD);
        return reader.record().emittedAt();
    }

    private static List<Kind> problems(MessageReader reader) throws IOException {
        List<Kind> kinds = new ArrayList<>();
        while (reader.next() == Event.PROBLEM) {
            kinds.add(reader.problem().kind());
        }
        assertThat(reader.next()).isEqualTo(Event.END);
        return kinds;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private static MessageReader reader(String text) {
        return new MessageReader(new ByteArrayInputStream(bytes(text)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(RecordLine line) {
        return new String(
                line.buffer(),
                line.lineStart(),
                line.lineEnd() - line.lineStart(),
                StandardCharsets.UTF_8);
    }

    /** Gives its bytes in pieces of random sizes. */
    private static final class Dripping extends InputStream {
        private final byte[] bytes;
        private final RandomGenerator random;
        private final int largest;
        private int position;

        Dripping(byte[] bytes, RandomGenerator random, int largest) {
            this.bytes = bytes;
            this.random = random;
            this.largest = largest;
        }

        @Override
        public int read() {
            return position == bytes.length ? -1 : bytes[position++] & 0xFF;
        }

        @Override
        public int read(byte[] target, int from, int length) {
            if (position == bytes.length) {
                return -1;
            }
            int count =
                    Math.min(
                            Math.min(length, 1 + random.nextInt(largest)), bytes.length - position);
            System.arraycopy(bytes, position, target, from, count);
            position += count;
            return count;
        }
    }

    /** A text with something repeated in its middle, made as it is read. */
    private static final class Padded extends InputStream {
        private final byte[] head;
        private final byte[] middle;
        private final byte[] tail;
        private final long middleLength;
        private long position;

        Padded(String head, String middle, long atLeast, String tail) {
            this.head = bytes(head);
            this.middle = bytes(middle);
            this.tail = bytes(tail);
            this.middleLength = (atLeast / this.middle.length + 1) * this.middle.length;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int from, int length) {
            int count = 0;
            while (count < length) {
                long inMiddle = position - head.length;
                if (inMiddle < 0) {
                    target[from + count] = head[(int) position];
                } else if (inMiddle < middleLength) {
                    target[from + count] = middle[(int) (inMiddle % middle.length)];
                } else if (inMiddle - middleLength < tail.length) {
                    target[from + count] = tail[(int) (inMiddle - middleLength)];
                } else {
                    break;
                }
                position++;
                count++;
            }
            return count == 0 ? -1 : count;
        }
    }
}

package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest.Purpose;
import io.millrace.protocol.connector.SyncMode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Files that are read while somebody still writes them. */
class GrowingFileTest extends FilesTest {
    private static final SyncMode APPEND = SyncMode.INCREMENTAL_APPEND;

    private Optional<JsonNode> state = Optional.empty();
    private final List<List<String>> landed = new ArrayList<>();
    private final List<String> rejections = new ArrayList<>();

    private Source source() {
        return source("{'streams': [{'name': 's', 'path': 'in/*'}]}");
    }

    private static void append(Path file, String text) throws IOException {
        append(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void append(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes, StandardOpenOption.APPEND);
    }

    /** One sync in append mode; the rows that it brings. */
    private List<List<String>> sync() throws InterruptedException {
        return sync(source());
    }

    private List<List<String>> sync(Source source) throws InterruptedException {
        return sync(source, source.discover().getFirst());
    }

    private List<List<String>> sync(Source source, StreamDescription stream)
            throws InterruptedException {
        var run = read(source, stream, APPEND, state, Purpose.SYNC);
        assertThat(run.failure).isEmpty();
        state = Optional.of(run.states.getLast().json());
        landed.addAll(run.rows);
        rejections.addAll(run.rejections);
        return run.rows;
    }

    private List<List<String>> compared() throws InterruptedException {
        return read(source(), APPEND, state, Purpose.COMPARE).rows;
    }

    @Test
    void aHalfLineOfJsonWaitsUntilItIsWholeAndLandsOnce() throws IOException, InterruptedException {
        Path file = write("in/a.jsonl", "{\"id\": 1}\n{\"id\": 2, \"na");
        assertThat(sync()).containsExactly(row("1"));
        append(file, "me\": \"x\"}\n{\"id\": 3, \"name\": \"y\"}");
        assertThat(sync()).containsExactly(row("2", "x"), row("3", "y"));
        append(file, "\n{\"id\": 4}\n");
        assertThat(sync()).containsExactly(row("4", "NULL"));
        assertThat(sync()).isEmpty();
        assertThat(rejections).isEmpty();
        assertThat(compared())
                .isEqualTo(
                        List.of(row("1", "NULL"), row("2", "x"), row("3", "y"), row("4", "NULL")));
    }

    @Test
    void aHalfRowOfCsvWaitsUntilItIsWholeAndLandsOnce() throws IOException, InterruptedException {
        Path file = write("in/a.csv", "id,name,city\n1,a,b\n2,Ali");
        assertThat(sync()).containsExactly(row("1", "a", "b"));
        append(file, "ce,Rome\n3,\"two\nli");
        assertThat(sync()).containsExactly(row("2", "Alice", "Rome"));
        append(file, "nes\",x\n4,d,Par");
        assertThat(sync()).containsExactly(row("3", "two\nlines", "x"));
        append(file, "is\r\n");
        assertThat(sync()).containsExactly(row("4", "d", "Paris"));
        assertThat(rejections).isEmpty();
        assertThat(compared()).isEqualTo(landed);
    }

    @Test
    void aLastRowThatIsWholeIsTakenAtOnceAndNotDoubledWhenTheFileGrows()
            throws IOException, InterruptedException {
        Path file = write("in/a.csv", "id,name\r\n1,a\r\n2,b");
        assertThat(sync()).containsExactly(row("1", "a"), row("2", "b"));
        assertThat(compared()).isEqualTo(landed);
        append(file, "\r\n3,c\r\n4,d");
        assertThat(sync())
                .as("a file that grows may be in the midst of d")
                .containsExactly(row("3", "c"));
        assertThat(sync()).as("nobody has written on").containsExactly(row("4", "d"));
        append(file, "\r\n");
        assertThat(sync()).isEmpty();
        append(file, "5,e\r\n");
        assertThat(sync()).containsExactly(row("5", "e"));
        assertThat(compared()).isEqualTo(landed);
    }

    @Test
    void aRowThatLookedWholeAndWentOnIsReadOnceMore() throws IOException, InterruptedException {
        Path file = write("in/a.csv", "id,name\n1,Al");
        assertThat(sync()).containsExactly(row("1", "Al"));
        append(file, "ice\n2,b\n");
        assertThat(sync()).containsExactly(row("1", "Alice"), row("2", "b"));
        append(file, "3,x,y\n");
        sync();
        assertThat(rejections).singleElement().asString().contains("in/a.csv, line 4");
    }

    @Test
    void whereLinesAreWrittenInPiecesOnlyEndedOnesAreReadIfTheUserSaysSo()
            throws IOException, InterruptedException {
        String options = "{'path': 'in', 'unfinished_line': 'leave'}";
        Path file = write("in/a.csv", "id,name\n1,Al");
        Source source = source(options);
        StreamDescription stream = source.discover().getFirst();
        assertThat(sync(source, stream)).isEmpty();
        assertThat(sync(source, stream)).isEmpty();
        append(file, "ice\n2");
        assertThat(sync(source, stream)).containsExactly(row("1", "Alice"));
        assertThat(sync(source, stream)).isEmpty();
        assertThat(rejections).isEmpty();
    }

    @Test
    void anUnfinishedRowThatStaysIsToldOnceAndStillLandsWhenItIsFinished()
            throws IOException, InterruptedException {
        for (String name : List.of("a.jsonl", "a.csv")) {
            boolean csv = name.endsWith("csv");
            state = Optional.empty();
            rejections.clear();
            Path file =
                    write(
                            "in/" + name,
                            csv ? "id,name\n1,a\n2" : "{\"id\":1,\"name\":\"a\"}\n{\"id\":2,");
            assertThat(sync()).containsExactly(row("1", "a"));
            assertThat(rejections).as("it may be in the midst of being written").isEmpty();
            assertThat(sync()).isEmpty();
            assertThat(rejections)
                    .singleElement()
                    .asString()
                    .contains("in/" + name + ", line " + (csv ? 3 : 2));
            assertThat(sync()).isEmpty();
            assertThat(rejections).hasSize(1);
            append(file, csv ? ",b\n" : "\"name\":\"b\"}\n");
            assertThat(sync()).containsExactly(row("2", "b"));
            Files.delete(file);
        }
    }

    @Test
    void aQuoteThatIsNeverClosedHoldsBackNoRowsOfAFileThatIsNotKnownToGrow()
            throws IOException, InterruptedException {
        write("in/a.csv", "id,name\n1,\"a\n2,b\n3,c\n");
        assertThat(sync()).containsExactly(row("2", "b"), row("3", "c"));
        assertThat(rejections).singleElement().asString().contains("line 2", "quote");
    }

    @Test
    void aStateFromBeforeEndingsWereNotedGoesOn() throws IOException, InterruptedException {
        Path file = write("in/a.csv", "id,name\n1,a\n2,b");
        sync();
        withoutEnding();
        append(file, "\n3,c\n");
        assertThat(sync()).containsExactly(row("3", "c"));
        withoutEnding();
        append(file, "4,d\n");
        assertThat(sync()).containsExactly(row("4", "d"));
    }

    private void withoutEnding() {
        JsonNode old = state.orElseThrow().deepCopy();
        for (JsonNode entry : old.path("files")) {
            for (String key : List.of("ending", "row_offset", "row_line", "node")) {
                ((ObjectNode) entry).remove(key);
            }
        }
        state = Optional.of(old);
    }

    @Test
    void aFileThatWasWrittenAnewIsReadAsAWhole() throws IOException, InterruptedException {
        Path file = write("in/a.jsonl", "{\"id\": 1}\n{\"id\": 2}\n");
        sync();
        Files.writeString(file, "{\"id\": 7}\n");
        assertThat(sync()).containsExactly(row("7"));
        Files.writeString(file, "{\"id\": 8}\n{\"id\": 9}\n{\"id\": 10}\n");
        assertThat(sync()).containsExactly(row("8"), row("9"), row("10"));
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 9000));
        assertThat(sync()).as("the same content under another time").isEmpty();
    }

    @Test
    void logsThatAreRotatedByRenamingLandOnce() throws IOException, InterruptedException {
        Path log = write("in/a.jsonl", "{\"id\": 1}\n");
        sync();
        append(log, "{\"id\": 2}\n");
        Files.move(log, folder.resolve("in/a.1.jsonl"));
        write("in/a.jsonl", "{\"id\": 3}\n");
        sync();
        Files.move(folder.resolve("in/a.1.jsonl"), folder.resolve("in/a.2.jsonl"));
        Files.move(log, folder.resolve("in/a.1.jsonl"));
        write("in/a.jsonl", "{\"id\": 4}\n");
        sync();
        assertThat(landed).containsExactlyInAnyOrder(row("1"), row("2"), row("3"), row("4"));
        assertThat(compared()).containsExactlyInAnyOrderElementsOf(landed);
    }

    @Test
    void aCopyOfAFileIsAFile() throws IOException, InterruptedException {
        Path one = write("in/a.jsonl", "{\"id\": 1}\n");
        sync();
        Files.copy(one, folder.resolve("in/b.jsonl"));
        Files.delete(one);
        assertThat(sync()).containsExactly(row("1"));
    }

    /**
     * A writer stops at any byte, a sync follows, and so on: every row lands once, and none in
     * pieces. A run may die after any of its checkpoints.
     */
    @Test
    void whereverTheWriterAndTheReaderStopEachRowLandsOnce()
            throws IOException, InterruptedException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (String name : List.of("a.jsonl", "u.csv", "w.csv")) {
            boolean csv = name.endsWith("csv");
            Charset charset =
                    name.startsWith("w") ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
            for (int round = 0; round < 40; round++) {
                state = Optional.empty();
                landed.clear();
                rejections.clear();
                List<List<String>> expected = new ArrayList<>();
                var text = new StringBuilder(csv ? "id,name,end\n" : "");
                String head = (charset.equals(StandardCharsets.UTF_16LE) ? "\uFEFF" : "") + text;
                text.setLength(0);
                for (int id = 0; id < 12; id++) {
                    String value = "é€😀".substring(0, 1 + random.nextInt(2)) + id;
                    if (csv && id % 3 == 0) {
                        value += "\nx";
                    }
                    expected.add(row(Integer.toString(id), value, "e"));
                    text.append(
                            csv
                                    ? "%d,\"%s\",e%s"
                                            .formatted(id, value, id % 2 == 0 ? "\n" : "\r\n")
                                    : "{\"id\":%d,\"name\":\"%s\",\"end\":\"e\"}\n"
                                            .formatted(id, value));
                }
                byte[] bytes = text.toString().getBytes(charset);
                String first = csv ? "100,y,e\n" : "{\"id\":100,\"name\":\"y\",\"end\":\"e\"}\n";
                Path file = write("grow/" + name, (head + first).getBytes(charset));
                Source source = source("{'path': 'grow/%s'}".formatted(name));
                StreamDescription stream = source.discover().getFirst();
                sync(source, stream);
                int written = 0;
                while (written < bytes.length) {
                    int count = Math.min(bytes.length - written, 1 + random.nextInt(40));
                    append(file, Arrays.copyOfRange(bytes, written, written + count));
                    written += count;
                    sync(source, stream);
                }
                assertThat(landed.subList(1, landed.size()))
                        .as("%s, seed %d, round %d", name, seed, round)
                        .isEqualTo(expected);
                assertThat(rejections).isEmpty();
            }
        }
    }
}

package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest.Purpose;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class IncrementalTest extends FilesTest {
    private static final SyncMode APPEND = SyncMode.INCREMENTAL_APPEND;
    private static final SyncMode OVERWRITE = SyncMode.FULL_REFRESH_OVERWRITE;

    private Source all() {
        return source("{'streams': [{'name': 's', 'path': 'in/*'}]}");
    }

    private static Optional<JsonNode> last(RecordingOutput.Recorded stream) {
        return Optional.of(stream.states.getLast().json());
    }

    @Test
    void onlyNewAndChangedFilesAreReadAgain() throws IOException, InterruptedException {
        write("in/a.csv", "id\n1\n");
        write("in/b.csv", "id\n2\n");
        var first = read(all(), APPEND, Optional.empty());
        assertThat(first.rows).containsExactly(row("1"), row("2"));
        var idle = read(all(), APPEND, last(first));
        assertThat(idle.rows).isEmpty();
        assertThat(idle.complete).isTrue();
        write("in/c.csv", "id\n3\n");
        write("in/a.csv", "id\n9\n8\n");
        var second = read(all(), APPEND, last(idle));
        assertThat(second.rows).containsExactly(row("9"), row("8"), row("3"));
        assertThat(read(all(), APPEND, last(second)).rows).isEmpty();
    }

    @Test
    void ofAFileThatHasGrownTheNewLinesAreRead() throws IOException, InterruptedException {
        for (String name : List.of("a.csv", "a.jsonl")) {
            boolean csv = name.endsWith("csv");
            Path file = write("grow/" + name, csv ? "id\n1\n" : "{\"id\": 1}\n");
            Source source = source("{'path': 'grow/%s'}".formatted(name));
            var first = read(source, APPEND, Optional.empty());
            Files.writeString(
                    file, csv ? "2\n3\n" : "{\"id\": 2}\n{\"id\": 3}\n", StandardOpenOption.APPEND);
            var second = read(source, APPEND, last(first));
            assertThat(second.rows).containsExactly(row("2"), row("3"));
            var landed = read(source, APPEND, last(first), Purpose.COMPARE);
            assertThat(landed.rows).containsExactly(row("1"));
            assertThat(read(source, APPEND, last(second), Purpose.COMPARE).rows).hasSize(3);
        }
    }

    @Test
    void manySmallFilesShareACheckpoint() throws IOException, InterruptedException {
        for (int i = 0; i < 300; i++) {
            write("in/%03d.csv".formatted(i), "id\n" + i + "\n");
        }
        var all = read(all(), APPEND, Optional.empty());
        assertThat(all.rows).hasSize(300);
        assertThat(all.states.size()).isLessThan(100);
        for (RecordingOutput.State state : all.states) {
            assertThat(read(all(), APPEND, Optional.of(state.json())).rows)
                    .isEqualTo(all.rows.subList(state.rows(), 300));
        }
    }

    @Test
    void aFileOfTheSameSizeWithAnotherTimeIsReadAgain() throws IOException, InterruptedException {
        Path file = write("in/a.csv", "id\n1\n");
        var first = read(all(), APPEND, Optional.empty());
        write("in/a.csv", "id\n2\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 5000));
        assertThat(read(all(), APPEND, last(first)).rows).containsExactly(row("2"));
    }

    @Test
    void aReadThatResumesAtAnyCheckpointGivesTheRest() throws IOException, InterruptedException {
        var content = new StringBuilder("id,note\n");
        for (int i = 0; i < 20_000; i++) {
            content.append(i)
                    .append(i % 7 == 0 ? ",\"two\nlines\"\n" : i % 11 == 0 ? "\n" : ",x\n");
        }
        byte[] plain = content.toString().getBytes(StandardCharsets.UTF_8);
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(plain);
        }
        write("x/a.csv", plain);
        write("x/b.csv.gz", gzip.toByteArray());
        write("x/c.csv", ("\uFEFF" + content).getBytes(StandardCharsets.UTF_16LE));
        write("x/d.csv", ("\uFEFF" + content).getBytes(StandardCharsets.UTF_8));
        for (String name : List.of("a.csv", "b.csv.gz", "c.csv", "d.csv")) {
            RecordingOutput.Recorded whole = reading(name, Optional.empty());
            assertThat(whole.rows.size() + whole.rejections.size()).isEqualTo(20_000);
            assertThat(whole.states.size()).as(name).isGreaterThanOrEqualTo(10);
            for (RecordingOutput.State state : whole.states) {
                RecordingOutput.Recorded rest = reading(name, Optional.of(state.json()));
                assertThat(rest.rows)
                        .as(name)
                        .isEqualTo(whole.rows.subList(state.rows(), whole.rows.size()));
                assertThat(rest.rejections)
                        .isEqualTo(
                                whole.rejections.subList(
                                        state.rejections(), whole.rejections.size()));
            }
        }
    }

    /** Reads a file with a checkpoint about every 16 KiB. */
    private RecordingOutput.Recorded reading(String name, Optional<JsonNode> state)
            throws InterruptedException {
        Source source = source("{'path': 'x/%s'}".formatted(name));
        StreamDescription stream = source.discover().getFirst();
        var request =
                new io.millrace.protocol.connector.StreamRequest(
                        stream,
                        stream.schema(),
                        OVERWRITE,
                        List.of(),
                        List.of(),
                        state,
                        Purpose.SYNC);
        var format = FilesOptions.Format.Csv.standard(Optional.empty());
        Path path = folder.resolve("x").resolve(name);
        var files =
                new StreamFiles("s", format, List.of(new InputFile(path, "x/" + name)), List.of());
        var everything = new RecordingOutput();
        var output = everything.stream("s");
        new StreamReading(
                        files,
                        request,
                        new CsvReader(format, 16 << 10),
                        new FilesOptions(
                                Optional.of("x"),
                                Optional.empty(),
                                List.of(),
                                FilesOptions.OnBadRow.REJECT,
                                FilesOptions.UnfinishedLine.AUTO),
                        everything,
                        Duration.ZERO)
                .read(output);
        return output;
    }

    @Test
    void aRefreshThatResumesBeginsAnewIfAFileItReadHasChanged()
            throws IOException, InterruptedException {
        write("in/a.csv", "id\n1\n");
        write("in/b.csv", "id\n2\n");
        var first = read(all(), OVERWRITE, Optional.empty());
        Optional<JsonNode> afterA = Optional.of(first.states.getFirst().json());
        assertThat(read(all(), OVERWRITE, afterA).rows).containsExactly(row("2"));
        write("in/a.csv", "id\n7\n77\n");
        var second = read(all(), OVERWRITE, afterA);
        assertThat(second.restarts).containsExactly("the file in/a.csv has changed");
        assertThat(second.rows).containsExactly(row("7"), row("77"), row("2"));
    }

    @Test
    void aColumnThatWasWidenedStaysWideInTheNextRun() throws IOException, InterruptedException {
        var content = new StringBuilder("n,pad\n");
        for (int i = 0; i < 12_000; i++) {
            content.append(i == 11_999 ? "x," : "5,").append("-".repeat(800)).append('\n');
        }
        write("in/a.csv", content.toString());
        StreamDescription stream = all().discover().getFirst();
        var first = read(all(), stream, APPEND, Optional.empty(), Purpose.SYNC);
        assertThat(types(first.schema())).containsExactly("n text", "pad text");
        write("in/b.csv", "n,pad\n6,p\n");
        var second = read(all(), stream, APPEND, last(first), Purpose.SYNC);
        assertThat(types(second.schema())).containsExactly("n text", "pad text");
        assertThat(second.rows).containsExactly(row("6", "p"));
    }

    @Test
    void aNewFileMayBringNewColumns() throws IOException, InterruptedException {
        write("in/a.csv", "id\n1\n");
        StreamDescription stream = all().discover().getFirst();
        write("in/b.csv", "name,id\nx,2\n");
        var both = read(all(), stream, APPEND, Optional.empty(), Purpose.SYNC);
        assertThat(both.rows).containsExactly(row("1"), row("2", "x"));
        assertThat(types(both.schema())).containsExactly("id int64", "name text");
    }

    @Test
    void streamsAreNamedByTheirFiles() throws IOException, InterruptedException {
        write("d/orders.csv", "id\n1\n");
        write("d/2026/people.jsonl.gz", gzip("{\"id\": 1}\n"));
        write("d/2025/people.jsonl", "{\"id\": 2}\n");
        write("d/.hidden.csv", "id\n1\n");
        write("d/_manifest.json", "{}");
        write("d/notes.md", "# nothing");
        assertThat(source("{'path': 'd'}").discover())
                .extracting(stream -> stream.name().name())
                .containsExactly("orders", "people");
        assertThat(source("{'path': 'd/**/*.csv'}").discover()).hasSize(1);
        assertThat(
                        source(
                                        "{'path': 'd', 'streams': [{'name': 'p', 'path':"
                                                + " '**/people*', 'primary_key': ['id']}]}")
                                .discover())
                .singleElement()
                .satisfies(stream -> {
                    assertThat(stream.name().name()).isEqualTo("p");
                    assertThat(stream.primaryKey()).containsExactly(List.of("id"));
                });
    }

    private static byte[] gzip(String text) throws IOException {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return gzip.toByteArray();
    }

    @Test
    void mistakesAreToldWithWhatTheyAreAbout() throws IOException {
        var failures = new ArrayList<String>();
        write("x.dat", "id\n1\n");
        write("m/x.csv", "id\n1\n");
        write("m/x.jsonl", "{}\n");
        for (String path : List.of("none.csv", "none/*.csv", "x.dat", "m", "[.csv")) {
            assertThatThrownBy(() -> source("{'path': '%s'}".formatted(path)).check())
                    .isInstanceOf(ConfigurationFailure.class)
                    .satisfies(failure -> failures.add(failure.getMessage()));
        }
        assertThat(failures.get(0)).contains("none.csv");
        assertThat(failures.get(1)).contains("none/*.csv");
        assertThat(failures.get(2)).contains("x.dat").contains("format");
        assertThat(failures.get(3)).contains("m/x.csv").contains("m/x.jsonl");
        assertThat(failures.get(4)).contains("[.csv");
        write("k.csv", "id\n1\n");
        assertThatThrownBy(() ->
                        source(
                                        "{'streams': [{'name': 'k', 'path': 'k.csv', 'primary_key':"
                                                + " ['key']}]}")
                                .discover())
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("\"key\"");
    }

    @Test
    void aFileThatIsGoneOrShorterIsATransientFailure() throws IOException, InterruptedException {
        write("in/a.csv", "id\n1\n2\n");
        var file = new InputFile(folder.resolve("in/a.csv"), "in/a.csv");
        var fingerprint = Fingerprints.of(file);
        Files.writeString(file.path(), "id\n1\n");
        var reader = new CsvReader(FilesOptions.Format.Csv.standard(Optional.empty()));
        StreamDescription stream = all().discover().getFirst();
        var request =
                new io.millrace.protocol.connector.StreamRequest(
                        stream,
                        stream.schema(),
                        APPEND,
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Purpose.SYNC);
        for (boolean gone : new boolean[] {false, true}) {
            if (gone) {
                Files.delete(file.path());
            }
            var everything = new RecordingOutput();
            try (var typed =
                    new TypedOutput(
                            request,
                            everything.stream("s"),
                            StreamState.parse(Optional.empty()),
                            FilesOptions.OnBadRow.REJECT,
                            Duration.ZERO,
                            everything)) {
                assertThatThrownBy(() ->
                                reader.read(Part.whole(file, fingerprint, LastRow.TAKE), typed))
                        .isInstanceOf(TransientFailure.class)
                        .isInstanceOf(SyncFailure.class)
                        .hasMessageContaining("in/a.csv");
            }
        }
    }
}

package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class CsvTest extends FilesTest {

    @Test
    void quotesLineBreaksAndDelimitersWithinValuesAreTheirs()
            throws IOException, InterruptedException {
        write(
                "a.csv",
                "id,note\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\r\nlines\n\"\n4,in\"side\n");
        assertThat(read("a.csv").rows)
                .containsExactly(
                        row("1", "a,b"),
                        row("2", "say \"hi\""),
                        row("3", "two\r\nlines\n"),
                        row("4", "in\"side"));
    }

    @Test
    void anEmptyValueIsNullAndAQuotedEmptyOneIsAnEmptyText()
            throws IOException, InterruptedException {
        write("a.csv", "id,note\n1,\n2,\"\"\n,x\n");
        assertThat(read("a.csv").rows)
                .containsExactly(row("1", "NULL"), row("2", ""), row("NULL", "x"));
    }

    @Test
    void everyKindOfLineEndIsUnderstood() throws IOException, InterruptedException {
        for (String end : List.of("\n", "\r\n", "\r")) {
            for (String last : List.of("", end)) {
                write("a.csv", "a,b" + end + "1,x" + end + "2,\"y\"" + last);
                assertThat(read("a.csv").rows)
                        .as("%s".formatted((end + last).replace("\r", "CR").replace("\n", "LF")))
                        .containsExactly(row("1", "x"), row("2", "y"));
            }
        }
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstName() throws IOException, InterruptedException {
        write("a.csv", "\uFEFFa,b\n1,2\n");
        var stream = read("a.csv");
        assertThat(types(stream.schema())).containsExactly("a int64", "b int64");
        assertThat(stream.rows).containsExactly(row("1", "2"));
    }

    @Test
    void raggedRowsAreRejectedWithTheirLine() throws IOException, InterruptedException {
        write("a.csv", "a,b\n1,2\n3\n\"x\ny\",4\n5,6,7\n\n8,9\n\"1\"0,11\n");
        var stream = read("a.csv");
        assertThat(stream.rows).containsExactly(row("1", "2"), row("x\ny", "4"), row("8", "9"));
        assertThat(stream.rejections)
                .containsExactly(
                        "a.csv, line 3 has 1 value instead of 2",
                        "a.csv, line 6 has 3 values instead of 2",
                        "a.csv, line 9 has text behind a closing quote");
        assertThat(stream.complete).isTrue();
    }

    @Test
    void aRaggedRowFailsTheStreamWhereTheUserAskedForIt() throws IOException, InterruptedException {
        write("a.csv", "a,b\n1,2\n3\n4,5\n");
        var stream = read(source("{'path': 'a.csv', 'on_bad_row': 'fail'}"));
        assertThat(stream.failure).containsInstanceOf(ConfigurationFailure.class);
        assertThat(stream.failure.orElseThrow()).hasMessageContaining("a.csv, line 3");
    }

    @Test
    void aQuoteThatIsNeverClosedSpoilsItsLineAlone() throws IOException, InterruptedException {
        write("a.csv", "a,b\n1,x\n2,\"open\n3,y\n4,\"\"\n5,\"z\"\"\n");
        var stream = read("a.csv");
        assertThat(stream.rejections)
                .containsExactly(
                        "a.csv, line 3 has text behind a closing quote",
                        "a.csv, line 6 has a quote that is never closed");
        assertThat(stream.rows).containsExactly(row("1", "x"), row("3", "y"), row("4", ""));
        write("a.csv", "a,b\n1,x\n2,\"open\n3,y\n4,\"\"\n5,z\n");
        stream = read("a.csv");
        assertThat(stream.rejections)
                .containsExactly("a.csv, line 3 has a quote that is never closed");
        assertThat(stream.rows)
                .containsExactly(row("1", "x"), row("3", "y"), row("4", ""), row("5", "z"));
    }

    @Test
    void columnsWithoutANameOfTheirOwnGetOne() throws IOException, InterruptedException {
        write("a.csv", "a,,a,a_2,\n1,2,3,4,5\n");
        assertThat(read("a.csv").schema().names())
                .containsExactly("a", "column_2", "a_3", "a_2", "column_5");
    }

    @Test
    void withoutAHeaderColumnsAreNumbered() throws IOException, InterruptedException {
        write("a.csv", "1,x\n2,y\n");
        var stream =
                read(source("{'path': 'a.csv', 'format': {'filetype': 'csv', 'header': false}}"));
        assertThat(types(stream.schema())).containsExactly("column_1 int64", "column_2 text");
        assertThat(stream.rows).hasSize(2);
    }

    @Test
    void theDelimiterIsFoundOutWhereItIsUnambiguous() throws IOException, InterruptedException {
        for (String delimiter : List.of(",", ";", "\t", "|")) {
            write("a.csv", "a_b_c\n1_x y_2\n3_z_4\n".replace("_", delimiter));
            assertThat(read("a.csv").rows)
                    .as(delimiter)
                    .containsExactly(row("1", "x y", "2"), row("3", "z", "4"));
        }
        write("a.csv", "a,b;c\n1,2;3\n");
        assertThat(read("a.csv").schema().names()).containsExactly("a", "b;c");
    }

    @Test
    void aDelimiterThatIsNotClearIsToldWithTheOthers() throws IOException, InterruptedException {
        write("a.csv", "a;b|c\n1;2|3\n");
        assertThat(read("a.csv").warnings())
                .singleElement()
                .asString()
                .contains("a.csv is read with commas", "\";\" or \"|\"", "delimiter: \";\"");
        write("a.csv", "a;b;c\n1\n2;x\n3;y;z;zz\n4\n");
        assertThat(read("a.csv").warnings()).hasSize(1);
        write("a.csv", "text\none; two\nthree\n");
        assertThat(read("a.csv").warnings()).isEmpty();
        write("a.csv", "a,b\n1;2,3\n4,5|6\n");
        assertThat(read("a.csv").warnings()).isEmpty();
    }

    @Test
    void theFormatSaysDelimiterQuoteLinesToSkipAndNulls() throws IOException, InterruptedException {
        write("a.txt", "made by hand\n\na;b\n'1;2';\\N\n'';x\n");
        var stream =
                read(
                        source(
                                """
                                {"path": "a.txt", "format": {"filetype": "csv", "delimiter": ";",
                                 "quote": "\\u0027", "skip_rows": 2, "null_values": ["\\\\N"]}}\
                                """));
        assertThat(stream.rows).containsExactly(row("1;2", "NULL"), row("", "x"));
    }

    @Test
    void otherEncodingsAreReadAsTheyAreNamedOrMarked() throws IOException, InterruptedException {
        String text = "name,town\nJörg,Zürich\nŁukasz,東京 🗼\n";
        for (String charset : List.of("utf-16", "utf-16le", "utf-16be", "gb18030")) {
            write("a.csv", text.getBytes(Charset.forName(charset)));
            var stream =
                    read(
                            source(
                                    "{'path': 'a.csv', 'format': {'filetype': 'csv', 'encoding': '%s'}}"
                                            .formatted(charset)));
            assertThat(stream.rows)
                    .as(charset)
                    .containsExactly(row("Jörg", "Zürich"), row("Łukasz", "東京 🗼"));
        }
        write("b.csv", "name\nJörg\n".getBytes(StandardCharsets.ISO_8859_1));
        String latin = "{'path': 'b.csv', 'format': {'filetype': 'csv', 'encoding': 'latin-1'}}";
        assertThat(read(source(latin)).rows).containsExactly(row("Jörg"));
        write("c.csv", ("\uFEFF" + text).getBytes(StandardCharsets.UTF_16LE));
        assertThat(read("c.csv").rows).hasSize(2);
    }

    @Test
    void aWrongEncodingIsToldWithTheFile() throws IOException {
        write("a.csv", "name\nJörg\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> source("{'path': 'a.csv'}").discover())
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("a.csv")
                .hasMessageContaining("encoding");
        write("b.csv", "name,town\nJörg,Zürich\n".getBytes(StandardCharsets.UTF_16LE));
        assertThatThrownBy(() -> source("{'path': 'b.csv'}").discover())
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("utf-16");
    }

    @Test
    void compressedFilesAreFoundOutByTheirContent() throws IOException, InterruptedException {
        byte[] plain = "a,b\n1,x\n2,y\n".getBytes(StandardCharsets.UTF_8);
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(plain);
        }
        byte[] zstd = com.github.luben.zstd.Zstd.compress(plain);
        for (String name : List.of("data.csv.gz", "data.csv.zst", "data.csv")) {
            write(name, name.endsWith("zst") ? zstd : gzip.toByteArray());
            var source = source("{'path': '%s'}".formatted(name));
            assertThat(source.discover().getFirst().name().name()).isEqualTo("data");
            assertThat(read(source).rows).containsExactly(row("1", "x"), row("2", "y"));
        }
    }

    @Test
    void aCompressedFileThatIsCutOffIsTold() throws IOException {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            for (int i = 0; i < 20_000; i++) {
                out.write((Integer.toString(i * 7919) + ",x\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] whole = gzip.toByteArray();
        write("a.csv.gz", java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> source("{'path': 'a.csv.gz'}").discover())
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("a.csv.gz");
    }

    @Test
    void anEmptyFileHasNoColumnsAndAHeaderAloneNoRows() throws IOException, InterruptedException {
        write("a.csv", "");
        assertThat(source("{'path': 'a.csv'}").discover().getFirst().schema().columns()).isEmpty();
        assertThat(read("a.csv").rows).isEmpty();
        write("a.csv", "x,y");
        assertThat(types(source("{'path': 'a.csv'}").discover().getFirst().schema()))
                .containsExactly("x text", "y text");
        assertThat(read("a.csv").rows).isEmpty();
    }

    @Test
    void aFileOfOneColumnMayHaveEmptyLines() throws IOException, InterruptedException {
        write("a.csv", "x\n1\n\n3\n");
        assertThat(read("a.csv").rows).containsExactly(row("1"), row("NULL"), row("3"));
    }

    @Test
    void zeroBytesAreKept() throws IOException, InterruptedException {
        write("a.csv", "x,y\na\0b,1\n");
        assertThat(read("a.csv").rows).containsExactly(row("a\0b", "1"));
    }

    @Test
    void aHugeValueLandsAndOneThatIsTooLargeIsRejected() throws IOException, InterruptedException {
        String huge = "abcdefg\n".repeat(3 << 17); // 3 MiB
        write("a.csv", "x,y\n1,\"" + huge + "\"\n2,b\n");
        assertThat(read("a.csv").rows).containsExactly(row("1", huge), row("2", "b"));
        var content = new ByteArrayOutputStream();
        content.write("x,y\n1,a\n2,\"".getBytes(StandardCharsets.UTF_8));
        byte[] piece = "0123456789 \"\", \n".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 66; i++) {
            content.write(piece);
        }
        content.write("\"\n3,c\n".getBytes(StandardCharsets.UTF_8));
        write("a.csv", content.toByteArray());
        var stream = read("a.csv");
        assertThat(stream.rows).containsExactly(row("1", "a"), row("3", "c"));
        assertThat(stream.rejections).containsExactly("a.csv, line 3 has more than 67108864 bytes");
    }
}

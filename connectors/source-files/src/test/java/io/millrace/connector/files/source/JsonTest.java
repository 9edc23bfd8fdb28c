package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class JsonTest extends FilesTest {
    /** 11,000 records with it are more than what is looked at for types. */
    private static final String PAD = " ".repeat(800) + "\n";

    @Test
    void eachLineIsARecordWhateverItsLineEnd() throws IOException, InterruptedException {
        write(
                "a.jsonl",
                """
                {"id": 1, "name": "007", "ok": true, "nested": {"a": [1, 2]}}\r

                {"name": null, "id": 2, "more": 1.5}
                {"id": 3}\
                """);
        var stream = read("a.jsonl");
        assertThat(types(stream.schema()))
                .containsExactly(
                        "id int64", "name text", "ok bool", "nested json", "more json_number");
        assertThat(stream.rows)
                .containsExactly(
                        row("1", "007", "true", "{\"a\": [1, 2]}", "NULL"),
                        row("2", "NULL", "NULL", "NULL", "1.5"),
                        row("3", "NULL", "NULL", "NULL", "NULL"));
    }

    @Test
    void aFileMayBeOneArray() throws IOException, InterruptedException {
        write(
                "a.json",
                " [\n"
                        + "{\"a\": \"x]\\\"}\"},\n"
                        + " {\"a\": \"y\",\n"
                        + " \"b\": [[1]]} , 5,{\"a\":\"z\"}\n"
                        + "]\n");
        var stream = read("a.json");
        assertThat(stream.rows)
                .containsExactly(row("x]\"}", "NULL"), row("y", "[[1]]"), row("z", "NULL"));
        assertThat(stream.rejections).hasSize(1).first().asString().startsWith("a.json, line 4");
    }

    @Test
    void anArrayThatIsNotClosedIsTold() throws IOException, InterruptedException {
        write("a.json", "[{\"a\": 1}, {\"a\": 2}");
        assertThat(read("a.json").failure).containsInstanceOf(ConfigurationFailure.class);
    }

    @Test
    void whatIsNoObjectIsRejectedWithItsLine() throws IOException, InterruptedException {
        write("a.jsonl", "{\"a\": 1}\n{\"a\": \n[1]\n{\"a\": 2}\n");
        var stream = read("a.jsonl");
        assertThat(stream.rows).containsExactly(row("1"), row("2"));
        assertThat(stream.rejections).hasSize(2);
        assertThat(stream.rejections.getFirst()).startsWith("a.jsonl, line 2");
    }

    @Test
    void numbersKeepEveryDigit() throws IOException, InterruptedException {
        write(
                "a.jsonl",
                """
                {"i": 1, "r": 1, "d": 1, "f": 1, "m": 1}
                {"i": 9223372036854775807, "r": 2.50, "d": 9223372036854775808, "f": 1e400, "m": "x"}
                """);
        var stream = read("a.jsonl");
        assertThat(types(stream.schema()))
                .containsExactly("i int64", "r json_number", "d big_decimal", "f text", "m text");
        assertThat(stream.rows.getLast())
                .containsExactly(
                        "9223372036854775807", "2.50", "9223372036854775808", "1e400", "x");
    }

    @Test
    void aValueOrFieldBehindTheSampleWidensTheStream() throws IOException, InterruptedException {
        var content = new StringBuilder();
        for (int i = 0; i < 12_000; i++) {
            content.append(i == 11_000 ? "{\"a\": \"07\", \"b\": 5}\n" : "{\"a\": 7}" + PAD);
        }
        write("a.jsonl", content.toString());
        var stream = read("a.jsonl");
        assertThat(types(stream.schema())).containsExactly("a text", "b int64");
        assertThat(stream.rows).hasSize(12_000);
        assertThat(stream.rows.get(11_000)).containsExactly("07", "5");
        assertThat(stream.rows.get(11_001)).containsExactly("7", null);
    }

    @Test
    void aFileThatIsNoJsonIsTold() throws IOException {
        write("a.jsonl", "id,name\n1,x\n");
        assertThatThrownBy(() -> source("{'path': 'a.jsonl'}").discover())
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("a.jsonl");
    }
}

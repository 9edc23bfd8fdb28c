package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InferenceTest extends FilesTest {
    /** 25,000 rows with it are more than what is looked at for types. */
    private static final String PAD = "-".repeat(400);

    @Test
    void aTypeIsTakenOnlyIfItPrintsEveryValueAsItWas() throws IOException, InterruptedException {
        expect("int64", "1", "-5", "0", "9223372036854775807");
        expect("text", "007", "1");
        expect("text", "+1", "2");
        expect("text", "1e5");
        expect("text", " 1");
        expect("text", "1 ");
        expect("text", "1_000");
        expect("text", "1,5");
        expect("text", "-0");
        expect("text", "1.");
        expect("text", ".5");
        expect("text", "NaN");
        expect("text", "0x1F");
        expect("decimal(38,0)", "1", "9223372036854775808");
        expect("decimal(38,0)", "-9223372036854775808");
        expect("big_decimal", "1", "9".repeat(39));
        expect("decimal(18,2)", "1.50", "-0.01", "1234567890.00");
        expect("decimal(18,1)", "1.0");
        expect("decimal(38,4)", "12345678901234567890.1234");
        expect("big_decimal", "1.50", "1.5");
        expect("big_decimal", "1", "1.5");
        expect("float64", "1.5", "2.25", "-0.001", "3.0");
        expect("float64", "0.1234567890123456", "3.141592653589793", "1.5");
        expect("big_decimal", "0.12345678901234567891", "1.5");
        expect("bool", "true", "false");
        expect("text", "True", "false");
        expect("text", "true", "1");
        expect("date", "2026-01-31", "0001-01-01", "9999-12-31", "2024-02-29");
        expect("text", "2023-02-29");
        expect("text", "2026-1-31");
        expect("text", "31.01.2026");
        expect("text", "0000-01-01");
        expect("timestamp", "2026-01-31T10:00:00", "1969-12-31T23:59:59.999999");
        expect("timestamp", "2026-01-31 10:00:00", "2026-01-31 10:00:00.5");
        expect("timestamptz", "2026-01-31T10:00:00Z");
        expect("timestamptz", "2026-01-31 10:00:00.25+00");
        expect("text", "2026-01-31 10:00:00", "2026-01-31T10:00:00");
        expect("text", "2026-01-31T10:00:00.500");
        expect("text", "2026-01-31T10:00:00+02:00");
        expect("text", "2026-01-31T24:00:00");
        expect("text", "2026-01-31", "2026-01-31T10:00:00");
    }

    private void expect(String type, String... values) throws IOException, InterruptedException {
        var content = new StringBuilder("x;y\n");
        for (String value : values) {
            content.append(value).append(";\n");
        }
        write("a.csv", content.toString());
        String semicolon = "{'path': 'a.csv', 'format': {'filetype': 'csv', 'delimiter': ';'}}";
        var stream = read(source(semicolon));
        assertThat(types(stream.schema()).getFirst())
                .as("%s", List.of(values))
                .isEqualTo("x " + type);
        assertThat(stream.rows)
                .extracting(List::getFirst)
                .containsExactly(
                        java.util.Arrays.stream(values)
                                .map(value -> type.startsWith("timestamp") ? iso(value) : value)
                                .toArray(String[]::new));
    }

    /** As {@link Printed} has it. */
    private static String iso(String timestamp) {
        return timestamp.replace(' ', 'T').replace("+00", "Z");
    }

    @Test
    void aValueBehindTheSampleThatDoesNotFitWidensItsColumn()
            throws IOException, InterruptedException {
        String[][] cases = {
            {"1", "9223372036854775808", "decimal(38,0)"},
            {"1", "1.5", "big_decimal"},
            {"1", "x", "text"},
            {"1.25", "123456789012345678.50", "decimal(38,2)"},
            {"1.25", "3", "big_decimal"},
            {"true", "yes", "text"},
            {"2026-01-31", "never", "text"},
            {"2026-01-31T10:00:00", "2026-01-31 10:00:00", "text"},
            {"1", "\"\"", "text"},
            {"1", "\"a \"\"quote\"\"\"", "text"},
        };
        for (String[] one : cases) {
            var content = new StringBuilder("n,x,pad\n");
            for (int i = 0; i < 30_000; i++) {
                content.append(i).append(',').append(i == 25_000 ? one[1] : one[0]);
                content.append(',').append(PAD).append('\n');
            }
            write("a.csv", content.toString());
            var stream = read("a.csv");
            assertThat(types(stream.schema()))
                    .as(one[1])
                    .containsExactly("n int64", "x " + one[2], "pad text");
            assertThat(stream.schemas).hasSize(2);
            assertThat(stream.rows).hasSize(30_000);
            for (int i = 0; i < 30_000; i++) {
                String value =
                        i == 25_000
                                ? one[1].replaceAll("^\"|\"$", "").replace("\"\"", "\"")
                                : one[0];
                assertThat(stream.rows.get(i)).isEqualTo(row(Integer.toString(i), value, PAD));
            }
        }
    }

    @Test
    void noRandomColumnIsAlteredByItsType() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            var values = new ArrayList<List<String>>();
            int columns = 1 + random.nextInt(6);
            List<List<String>> vocabularies = new ArrayList<>();
            for (int i = 0; i < columns; i++) {
                vocabularies.add(vocabulary(random));
            }
            int rows = random.nextInt(200);
            var content = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                content.append(i == 0 ? "" : ",").append("c").append(i);
            }
            for (int row = 0; row < rows; row++) {
                var line = new ArrayList<String>();
                for (List<String> vocabulary : vocabularies) {
                    line.add(vocabulary.get(random.nextInt(vocabulary.size())));
                }
                values.add(line);
                content.append('\n').append(String.join(",", line));
            }
            write("a.csv", content.append('\n').toString());
            var stream = read("a.csv");
            assertThat(stream.rows).as("seed %d, round %d", seed, round).hasSize(rows);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    boolean time = types(stream.schema()).get(column).contains(" timestamp");
                    String expected = values.get(row).get(column);
                    assertThat(stream.rows.get(row).get(column))
                            .as("seed %d, round %d, row %d", seed, round, row)
                            .isEqualTo(time ? iso(expected) : expected);
                }
            }
        }
    }

    /** Values of some kinds that look alike. */
    private static List<String> vocabulary(Random random) {
        List<List<String>> kinds =
                List.of(
                        List.of("1", "22", "-3", "0", "4294967296"),
                        List.of("01", "1", "0"),
                        List.of("1.5", "2.5", "-0.5"),
                        List.of("1.5", "2.25", "0.001"),
                        List.of("0.1", "0.30000000000000004", "100.7"),
                        List.of("1", "1.0", "1.00"),
                        List.of("123456789012345678901234567890", "5"),
                        List.of("true", "false"),
                        List.of("true", "FALSE"),
                        List.of("2026-02-28", "2024-02-29"),
                        List.of("2026-02-30", "2024-02-29"),
                        List.of("2026-02-28T23:59:59", "2026-02-28T23:59:59.1"),
                        List.of("2026-02-28 23:59:59", "2026-02-28 23:59:59.10"),
                        List.of("2026-02-28T23:59:59Z", "1970-01-01T00:00:00Z"),
                        List.of("1e5", "1"),
                        List.of("-", "1", "."),
                        List.of("a", "ß", "東京"),
                        List.of("-0.0", "0.0", "1.0"),
                        List.of("99999999999999999.99", "1.01"));
        var chosen = new ArrayList<>(kinds.get(random.nextInt(kinds.size())));
        if (random.nextInt(4) == 0) {
            chosen.addAll(kinds.get(random.nextInt(kinds.size())));
        }
        return chosen;
    }
}

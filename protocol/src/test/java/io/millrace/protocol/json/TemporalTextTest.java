package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TemporalTextTest {
    private final TemporalParser parser = new TemporalParser();
    private final byte[] out = new byte[64];

    @Test
    void everyDayOfFiveThousandYearsIsWrittenAsJavaWritesItAndReadBack() {
        for (int day = -1_500_000; day < 1_500_000; day += 29) {
            String text = date(day);
            LocalDate expected = LocalDate.ofEpochDay(day);
            assertThat(text).isEqualTo(expected.toString());
            assertThat(parseDate(text)).isEqualTo(day);
        }
    }

    @Test
    void randomInstantsAreWrittenAsJavaReadsThemAndReadBack() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 30_000; i++) {
            long micros = random.nextLong(Timestamps.MIN_MICROS, 8_000_000_000_000_000_000L);
            if (i % 3 == 0) {
                micros = random.nextLong(0, 2_000_000_000_000_000L);
            }
            String text = timestamp(micros, false);
            assertThat(LocalDateTime.parse(text)).as(text).isEqualTo(local(micros));
            assertThat(parseTimestamp(text, false)).as(text).isEqualTo(micros);
            assertThat(parseTimestamp(timestamp(micros, true), true)).isEqualTo(micros);
        }
    }

    private static LocalDateTime local(long micros) {
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L),
                (int) Math.floorMod(micros, 1_000_000L) * 1_000,
                ZoneOffset.UTC);
    }

    @Test
    void anInstantThatHasWrappedAroundIsWrittenAsItWasMeant() {
        LocalDateTime last = LocalDateTime.parse("+294276-12-31T23:59:59.999999");
        long micros = last.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + 999_999;
        assertThat(micros).isNegative();
        assertThat(timestamp(micros, false)).isEqualTo("+294276-12-31T23:59:59.999999");
        assertThat(parseTimestamp("294276-12-31 23:59:59.999999", false)).isEqualTo(micros);
        assertThat(parseTimestamp("294277-01-01", false)).isEqualTo(TemporalParser.OUT_OF_RANGE);
    }

    @Test
    void infinitiesKeepTheirNames() {
        assertThat(timestamp(Timestamps.INFINITY, true)).isEqualTo("infinity");
        assertThat(timestamp(Timestamps.NEGATIVE_INFINITY, true)).isEqualTo("-infinity");
        assertThat(date(Timestamps.DATE_INFINITY)).isEqualTo("infinity");
        assertThat(parseTimestamp("-infinity", true)).isEqualTo(Timestamps.NEGATIVE_INFINITY);
        assertThat(parseTimestamp("Infinity", true)).isEqualTo(Timestamps.INFINITY);
        assertThat(parseDate("-infinity")).isEqualTo(Timestamps.DATE_NEGATIVE_INFINITY);
    }

    @Test
    void timestampsAreReadAsLenientAsTheProtocolAsks() {
        long expected = micros("2024-02-29T10:11:12.345678");
        for (String text :
                new String[] {
                    "2024-02-29T10:11:12.345678Z",
                    "2024-02-29 10:11:12.345678z",
                    "2024/02/29 10:11:12.345678",
                    "2024.2.29T10:11:12.345678000",
                    "2024 02 29 10:11:12,345678",
                    "2024-02-29T12:11:12.345678+02:00",
                    "2024-02-29T12:11:12.345678 +0200",
                    "2024-02-29T12:11:12.345678+02",
                    "2024-02-29t10:11:12.345678 UTC",
                    "2024-02-29T04:26:12.345678-05:45",
                }) {
            assertThat(parseTimestamp(text, true)).as(text).isEqualTo(expected);
        }
        assertThat(parseTimestamp("2024-02-29", true)).isEqualTo(micros("2024-02-29T00:00"));
        assertThat(parseTimestamp("2024-02-29 10:11", true)).isEqualTo(micros("2024-02-29T10:11"));
        assertThat(parseTimestamp("2024-02-29 24:00:00", true))
                .isEqualTo(micros("2024-03-01T00:00"));
        assertThat(parseTimestamp("0044-03-15 10:00:00+00 BC", true))
                .isEqualTo(micros("-0043-03-15T10:00"));
        assertThat(parseTimestamp("-0043-03-15T10:00:00Z", true))
                .isEqualTo(micros("-0043-03-15T10:00"));
    }

    @Test
    void anOffsetIsDroppedWhereTheTypeHasNone() {
        assertThat(parseTimestamp("2024-02-29T12:00:00+02:00", false))
                .isEqualTo(micros("2024-02-29T12:00"));
        assertThat(parseTime("12:30:00-05")).isEqualTo(45_000_000_000L);
    }

    @Test
    void whatIsNoDateOrTimeIsRefused() {
        for (String text :
                new String[] {
                    "",
                    "x",
                    "2024",
                    "2024-13-01",
                    "2024-00-01",
                    "2023-02-29",
                    "2024-02-30",
                    "01/02/2024",
                    "2024-02/03",
                    "2024-02-29x",
                    "2024-02-29T",
                    "2024-02-29T10",
                    "2024-02-29T25:00",
                    "2024-02-29T24:00:01",
                    "2024-02-29T10:60",
                    "2024-02-29T10:00:61",
                    "2024-02-29T10:00:00.",
                    "2024-02-29T10:00:00+16:00",
                    "2024-02-29T10:00:00+2",
                    "2024-02-29T10:00:00Z Z",
                    "0000-01-01 BC",
                    "-0043-03-15 BC",
                    "1709200000",
                }) {
            assertThat(parseTimestamp(text, true)).as(text).isEqualTo(TemporalParser.INVALID);
        }
        assertThat(parseDate("2024-02-29T00:00:00Z")).isEqualTo(TemporalParser.INVALID);
    }

    @Test
    void decimalsBehindTheMicrosecondsAreGoneAndTold() {
        assertThat(parseTimestamp("2024-02-29T10:11:12.345678900Z", true))
                .isEqualTo(micros("2024-02-29T10:11:12.345678"));
        assertThat(parser.truncated()).isTrue();
        parseTimestamp("2024-02-29T10:11:12.345678000Z", true);
        assertThat(parser.truncated()).isFalse();
    }

    @Test
    void everyTimeOfDayAndOffsetIsWrittenAndReadBack() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 15_000; i++) {
            long micros = random.nextLong(86_400_000_000L);
            if (random.nextBoolean()) {
                micros -= micros % 1_000_000;
            }
            byte[] text = new byte[64];
            int end = TemporalFormatter.time(text, 0, micros);
            String time = new String(text, 0, end, StandardCharsets.US_ASCII);
            assertThat(LocalTime.parse(time).toNanoOfDay()).isEqualTo(micros * 1_000);
            assertThat(parser.time(text, 0, end)).isEqualTo(micros);
            long encoded = ColumnType.TimeTz.encode(micros, random.nextInt(-57_599, 57_600));
            end = TemporalFormatter.timeTz(text, 0, encoded);
            assertThat(parser.timeTz(text, 0, end)).isEqualTo(encoded);
        }
        assertThat(parseTime("24:00:00")).isEqualTo(86_400_000_000L);
    }

    private String date(int days) {
        return new String(out, 0, TemporalFormatter.date(out, 0, days), StandardCharsets.US_ASCII);
    }

    private String timestamp(long micros, boolean utc) {
        int end = TemporalFormatter.timestamp(out, 0, micros, utc);
        return new String(out, 0, end, StandardCharsets.US_ASCII);
    }

    private static long micros(String text) {
        LocalDateTime time = LocalDateTime.parse(text);
        return time.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + time.getNano() / 1_000;
    }

    private long parseDate(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parser.date(bytes, 0, bytes.length);
    }

    private long parseTime(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parser.time(bytes, 0, bytes.length);
    }

    private long parseTimestamp(String text, boolean utc) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parser.timestamp(bytes, 0, bytes.length, utc);
    }
}

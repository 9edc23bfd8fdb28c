package io.millrace.declarative.interpolation.library;

import static io.millrace.declarative.interpolation.Templates.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.Templates;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.PythonError;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** All at 2024-05-06T07:08:09.123456Z, a Monday. */
class DatesTest {

    private static void assertValue(String expression, Object expected) {
        assertThat(value("{{ " + expression + " }}")).as(expression).isEqualTo(expected);
    }

    private static void assertFails(String expression, PythonError.Kind kind) {
        assertThatExceptionOfType(PythonError.class)
                .as(expression)
                .isThrownBy(() -> value("{{ " + expression + " }}"))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(kind));
    }

    @Test
    void theClockIsTheOneThatWasGiven() {
        assertValue("now_utc()", "2024-05-06 07:08:09.123456+00:00");
        assertValue("today_utc()", "2024-05-06");
        assertValue("today_with_timezone('Pacific/Auckland')", "2024-05-06");
        assertValue("today_with_timezone('pacific/pago_pago')", "2024-05-05");
        assertValue("day_delta(-1)", "2024-05-05T07:08:09.123456+0000");
        assertValue("day_delta(30, format='%Y-%m-%d')", "2024-06-05");
        assertFails("today_with_timezone('Mars/Base')", PythonError.Kind.UNKNOWN_TIME_ZONE);
    }

    @Test
    void datesAreReadInTheFormsOfTheStandard() {
        for (String form :
                List.of(
                        "2024-01-15",
                        "20240115",
                        "2024-W03-1",
                        "2024W031",
                        "2024-015",
                        "2024015",
                        "2024-01-15T00",
                        "2024-01-15 00:00",
                        "2024-01-15T00:00:00Z",
                        "2024-01-15T05:30:00+05:30",
                        "2024-01-14T24:00",
                        "2024-01-14T19:00:00-0500",
                        "2024-01-15T00:00:00,0Z")) {
            assertValue("str_to_datetime('" + form + "')", "2024-01-15 00:00:00+00:00");
        }
        assertValue("str_to_datetime('2024-01-15T01:02:03.1234567Z').microsecond", 123456L);
        assertValue(
                "timestamp('2024-01-01')",
                (double) LocalDate.of(2024, 1, 1).atStartOfDay().toEpochSecond(ZoneOffset.UTC));
        assertValue("timestamp(5.9)", 5L);
        for (String other :
                List.of(
                        "01/02/2024",
                        "1700000000",
                        "2024-13-01",
                        "2024-01-15T",
                        "2024-01-15T25:00",
                        "",
                        "2024-02-30",
                        "2024-1-5")) {
            assertFails("str_to_datetime('" + other + "')", PythonError.Kind.VALUE);
        }
        assertThat(value("{{ str_to_datetime(5) }}")).isEqualTo("{{ str_to_datetime(5) }}");
    }

    @Test
    void datesArePrintedInAnyFormat() {
        assertValue(
                "now_utc().strftime('%Y-%m-%dT%H:%M:%S.%fZ|%z|%Z')",
                "2024-05-06T07:08:09.123456Z|+0000|UTC");
        assertValue(
                "now_utc().strftime('%a %A %b %B %d %e %j %U %W %V %G %u %w %y %I %p %% %s')",
                "Mon Monday May May 06  6 127 18 19 19 2024 1 1 24 07 AM % 1714979289");
        assertValue(
                "now_utc().strftime('%c|%x|%X|%D|%F|%T|%-d|%Q')",
                "Mon May  6 07:08:09 2024|05/06/24|07:08:09|05/06/24|2024-05-06|07:08:09|6|%Q");
        assertValue("format_datetime('2024-01-15T01:02:03.456789', '%ms')", 1705280523456L);
        assertValue("format_datetime('2024-01-15', '%s')", 1705276800L);
        assertValue("format_datetime('2024-01-15', '%s_as_float')", 1705276800.0);
        assertValue(
                "format_datetime('2024-01-15T01:02:03', '%Y-%m-%dT%H:%M:%S.%_msZ')",
                "2024-01-15T01:02:03.000Z");
        assertValue("format_datetime(1700000000, '%Y-%m-%dT%H:%M:%SZ')", "2023-11-14T22:13:20Z");
        assertValue("format_datetime(1700000000123, '%Y-%m-%d', '%ms')", "2023-11-14");
        assertValue("format_datetime('01/02/2024', '%Y-%m-%d', '%d/%m/%Y')", "2024-02-01");
        assertValue(
                "format_datetime('2024-01-15T01:00:00+02:00', '%H %z', '%Y-%m-%dT%H:%M:%S%z')",
                "01 +0200");
    }

    @Test
    void datesAreParsedStrictlyByAFormat() {
        assertValue(
                "now_utc().strptime('Jan 5, 2024 3 PM', '%b %d, %Y %I %p')", "2024-01-05 15:00:00");
        assertValue("now_utc().strptime('2024-1-5', '%Y-%m-%d')", "2024-01-05 00:00:00");
        assertValue(
                "now_utc().strptime('69 68', '%y %d')".replace("68", "05"), "1969-01-05 00:00:00");
        assertValue("now_utc().strptime('2024 18 1', '%Y %U %w')", "2024-05-06 00:00:00");
        assertValue("now_utc().strptime('2024 127', '%Y %j')", "2024-05-06 00:00:00");
        for (String mismatch :
                List.of(
                        "'2024-01-05x', '%Y-%m-%d'",
                        "'24-01-05', '%Y-%m-%d'",
                        "'2024-02-30', '%Y-%m-%d'",
                        "'5', '%Q'",
                        "'1.1234567', '%S.%f'")) {
            assertFails("now_utc().strptime(" + mismatch + ")", PythonError.Kind.VALUE);
        }
    }

    @Test
    void durationsAreFixedOrFollowTheCalendar() {
        assertValue("duration('P1DT2H')", "1 day, 2:00:00");
        assertValue("duration('-PT1M')", "-1 day, 23:59:00");
        assertValue("duration('P1Y2M3D')", "1 years, 2 months, 3 days, 0:00:00");
        assertValue("duration('PT')", "0:00:00");
        assertValue("(str_to_datetime('2024-01-31') + duration('P1M')).date()", "2024-02-29");
        assertValue("(str_to_datetime('2024-03-31') - duration('P1M1D')).date()", "2024-02-28");
        assertValue("today_utc() - duration('P1D')", "2024-05-05");
        assertValue("now_utc() - duration('P30D')", "2024-04-06 07:08:09.123456+00:00");
        assertValue("duration('P1D') / 2 == duration('PT12H')", true);
        assertValue("duration('P1D') * 3 // duration('PT7H')", 10L);
        assertValue("(now_utc() - str_to_datetime('2024-05-01')).days", 5L);
        for (String other : List.of("P", "1D", "p1d", "P1", "")) {
            assertFails("duration('" + other + "')", PythonError.Kind.VALUE);
        }
    }

    @Test
    void datesHaveTheirAttributesAndMethods() {
        assertValue(
                "now_utc().year ~ '/' ~ now_utc().weekday() ~ '/' ~ now_utc().isoweekday()",
                "2024/0/1");
        assertValue(
                "now_utc().replace(day=1, hour=0).isoformat()", "2024-05-01T00:08:09.123456+00:00");
        assertValue("now_utc().isoformat(' ', 'seconds')", "2024-05-06 07:08:09+00:00");
        assertValue("now_utc().timestamp()", 1714979289.123456);
        assertValue("now_utc().date() == today_utc()", true);
        assertValue("now_utc() > str_to_datetime('2024-01-01')", true);
        assertValue("today_utc().replace(month=2, day=29).isoformat()", "2024-02-29");
        assertFails("today_utc().replace(month=2, day=30)", PythonError.Kind.VALUE);
        assertThat(value("{{ now_utc() > today_utc() }}"))
                .as("dates and datetimes have no order")
                .isEqualTo("{{ now_utc() > today_utc() }}");
    }

    @Test
    void jsonTextCanBeReadWhereAFieldOffersIt() {
        Object value =
                Templates.INTERPOLATION
                        .string("{{ json_loads('{\"a\": [1]}')['a'][0] }}", Map.of())
                        .evaluate(Context.of(Map.of()).with("json_loads", Json.LOADS));
        assertThat(value).isEqualTo(1L);
    }
}

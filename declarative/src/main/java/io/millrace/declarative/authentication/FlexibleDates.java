package io.millrace.declarative.authentication;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Instants as APIs and configurations write them (reference 15.2, the flexible parser): digits are
 * seconds of the epoch, a date is its midnight, what names no zone is UTC.
 */
final class FlexibleDates {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,10}");
    private static final Pattern DATE = Pattern.compile("([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})");
    private static final DateTimeFormatter ISO =
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern("yyyy-M-d['T'][ ]H:m[:s]")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .optionalStart()
                    .appendLiteral(' ')
                    .optionalEnd()
                    .appendPattern("[XXX][XX][X][ zzz]")
                    .toFormatter(Locale.ROOT);

    private static final List<DateTimeFormatter> OTHERS =
            List.of(
                    DateTimeFormatter.RFC_1123_DATE_TIME,
                    general("M/d/yyyy H:m[:s]"),
                    general("M/d/yyyy h:m[:s] a"),
                    general("yyyy/M/d H:m[:s]"),
                    general("EEE MMM d H:m:s yyyy"),
                    general("MMM d[,] yyyy H:m[:s]"),
                    general("d MMM yyyy H:m[:s]"));

    private static final List<DateTimeFormatter> DATES =
            List.of(
                    general("M/d/yyyy"),
                    general("yyyy/M/d"),
                    general("MMM d[,] yyyy"),
                    general("d MMM yyyy"),
                    DateTimeFormatter.BASIC_ISO_DATE);

    private FlexibleDates() {}

    private static DateTimeFormatter general(String pattern) {
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern(pattern)
                .optionalStart()
                .appendLiteral(' ')
                .optionalEnd()
                .appendPattern("[XXX][XX][X][zzz]")
                .toFormatter(Locale.ENGLISH);
    }

    /** The instant that {@code text} means; empty if it can't be told. */
    static Optional<Instant> parse(String text) {
        if (DIGITS.matcher(text).matches()) {
            return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
        }
        try {
            Matcher date = DATE.matcher(text);
            if (date.matches()) {
                return Optional.of(
                        midnight(
                                LocalDate.of(
                                        Integer.parseInt(date.group(1)),
                                        Integer.parseInt(date.group(2)),
                                        Integer.parseInt(date.group(3)))));
            }
        } catch (DateTimeException _) {
            return Optional.empty();
        }
        Optional<Instant> instant = instant(text.strip(), ISO);
        for (DateTimeFormatter format : OTHERS) {
            instant = instant.or(() -> instant(text.strip(), format));
        }
        for (DateTimeFormatter format : DATES) {
            instant = instant.or(() -> day(text.strip(), format));
        }
        return instant;
    }

    private static Optional<Instant> instant(String text, DateTimeFormatter format) {
        try {
            return Optional.of(
                    switch (format.parseBest(
                            text, ZonedDateTime::from, OffsetDateTime::from, LocalDateTime::from)) {
                        case ZonedDateTime zoned -> zoned.toInstant();
                        case OffsetDateTime offset -> offset.toInstant();
                        case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
                        default -> throw new DateTimeException("Not a time: " + text);
                    });
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> day(String text, DateTimeFormatter format) {
        try {
            return Optional.of(midnight(LocalDate.parse(text, format)));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Instant midnight(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    /** As the reference writes it into configurations: with microseconds unless they are zero. */
    static String print(Instant instant) {
        LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
        int micros = time.get(ChronoField.MICRO_OF_SECOND);
        String seconds =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).format(time);
        return micros == 0 ? seconds + "+00:00" : "%s.%06d+00:00".formatted(seconds, micros);
    }
}

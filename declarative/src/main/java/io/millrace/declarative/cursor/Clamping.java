package io.millrace.declarative.cursor;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Moves the bounds of slices to the beginning of days, weeks or months (reference: 8.4). */
sealed interface Clamping {
    /** The beginning of the period after {@code moment}, or {@code moment} if it is one. */
    Moment ceiling(Moment moment);

    /** The beginning of the period that {@code moment} is in. */
    Moment floor(Moment moment);

    /** The unit by which the end of a stream stays before a beginning, if its cursor has none. */
    Span unit();

    static Clamping compile(Definition definition, Compilation compilation) {
        String target =
                compilation.string(definition, "target").evaluateText(compilation.context());
        return switch (target) {
            case "DAY" -> new Day();
            case "WEEK" -> new Week(weekday(definition));
            case "MONTH" -> new Month();
            default -> throw definition.malformed("target", "DAY, WEEK or MONTH");
        };
    }

    private static DayOfWeek weekday(Definition definition) {
        String name =
                definition
                        .find("target_details")
                        .flatMap(each -> each.findText("weekday"))
                        .orElseThrow(() ->
                                definition.malformed("target_details", "an object with a weekday"));
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().equals(name.toUpperCase(Locale.ROOT))) {
                return day;
            }
        }
        throw definition.child("target_details").malformed("weekday", "MONDAY to SUNDAY");
    }

    private static Moment midnight(Moment moment, LocalDateTime day) {
        return Moment.of(day.truncatedTo(ChronoUnit.DAYS), moment.offsetSeconds());
    }

    record Day() implements Clamping {
        @Override
        public Moment ceiling(Moment moment) {
            Moment floor = floor(moment);
            return floor.equals(moment) ? floor : floor.plus(Span.Fixed.DAY);
        }

        @Override
        public Moment floor(Moment moment) {
            return midnight(moment, moment.local());
        }

        @Override
        public Span unit() {
            return Span.Fixed.SECOND;
        }
    }

    record Week(DayOfWeek first) implements Clamping {
        @Override
        public Moment ceiling(Moment moment) {
            return midnight(moment, moment.local().plusDays(daysToGo(moment)));
        }

        @Override
        public Moment floor(Moment moment) {
            int days = daysToGo(moment);
            return midnight(moment, moment.local().plusDays(days == 0 ? 0 : days - 7L));
        }

        private int daysToGo(Moment moment) {
            return Math.floorMod(first.getValue() - moment.local().getDayOfWeek().getValue(), 7);
        }

        @Override
        public Span unit() {
            return Span.Fixed.DAY;
        }
    }

    /** Time on the first of a month counts as its beginning. */
    record Month() implements Clamping {
        @Override
        public Moment ceiling(Moment moment) {
            LocalDateTime local = moment.local();
            return midnight(
                    moment,
                    local.getDayOfMonth() == 1 ? local : local.withDayOfMonth(1).plusMonths(1));
        }

        @Override
        public Moment floor(Moment moment) {
            return midnight(moment, moment.local().withDayOfMonth(1));
        }

        @Override
        public Span unit() {
            return Span.Fixed.DAY;
        }
    }
}

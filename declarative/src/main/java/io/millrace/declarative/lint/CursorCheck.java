package io.millrace.declarative.lint;

import io.millrace.declarative.cursor.CursorTexts;
import io.millrace.declarative.manifest.Located;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at the formats, dates and durations of cursors, as far as they are no templates. */
final class CursorCheck {
    private static final Set<String> TARGETS = Set.of("DAY", "WEEK", "MONTH");

    /** How other languages write parts of a date, longest first. */
    private static final List<Map.Entry<String, String>> DIRECTIVES =
            List.of(
                    Map.entry("YYYY", "%Y"),
                    Map.entry("yyyy", "%Y"),
                    Map.entry("MM", "%m"),
                    Map.entry("DD", "%d"),
                    Map.entry("dd", "%d"),
                    Map.entry("HH", "%H"),
                    Map.entry("hh", "%H"),
                    Map.entry("mm", "%M"),
                    Map.entry("ss", "%S"),
                    Map.entry("SS", "%S"));

    private final List<Finding> findings;

    CursorCheck(List<Finding> findings) {
        this.findings = findings;
    }

    /** A component {@code DatetimeBasedCursor}. */
    void datetimes(Map<?, ?> cursor, Located at) {
        List<String> formats = new ArrayList<>();
        text(cursor, "datetime_format").ifPresent(formats::add);
        formats.forEach(format -> format(format, at.part("datetime_format")));
        if (cursor.get("cursor_datetime_formats") instanceof List<?> more) {
            for (int i = 0; i < more.size(); i++) {
                if (more.get(i) instanceof String format) {
                    format(format, at.part("cursor_datetime_formats").item(i));
                }
            }
        }
        for (String field : List.of("start_datetime", "end_datetime")) {
            bound(cursor.get(field), at.part(field), formats);
        }
        for (String field : List.of("step", "cursor_granularity", "lookback_window")) {
            duration(cursor, field, at);
        }
        literal(cursor, "step")
                .filter(CursorTexts::isDuration)
                .ifPresent(step ->
                        literal(cursor, "cursor_granularity")
                                .filter(CursorTexts::isDuration)
                                .filter(granularity -> CursorTexts.isShorter(step, granularity))
                                .ifPresent(granularity ->
                                        error(
                                                at.part("step"),
                                                ("The step %s is shorter than the"
                                                                + " cursor_granularity %s, so that"
                                                                + " slices end before they begin.")
                                                        .formatted(step, granularity))));
        if (cursor.get("clamping") instanceof Map<?, ?> clamping) {
            clamping(clamping, at.part("clamping"));
        }
        if (has(cursor, "start_time_option")
                && has(cursor, "end_time_option")
                && sameOption(cursor.get("start_time_option"), cursor.get("end_time_option"))) {
            error(
                    at.part("end_time_option"),
                    "start_time_option and end_time_option go to the same place of the request.");
        }
    }

    /** A component {@code IncrementingCountCursor}. */
    void counts(Map<?, ?> cursor, Located at) {
        literal(cursor, "start_value")
                .filter(text -> !text.strip().matches("[+-]?[0-9]+"))
                .ifPresent(text ->
                        error(
                                at.part("start_value"),
                                "The start_value of a count has to be a whole number."));
    }

    private static boolean sameOption(@Nullable Object one, @Nullable Object other) {
        return one instanceof Map<?, ?> left
                && other instanceof Map<?, ?> right
                && same(left, right, "inject_into")
                && same(left, right, "field_name")
                && same(left, right, "field_path");
    }

    private static boolean same(Map<?, ?> one, Map<?, ?> other, String field) {
        return String.valueOf(one.get(field)).equals(String.valueOf(other.get(field)));
    }

    private void format(String format, Located at) {
        if (format.indexOf('%') < 0 && !isTemplate(format)) {
            error(
                    at,
                    "The format %s stands for no date, only for itself; %s"
                            .formatted(format, withDirectives(format)));
            return;
        }
        CursorTexts.formatFault(format)
                .ifPresent(reason ->
                        error(
                                at,
                                "Dates can't be read in the format %s: %s."
                                        .formatted(format, reason)));
    }

    /** The format as other languages write it, in the words of this one. */
    private static String withDirectives(String format) {
        String written = format;
        for (var word : DIRECTIVES) {
            written = written.replace(word.getKey(), word.getValue());
        }
        return written.equals(format)
                ? "dates are written like %Y-%m-%dT%H:%M:%SZ."
                : "did you mean %s?".formatted(written);
    }

    /** A date, or a {@code MinMaxDatetime}, which may have a format of its own. */
    private void bound(@Nullable Object bound, Located at, List<String> formats) {
        switch (bound) {
            case Map<?, ?> map -> {
                Optional<String> own = text(map, "datetime_format");
                own.ifPresent(format -> format(format, at.part("datetime_format")));
                List<String> valid = own.map(List::of).orElse(formats);
                for (String field : List.of("datetime", "min_datetime", "max_datetime")) {
                    date(map.get(field), at.part(field), valid);
                }
            }
            case null -> {
                // The start is required by the schema, and the end is now.
            }
            default -> date(bound, at, formats);
        }
    }

    private void date(@Nullable Object date, Located at, List<String> formats) {
        if (date == null || formats.isEmpty() || isTemplate(date) || date.equals("")) {
            return;
        }
        List<String> usable =
                formats.stream()
                        .filter(each -> each.indexOf('%') >= 0)
                        .filter(each -> CursorTexts.formatFault(each).isEmpty())
                        .toList();
        if (!usable.isEmpty() && !CursorTexts.isDate(String.valueOf(date), usable)) {
            error(
                    at,
                    "%s is no date in the format %s, which is written like %s."
                            .formatted(
                                    date,
                                    usable.getFirst(),
                                    CursorTexts.example(usable.getFirst())));
        }
    }

    private void duration(Map<?, ?> cursor, String field, Located at) {
        literal(cursor, field)
                .filter(text -> !CursorTexts.isDuration(text))
                .ifPresent(text ->
                        error(
                                at.part(field),
                                "%s has to be an ISO 8601 duration such as P1D or PT1H, not %s."
                                        .formatted(field, text)));
    }

    private void clamping(Map<?, ?> clamping, Located at) {
        Optional<String> target = literal(clamping, "target");
        if (target.isPresent() && !TARGETS.contains(target.get().toUpperCase(Locale.ROOT))) {
            error(at.part("target"), "A clamping's target is DAY, WEEK or MONTH.");
        }
        boolean weekday =
                clamping.get("target_details") instanceof Map<?, ?> details
                        && details.get("weekday") != null;
        if (target.filter("WEEK"::equals).isPresent() && !weekday) {
            error(
                    at,
                    "Clamping to weeks needs the day that they begin with, as target_details:"
                            + " {weekday: MONDAY}.");
        }
    }

    /** A text that is no template, and not empty. */
    private static Optional<String> literal(Map<?, ?> map, String field) {
        return Optional.ofNullable(map.get(field))
                .filter(value -> !isTemplate(value))
                .map(String::valueOf)
                .filter(text -> !text.isEmpty());
    }

    private static Optional<String> text(Map<?, ?> map, String field) {
        return map.get(field) instanceof String text && !text.isEmpty()
                ? Optional.of(text)
                : Optional.empty();
    }

    private static boolean isTemplate(Object value) {
        return value instanceof String text && (text.contains("{{") || text.contains("{%"));
    }

    private static boolean has(Map<?, ?> map, String field) {
        return map.get(field) != null;
    }

    private void error(Located at, String message) {
        findings.add(Finding.error(at.place(), message));
    }
}

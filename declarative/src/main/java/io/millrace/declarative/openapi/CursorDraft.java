package io.millrace.declarative.openapi;

import io.millrace.declarative.openapi.ApiDocument.Operation;
import io.millrace.declarative.openapi.ApiDocument.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an operation can be read incrementally: by a date in its records that one of its parameters
 * selects by.
 *
 * @param used the parameters that it takes care of
 */
record CursorDraft(Map<String, Object> cursor, Set<String> used) {
    private static final List<String> CHANGED =
            List.of("updated", "modified", "changed", "edited", "lastupdate");
    private static final List<String> MADE = List.of("created", "inserted", "added", "occurred");

    /** Ends of parameters that select what is later. */
    private static final List<String> AFTER =
            List.of("since", "after", "gte", "gt", "min", "from", "start", "begin", "newerthan");

    /** Ends of parameters that select what is earlier. */
    private static final List<String> BEFORE =
            List.of("until", "before", "lte", "lt", "max", "to", "end", "olderthan");

    private static final Set<String> SINCE =
            Set.of(
                    "since",
                    "startdate",
                    "startdatetime",
                    "starttime",
                    "startat",
                    "fromdate",
                    "datefrom",
                    "from",
                    "begindate",
                    "dateafter",
                    "startedafter",
                    "fromdatetime",
                    "datestart",
                    "fromtime",
                    "begintime",
                    "after");
    private static final Set<String> UNTIL =
            Set.of(
                    "until",
                    "enddate",
                    "enddatetime",
                    "endtime",
                    "endat",
                    "todate",
                    "dateto",
                    "to",
                    "datebefore",
                    "endedbefore",
                    "todatetime",
                    "dateend",
                    "totime",
                    "before");

    static Optional<CursorDraft> of(
            ApiDocument document, Operation operation, AnswerShape shape, Set<String> taken) {
        List<Parameter> candidates =
                operation.parameters().stream()
                        .filter(parameter -> parameter.in().equals("query"))
                        .filter(parameter -> !taken.contains(parameter.name()))
                        .filter(CursorDraft::isDate)
                        .toList();
        Map<String, Map<String, Object>> dates = dates(document, shape);
        Optional<Parameter> start = find(candidates, AFTER, SINCE);
        if (!shape.isList() || start.isEmpty() || dates.isEmpty()) {
            return Optional.empty();
        }
        Optional<Parameter> end =
                find(candidates, BEFORE, UNTIL)
                        .filter(parameter -> kind(parameter).equals(kind(start.get())));
        return field(start.get(), dates)
                .map(field -> draft(field, dates.get(field), start.get(), end));
    }

    private static boolean isDate(Parameter parameter) {
        boolean isText = parameter.type().equals("string") || parameter.type().isEmpty();
        boolean isEpoch =
                (parameter.type().equals("integer") || parameter.type().equals("number"))
                        && mentions(parameter, "epoch", "unix", "timestamp", "seconds");
        return parameter.format().startsWith("date")
                || isEpoch
                || (isText
                        && parameter.format().isEmpty()
                        && !parameter.schema().containsKey("enum"));
    }

    private static boolean mentions(Parameter parameter, String... words) {
        String text = (parameter.name() + " " + parameter.text()).toLowerCase(Locale.ROOT);
        for (String word : words) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** A parameter that names a change and a direction, or else a direction alone. */
    private static Optional<Parameter> find(
            List<Parameter> candidates, List<String> ends, Set<String> whole) {
        for (List<String> kind : List.of(CHANGED, MADE)) {
            for (Parameter parameter : candidates) {
                String name = Names.plain(parameter.name());
                if (kind.stream().anyMatch(name::contains)
                        && ends.stream()
                                .anyMatch(end -> name.endsWith(end) || name.startsWith(end))) {
                    return Optional.of(parameter);
                }
            }
        }
        // A name that says so little has to be a date by its type.
        return candidates.stream()
                .filter(parameter -> whole.contains(Names.plain(parameter.name())))
                .filter(parameter -> parameter.format().startsWith("date") || isNumber(parameter))
                .findFirst();
    }

    private static boolean isNumber(Parameter parameter) {
        return parameter.type().equals("integer") || parameter.type().equals("number");
    }

    private static Map<String, Map<String, Object>> dates(ApiDocument document, AnswerShape shape) {
        Map<String, Map<String, Object>> dates = new LinkedHashMap<>();
        document.properties(shape.item())
                .forEach((name, written) -> {
                    Map<String, Object> schema = document.flatten(written);
                    String plain = Names.plain(name);
                    boolean isNamed =
                            plain.endsWith("at")
                                    || plain.endsWith("date")
                                    || plain.endsWith("time")
                                    || plain.endsWith("timestamp")
                                    || plain.endsWith("on");
                    if (ApiDocument.text(schema.get("format")).startsWith("date")
                            || (isNamed
                                    && (CHANGED.stream().anyMatch(plain::contains)
                                            || MADE.stream().anyMatch(plain::contains)))) {
                        dates.put(name, schema);
                    }
                });
        return dates;
    }

    private static Optional<String> field(Parameter start, Map<String, Map<String, Object>> dates) {
        String parameter = Names.plain(start.name());
        List<List<String>> kinds = new ArrayList<>(List.of(CHANGED, MADE));
        if (MADE.stream().anyMatch(parameter::contains)) {
            kinds = List.of(MADE);
        } else if (CHANGED.stream().anyMatch(parameter::contains)) {
            kinds = List.of(CHANGED);
        }
        for (List<String> kind : kinds) {
            for (String name : dates.keySet()) {
                if (kind.stream().anyMatch(Names.plain(name)::contains)) {
                    return Optional.of(name);
                }
            }
        }
        return dates.size() == 1 ? Optional.of(dates.keySet().iterator().next()) : Optional.empty();
    }

    private static String kind(Parameter parameter) {
        return isNumber(parameter)
                ? mentions(parameter, "millisecond") ? "%ms" : "%s"
                : parameter.format().equals("date") ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ";
    }

    private static CursorDraft draft(
            String field,
            @Nullable Map<String, Object> schema,
            Parameter start,
            Optional<Parameter> end) {
        Map<String, Object> cursor = new LinkedHashMap<>();
        cursor.put("type", "DatetimeBasedCursor");
        cursor.put(
                "cursor_field",
                new Guess(field, "%s seems to select by it".formatted(start.name())));
        cursor.put("datetime_format", kind(start));
        List<Object> formats = new ArrayList<>();
        switch (ApiDocument.text(schema == null ? null : schema.get("type"))) {
            case "integer", "number" -> formats.add("%s");
            default -> {
                if (schema != null && "date".equals(schema.get("format"))) {
                    formats.add("%Y-%m-%d");
                } else {
                    formats.add("%Y-%m-%dT%H:%M:%S%z");
                    formats.add("%Y-%m-%dT%H:%M:%S.%f%z");
                    formats.add("%Y-%m-%dT%H:%M:%S");
                    formats.add("%Y-%m-%d %H:%M:%S");
                }
            }
        }
        cursor.put("cursor_datetime_formats", formats);
        Map<String, Object> from = new LinkedHashMap<>();
        from.put("type", "MinMaxDatetime");
        from.put("datetime", "{{ config['start_date'] }}");
        from.put("datetime_format", "%Y-%m-%dT%H:%M:%SZ");
        cursor.put("start_datetime", from);
        cursor.put("start_time_option", option(start));
        end.ifPresent(parameter -> cursor.put("end_time_option", option(parameter)));
        return new CursorDraft(
                cursor,
                end.isPresent() ? Set.of(start.name(), end.get().name()) : Set.of(start.name()));
    }

    private static Map<String, Object> option(Parameter parameter) {
        Map<String, Object> option = new LinkedHashMap<>();
        option.put("type", "RequestOption");
        option.put("inject_into", "request_parameter");
        option.put("field_name", parameter.name());
        return option;
    }
}

package io.millrace.declarative.openapi;

import io.millrace.declarative.openapi.ApiDocument.Operation;
import io.millrace.declarative.openapi.ApiDocument.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How an operation pages, as far as its parameters and its answer tell.
 *
 * @param paginator the component; empty if it doesn't seem to page
 * @param used the parameters that it takes care of
 * @param fixed parameters that are better sent, such as a page size where there are no pages
 */
record PaginationDraft(
        Optional<Map<String, Object>> paginator, Set<String> used, Map<String, Object> fixed) {
    private static final Set<String> PAGE =
            Set.of(
                    "page",
                    "pagenumber",
                    "pageno",
                    "pagenum",
                    "currentpage",
                    "pageindex",
                    "p",
                    "pagenr");
    private static final Set<String> SIZE =
            Set.of(
                    "perpage",
                    "pagesize",
                    "limit",
                    "size",
                    "count",
                    "maxresults",
                    "pagelimit",
                    "maxitems",
                    "top",
                    "first",
                    "take",
                    "num",
                    "resultsperpage",
                    "itemsperpage",
                    "rows",
                    "maxpagesize",
                    "maxrecords",
                    "batchsize",
                    "pagecount",
                    "pagelength");
    private static final Set<String> OFFSET =
            Set.of(
                    "offset",
                    "skip",
                    "startindex",
                    "startat",
                    "start",
                    "pageoffset",
                    "firstresult",
                    "from");
    private static final Set<String> CURSOR =
            Set.of(
                    "cursor",
                    "pagetoken",
                    "nextpagetoken",
                    "nexttoken",
                    "after",
                    "pageafter",
                    "startingafter",
                    "continuation",
                    "continuationtoken",
                    "marker",
                    "nextcursor",
                    "pagecursor",
                    "scrollid",
                    "starttoken",
                    "paginationtoken",
                    "startcursor",
                    "exclusivestartkey",
                    "aftercursor",
                    "aftertoken",
                    "lastid",
                    "sinceid",
                    "pagingtoken");
    private static final Set<String> BY_RECORD =
            Set.of("startingafter", "lastid", "sinceid", "after", "pageafter");

    /** Fields of answers that hold the next token, better ones first. */
    private static final List<String> TOKENS =
            List.of(
                    "nextcursor",
                    "nextpagetoken",
                    "nexttoken",
                    "nextpagecursor",
                    "endcursor",
                    "continuationtoken",
                    "nextcontinuationtoken",
                    "nextmarker",
                    "paginationtoken",
                    "scrollid",
                    "pagetoken",
                    "lastevaluatedkey",
                    "cursor",
                    "after",
                    "next",
                    "nextpage",
                    "marker");

    /** Fields of answers that hold the next address. */
    private static final Set<String> ADDRESSES =
            Set.of(
                    "nextpageurl",
                    "nexturl",
                    "nextlink",
                    "odatanextlink",
                    "nextpageuri",
                    "nextpagelink",
                    "nextpage",
                    "nexthref",
                    "next");

    /** What APIs without a limit of their own are asked for at a time. */
    private static final long USUAL_SIZE = 100;

    private static final long LARGEST_SIZE = 1000;

    static PaginationDraft of(ApiDocument document, Operation operation, AnswerShape shape) {
        Map<String, Parameter> byName = new LinkedHashMap<>();
        for (Parameter parameter : operation.parameters()) {
            if (parameter.in().equals("query")) {
                byName.put(Names.plain(parameter.name()), parameter);
            }
        }
        if (!shape.isList()) {
            return new PaginationDraft(Optional.empty(), Set.of(), Map.of());
        }
        Optional<Parameter> page = find(byName, PAGE, "");
        Optional<Parameter> size = find(byName, SIZE, "");
        Optional<Parameter> offset = find(byName, OFFSET, "string");
        Optional<Parameter> cursor = find(byName, CURSOR, "");
        Map<String, List<String>> fields = scalars(document, operation.answer());
        Optional<List<String>> token =
                TOKENS.stream().filter(fields::containsKey).findFirst().map(fields::get);
        Optional<List<String>> address = address(document, operation.answer(), fields);

        if (cursor.isPresent() && token.isPresent()) {
            return byToken(cursor.get(), size, expression(token.get()), stop(token.get()));
        }
        if (cursor.isPresent() && BY_RECORD.contains(Names.plain(cursor.get().name()))) {
            Optional<String> more =
                    Stream.of("hasmore", "hasnext", "hasnextpage", "more")
                            .flatMap(name -> Optional.ofNullable(fields.get(name)).stream())
                            .findFirst()
                            .map(PaginationDraft::stop);
            return byToken(
                    cursor.get(),
                    size,
                    "{{ last_record['id'] }}",
                    more.orElse("{{ not last_record }}"));
        }
        if (address.isPresent()) {
            return byAddress(size, expression(address.get()), stop(address.get()));
        }
        if (page.isPresent()) {
            return byPage(page.get(), size);
        }
        if (offset.isPresent()) {
            return byOffset(offset.get(), size);
        }
        if (operation.answerHeaders().contains("link")) {
            return byAddress(
                    size,
                    "{{ headers['link']['next']['url'] }}",
                    "{{ 'next' not in headers['link'] }}");
        }
        if (cursor.isPresent()) {
            return byToken(
                    cursor.get(),
                    size,
                    "{{ response.get('next_cursor') }}",
                    "{{ not response.get('next_cursor') }}");
        }
        Map<String, Object> fixed = new LinkedHashMap<>();
        size.ifPresent(parameter ->
                fixed.put(
                        parameter.name(),
                        new Guess(
                                Long.toString(size(parameter)),
                                "no way to a second page is described; is there one?")));
        return new PaginationDraft(Optional.empty(), names(size.stream().toList()), fixed);
    }

    private static Optional<Parameter> find(
            Map<String, Parameter> byName, Set<String> names, String otherType) {
        return byName.entrySet().stream()
                .filter(entry -> names.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                // A parameter "from" or "start" that is a text is a date, or who knows what.
                .filter(parameter -> otherType.isEmpty() || !parameter.type().equals(otherType))
                .filter(parameter -> !parameter.format().startsWith("date"))
                .findFirst();
    }

    private static Set<String> names(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::name).collect(Collectors.toSet());
    }

    /** The fields of an answer beside its records, by plain name, with the way to them. */
    private static Map<String, List<String>> scalars(
            ApiDocument document, Map<String, Object> answer) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        addScalars(document, answer, List.of(), fields);
        return fields;
    }

    private static void addScalars(
            ApiDocument document,
            Map<String, Object> schema,
            List<String> way,
            Map<String, List<String>> fields) {
        document.properties(schema)
                .forEach((name, written) -> {
                    Map<String, Object> field = document.flatten(written);
                    List<String> path = new ArrayList<>(way);
                    path.add(name);
                    if (document.isObject(field)) {
                        if (path.size() < 3) {
                            addScalars(document, field, path, fields);
                        }
                    } else if (!document.isArray(field)) {
                        fields.putIfAbsent(Names.plain(name), path);
                    }
                });
    }

    private static Optional<List<String>> address(
            ApiDocument document, Map<String, Object> answer, Map<String, List<String>> fields) {
        for (Map.Entry<String, List<String>> field : fields.entrySet()) {
            List<String> path = field.getValue();
            boolean isAmongLinks =
                    path.size() > 1 && Names.plain(path.get(path.size() - 2)).contains("link");
            if (ADDRESSES.contains(field.getKey())
                    && (isAmongLinks
                            || field.getKey().contains("url")
                            || field.getKey().contains("link")
                            || format(document, answer, path).startsWith("ur"))) {
                return Optional.of(path);
            }
            // {"_links": {"next": {"href": …}}}
            if (field.getKey().equals("href")
                    && path.size() > 1
                    && Names.plain(path.get(path.size() - 2)).equals("next")) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    private static String format(
            ApiDocument document, Map<String, Object> answer, List<String> path) {
        Map<String, Object> schema = answer;
        for (String name : path) {
            schema = document.flatten(document.properties(schema).get(name));
        }
        return ApiDocument.text(schema.get("format"));
    }

    /** {@code (response.get('meta') or {}).get('next')}. */
    private static String lookUp(List<String> path) {
        String code = "response.get('%s')".formatted(quoted(path.getFirst()));
        for (String name : path.subList(1, path.size())) {
            code = "(%s or {}).get('%s')".formatted(code, quoted(name));
        }
        return code;
    }

    private static String quoted(String name) {
        return name.replace("\\", "\\\\").replace("'", "\\'");
    }

    private static String expression(List<String> path) {
        return "{{ " + lookUp(path) + " }}";
    }

    private static String stop(List<String> path) {
        return "{{ not " + lookUp(path) + " }}";
    }

    private static long size(Parameter parameter) {
        OptionalLong most = number(parameter, "maximum");
        OptionalLong usual = number(parameter, "default");
        long size = most.isPresent() ? most.getAsLong() : usual.orElse(USUAL_SIZE);
        return Math.clamp(size, 1, LARGEST_SIZE);
    }

    private static OptionalLong number(Parameter parameter, String key) {
        return parameter.schema().get(key) instanceof Number number
                ? OptionalLong.of(number.longValue())
                : OptionalLong.empty();
    }

    private static Map<String, Object> parameterOption(Parameter parameter) {
        Map<String, Object> option = new LinkedHashMap<>();
        option.put("type", "RequestOption");
        option.put("inject_into", "request_parameter");
        option.put("field_name", parameter.name());
        return option;
    }

    private static PaginationDraft draft(
            Map<String, Object> strategy,
            Optional<Map<String, Object>> token,
            List<Parameter> taken,
            Optional<Parameter> size,
            String comment) {
        Map<String, Object> paginator = new LinkedHashMap<>();
        paginator.put("type", "DefaultPaginator");
        token.ifPresent(option -> paginator.put("page_token_option", option));
        List<Parameter> used = new ArrayList<>(taken);
        size.ifPresent(parameter -> {
            paginator.put("page_size_option", parameterOption(parameter));
            boolean isKnown = number(parameter, "maximum").isPresent();
            strategy.put(
                    "page_size",
                    isKnown
                            ? size(parameter)
                            : new Guess(size(parameter), "the API may allow larger pages"));
            used.add(parameter);
        });
        paginator.put("pagination_strategy", new Guess(strategy, comment));
        return new PaginationDraft(Optional.of(paginator), names(used), Map.of());
    }

    private static PaginationDraft byToken(
            Parameter cursor, Optional<Parameter> size, String value, String stop) {
        Map<String, Object> strategy = new LinkedHashMap<>();
        strategy.put("type", "CursorPagination");
        strategy.put("cursor_value", value);
        strategy.put("stop_condition", stop);
        return draft(
                strategy,
                Optional.of(parameterOption(cursor)),
                List.of(cursor),
                size,
                "parameter %s takes the token of the next page".formatted(cursor.name()));
    }

    private static PaginationDraft byAddress(Optional<Parameter> size, String value, String stop) {
        Map<String, Object> strategy = new LinkedHashMap<>();
        strategy.put("type", "CursorPagination");
        strategy.put("cursor_value", value);
        strategy.put("stop_condition", stop);
        Map<String, Object> path = new LinkedHashMap<>();
        path.put("type", "RequestPath");
        // The next address has the page size in it; sent again it would stand there twice.
        PaginationDraft draft =
                draft(
                        strategy,
                        Optional.of(path),
                        List.of(),
                        Optional.empty(),
                        "answers hold the address of the next page");
        return new PaginationDraft(draft.paginator, names(size.stream().toList()), Map.of());
    }

    private static PaginationDraft byPage(Parameter page, Optional<Parameter> size) {
        Map<String, Object> strategy = new LinkedHashMap<>();
        strategy.put("type", "PageIncrement");
        String text = page.text().toLowerCase(Locale.ROOT);
        boolean fromZero =
                number(page, "default").orElse(number(page, "minimum").orElse(1)) == 0
                        || text.contains("zero-based")
                        || text.contains("0-based")
                        || text.contains("starts at 0");
        strategy.put("start_from_page", fromZero ? 0L : 1L);
        if (page.required()) {
            strategy.put("inject_on_first_request", true);
        }
        return draft(
                strategy,
                Optional.of(parameterOption(page)),
                List.of(page),
                size,
                "parameter %s counts pages".formatted(page.name()));
    }

    private static PaginationDraft byOffset(Parameter offset, Optional<Parameter> size) {
        Map<String, Object> strategy = new LinkedHashMap<>();
        strategy.put("type", "OffsetIncrement");
        if (offset.required()) {
            strategy.put("inject_on_first_request", true);
        }
        return draft(
                strategy,
                Optional.of(parameterOption(offset)),
                List.of(offset),
                size,
                "parameter %s counts records".formatted(offset.name()));
    }
}

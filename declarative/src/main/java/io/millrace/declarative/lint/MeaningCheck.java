package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;
import io.millrace.protocol.text.NearestName;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what fits the schema and can't work all the same. */
final class MeaningCheck {
    private static final List<String> STREAMS =
            List.of("DeclarativeStream", "StateDelegatingStream");

    /** The newest that was compared with the reference. */
    private static final String KNOWN_VERSION = "7.39.1";

    private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+");

    /** Decoders that pagination can look at the answer of. */
    private static final Set<String> PAGEABLE =
            Set.of("JsonDecoder", "XmlDecoder", "GzipDecoder", "CustomDecoder");

    private final List<Finding> findings;
    private final CursorCheck cursors;
    private final SchemaCheck schemas;

    MeaningCheck(List<Finding> findings) {
        this.findings = findings;
        this.cursors = new CursorCheck(findings);
        this.schemas = new SchemaCheck(findings);
    }

    void check(Map<String, Object> manifest, Located.Mapping written) {
        version(manifest.get("version"), written.part("version"));
        names(manifest, written);
        visit(manifest, written);
    }

    /** What a newer version has added is unknown here; what it says otherwise works. */
    private void version(@Nullable Object version, Located at) {
        if (version instanceof String text
                && VERSION.matcher(text).lookingAt()
                && isNewer(text, KNOWN_VERSION)) {
            warning(
                    at,
                    "Version %s is newer than %s, the newest that this program knows."
                            .formatted(text, KNOWN_VERSION));
        }
    }

    private static boolean isNewer(String version, String other) {
        String[] parts = version.split("[.+-]", 4);
        String[] known = other.split("\\.", 3);
        for (int i = 0; i < known.length; i++) {
            int compared = new BigInteger(parts[i]).compareTo(new BigInteger(known[i]));
            if (compared != 0) {
                return compared > 0;
            }
        }
        return false;
    }

    /** Streams have different names, and a check asks for streams that there are. */
    private void names(Map<String, Object> manifest, Located.Mapping written) {
        Set<String> names = new HashSet<>();
        if (manifest.get("streams") instanceof List<?> streams) {
            for (int i = 0; i < streams.size(); i++) {
                if (streams.get(i) instanceof Map<?, ?> stream) {
                    collect(stream, written.part("streams").item(i), names);
                }
            }
        }
        if (manifest.get("dynamic_streams") == null
                && manifest.get("check") instanceof Map<?, ?> check
                && check.get("stream_names") instanceof List<?> wanted) {
            Located list = written.part("check").part("stream_names");
            for (int i = 0; i < wanted.size(); i++) {
                if (wanted.get(i) instanceof String name && !names.contains(name)) {
                    error(
                            list.item(i),
                            "There is no stream %s to check%s"
                                    .formatted(name, NearestName.hint(name, names)));
                }
            }
        }
    }

    private void collect(Map<?, ?> stream, Located at, Set<String> names) {
        if (stream.get("streams") instanceof List<?> conditional) {
            for (int i = 0; i < conditional.size(); i++) {
                if (conditional.get(i) instanceof Map<?, ?> inner) {
                    collect(inner, at.part("streams").item(i), names);
                }
            }
            return;
        }
        if (!STREAMS.contains(stream.get("type"))) {
            return;
        }
        if (!(stream.get("name") instanceof String name) || name.isEmpty()) {
            error(at, "A stream has no name.");
        } else if (!names.add(name)) {
            error(at.part("name"), "There is another stream %s.".formatted(name));
        }
    }

    private void visit(@Nullable Object value, Located at) {
        if (value instanceof Map<?, ?> map) {
            if (map.get("type") instanceof String type) {
                component(type, map, at);
            }
            map.forEach((key, each) -> {
                if (!"$parameters".equals(key)) {
                    visit(each, at.part(key));
                }
            });
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                visit(list.get(i), at.item(i));
            }
        }
    }

    private void component(String type, Map<?, ?> map, Located at) {
        switch (type) {
            case "RequestOption" -> exactlyOne(map, at, type, "field_name", "field_path");
            case "ApiKeyAuthenticator" -> exactlyOne(map, at, type, "inject_into", "header");
            case "DatetimeBasedCursor" -> {
                if (has(map, "step") != has(map, "cursor_granularity")) {
                    error(
                            at,
                            "A DatetimeBasedCursor needs step and cursor_granularity, or neither.");
                }
                cursors.datetimes(map, at);
            }
            case "InlineSchemaLoader" -> schemas.ofStream(map.get("schema"), at.part("schema"));
            case "Spec" ->
                    schemas.ofConfiguration(
                            map.get("connection_specification"),
                            at.part("connection_specification"));
            case "IncrementingCountCursor" -> cursors.counts(map, at);
            case "DeclarativeStream" -> keyAndCursor(map, at);
            case "PageIncrement", "OffsetIncrement", "CursorPagination" -> pageSize(map, at);
            case "DefaultPaginator" -> paginator(map, at);
            case "SimpleRetriever" -> {
                if (map.get("paginator") instanceof Map<?, ?> paginator
                        && "DefaultPaginator".equals(paginator.get("type"))
                        && map.get("decoder") instanceof Map<?, ?> decoder
                        && decoder.get("type") instanceof String name
                        && !PAGEABLE.contains(name)) {
                    error(
                            at.part("decoder"),
                            "Pagination can't look at the answer of a %s.".formatted(name));
                }
                unusedToken(map, at);
                smaller(map, at, "page_size_reduction", "REDUCE_PAGE_SIZE");
                smaller(map, at, "request_window_splitting", "SPLIT_REQUEST_WINDOW");
                reducible(map, at);
            }
            case "CombinedExtractor" -> {
                if (map.get("extractors") instanceof List<?> extractors && extractors.isEmpty()) {
                    error(at.part("extractors"), "A CombinedExtractor needs an extractor.");
                }
            }
            case "HttpRequester" -> {
                if (!has(map, "url") && !has(map, "url_base")) {
                    error(at, "A HttpRequester needs a url.");
                }
                bodies(map, at);
            }
            case "RecordFilter" -> {
                if (!has(map, "condition") || "".equals(map.get("condition"))) {
                    warning(at, "A RecordFilter without a condition drops every record.");
                }
            }
            case "RemoveFields" -> {
                if (has(map, "condition")) {
                    warning(
                            at.part("condition"),
                            "With a condition, RemoveFields doesn't look at field_pointers: every"
                                + " value of the record that the condition holds for is removed.");
                }
            }
            default -> {
                // All else that can be wrong is told by the schema.
            }
        }
    }

    /** An action and what it does come together. */
    private void smaller(Map<?, ?> retriever, Located at, String field, String action) {
        if (!(retriever.get("requester") instanceof Map<?, ?> requester)
                || requester.get("class_name") != null) {
            return;
        }
        Object handler = requester.get("error_handler");
        if (has(retriever, field) && !mentions(handler, action)) {
            if (!mentions(handler, "CustomErrorHandler")) {
                warning(
                        at.part(field),
                        "Nothing asks for %s: no response filter has the action %s."
                                .formatted(field, action));
            }
        } else if (!has(retriever, field) && mentions(handler, action)) {
            error(
                    at.part("requester"),
                    "The action %s needs %s in the retriever.".formatted(action, field));
        }
    }

    /** A page can become smaller only where the next one begins behind it all the same. */
    private void reducible(Map<?, ?> retriever, Located at) {
        if (!has(retriever, "page_size_reduction")) {
            return;
        }
        Located place = at.part("page_size_reduction");
        if (!(retriever.get("paginator") instanceof Map<?, ?> paginator)
                || !(paginator.get("pagination_strategy") instanceof Map<?, ?> strategy)
                || !has(paginator, "page_size_option")) {
            error(place, "page_size_reduction needs a paginator with a page_size_option.");
            return;
        }
        if ("PageIncrement".equals(strategy.get("type"))) {
            error(
                    place,
                    "With a PageIncrement, pages that become smaller would begin elsewhere: use"
                            + " OffsetIncrement or CursorPagination.");
        }
        if (paginator.get("page_token_option") instanceof Map<?, ?> token
                && "RequestPath".equals(token.get("type"))) {
            error(
                    place,
                    "With a RequestPath, addresses of the API hold the page size: it can't become"
                            + " smaller.");
        }
    }

    private void paginator(Map<?, ?> map, Located at) {
        if (!(map.get("pagination_strategy") instanceof Map<?, ?> strategy)
                || strategy.get("class_name") != null) {
            return;
        }
        if (has(map, "page_size_option") && !has(strategy, "page_size")) {
            error(
                    at.part("page_size_option"),
                    "page_size_option puts a page size into requests, and the"
                            + " pagination_strategy has none.");
        }
        if (!(map.get("page_token_option") instanceof Map<?, ?> token)) {
            return;
        }
        boolean counts = !"CursorPagination".equals(strategy.get("type"));
        if ("RequestPath".equals(token.get("type")) && counts) {
            error(
                    at.part("page_token_option"),
                    "A RequestPath takes an address, and the tokens of a %s are numbers."
                            .formatted(strategy.get("type")));
        }
        if (map.get("page_size_option") instanceof Map<?, ?> size
                && token.get("field_name") != null
                && token.get("field_name").equals(size.get("field_name"))
                && String.valueOf(token.get("inject_into"))
                        .equals(String.valueOf(size.get("inject_into")))) {
            error(
                    at.part("page_token_option"),
                    "page_token_option and page_size_option go to the same place of the request.");
        }
    }

    /** Without the token in it, every request asks for the same page. */
    private void unusedToken(Map<?, ?> retriever, Located at) {
        if (retriever.get("paginator") instanceof Map<?, ?> paginator
                && "DefaultPaginator".equals(paginator.get("type"))
                && !has(paginator, "page_token_option")
                && paginator.get("pagination_strategy") instanceof Map<?, ?> strategy
                && strategy.get("class_name") == null
                && retriever.get("requester") instanceof Map<?, ?> requester
                && requester.get("class_name") == null
                && !mentions(requester, "next_page_token")) {
            warning(
                    at.part("paginator"),
                    "No request carries the token of the next page: give the paginator a"
                            + " page_token_option, or use next_page_token in a template of the"
                            + " requester.");
        }
    }

    private static boolean mentions(@Nullable Object value, String word) {
        return switch (value) {
            case String text -> text.contains(word);
            case Map<?, ?> map ->
                    map.values().stream().anyMatch(each -> mentions(each, word))
                            || map.keySet().stream().anyMatch(each -> mentions(each, word));
            case List<?> list -> list.stream().anyMatch(each -> mentions(each, word));
            case null, default -> false;
        };
    }

    private void pageSize(Map<?, ?> strategy, Located at) {
        Object size = strategy.get("page_size");
        boolean fine =
                switch (size) {
                    case null -> true;
                    case Long number -> number > 0;
                    case String text ->
                            text.contains("{")
                                    || (text.strip().matches("[0-9]{1,9}")
                                            && Integer.parseInt(text.strip()) > 0);
                    default -> true; // another kind is told by the schema
                };
        if (!fine) {
            error(
                    at.part("page_size"),
                    "The page_size has to be a whole number from 1, or a template of one.");
        }
    }

    /** Fields that records are known by are in their schema. */
    private void keyAndCursor(Map<?, ?> stream, Located at) {
        List<String> keys = primaryKey(stream.get("primary_key"), at.part("primary_key"));
        if (!(stream.get("schema_loader") instanceof Map<?, ?> loader)
                || !"InlineSchemaLoader".equals(loader.get("type"))
                || !(loader.get("schema") instanceof Map<?, ?> schema)
                || !(schema.get("properties") instanceof Map<?, ?> properties)
                || properties.isEmpty()
                || schema.containsKey("oneOf")
                || schema.containsKey("anyOf")
                || schema.containsKey("allOf")) {
            return;
        }
        Set<String> known = new HashSet<>();
        properties.keySet().forEach(name -> known.add(String.valueOf(name)));
        for (String key : keys) {
            if (!known.contains(key)) {
                warning(
                        at.part("primary_key"),
                        "The primary_key %s is no property of the stream's schema%s"
                                .formatted(key, NearestName.hint(key, known)));
            }
        }
        if (stream.get("incremental_sync") instanceof Map<?, ?> sync
                && sync.get("cursor_field") instanceof String cursor
                && !cursor.contains("{")
                && !known.contains(cursor)) {
            warning(
                    at.part("incremental_sync").part("cursor_field"),
                    "The cursor_field %s is no property of the stream's schema%s"
                            .formatted(cursor, NearestName.hint(cursor, known)));
        }
    }

    /** The names of a key, as far as they can be used. */
    private List<String> primaryKey(@Nullable Object key, Located at) {
        List<String> names = new ArrayList<>();
        switch (key) {
            case String name -> names.add(name);
            case List<?> parts -> {
                for (int i = 0; i < parts.size(); i++) {
                    switch (parts.get(i)) {
                        case String name -> names.add(name);
                        case List<?> path
                                when path.size() == 1 && path.getFirst() instanceof String name ->
                                names.add(name);
                        case null, default ->
                                error(
                                        at.item(i),
                                        "A part of a primary_key is the name of a field of the"
                                                + " record, no deeper one.");
                    }
                }
            }
            case null, default -> {
                // Another kind is told by the schema.
            }
        }
        names.removeIf(name -> name.isEmpty() || name.contains("{"));
        return names;
    }

    private void bodies(Map<?, ?> map, Located at) {
        List<String> given =
                List.of("request_body", "request_body_json", "request_body_data").stream()
                        .filter(name -> has(map, name))
                        .toList();
        if (given.size() > 1) {
            error(
                    at.part(given.getLast()),
                    "A request has one body, and this HttpRequester has %s."
                            .formatted(String.join(" and ", given)));
        }
    }

    private void exactlyOne(Map<?, ?> map, Located at, String type, String one, String other) {
        if (has(map, one) == has(map, other)) {
            error(
                    at,
                    has(map, one)
                            ? "A %s has %s or %s, and not both.".formatted(type, one, other)
                            : "A %s needs %s or %s.".formatted(type, one, other));
        }
    }

    private static boolean has(Map<?, ?> map, String field) {
        return map.get(field) != null;
    }

    private void error(Located at, String message) {
        findings.add(Finding.error(at.place(), message));
    }

    private void warning(Located at, String message) {
        findings.add(Finding.warning(at.place(), message));
    }
}

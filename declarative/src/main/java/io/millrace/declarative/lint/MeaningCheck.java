package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;
import io.millrace.protocol.text.NearestName;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what fits the schema and can't work all the same. */
final class MeaningCheck {
    private static final List<String> STREAMS =
            List.of("DeclarativeStream", "StateDelegatingStream");

    /** Decoders that pagination can look at the answer of. */
    private static final Set<String> PAGEABLE =
            Set.of("JsonDecoder", "XmlDecoder", "GzipDecoder", "CustomDecoder");

    private final List<Finding> findings;

    MeaningCheck(List<Finding> findings) {
        this.findings = findings;
    }

    void check(Map<String, Object> manifest, Located.Mapping written) {
        names(manifest, written);
        visit(manifest, written);
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
            }
            case "DefaultPaginator" -> {
                if (has(map, "page_size_option")
                        && map.get("pagination_strategy") instanceof Map<?, ?> strategy
                        && !has(strategy, "page_size")
                        && strategy.get("class_name") == null) {
                    error(
                            at.part("page_size_option"),
                            "page_size_option puts a page size into requests, and the"
                                    + " pagination_strategy has none.");
                }
            }
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

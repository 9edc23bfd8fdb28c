package io.millrace.declarative.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the records of an answer are.
 *
 * @param path the fields that lead to them
 * @param item the schema of one
 * @param isList whether there may be several
 * @param isGuess whether another place was possible
 */
record AnswerShape(List<String> path, Map<String, Object> item, boolean isList, boolean isGuess) {
    private static final List<String> USUAL =
            List.of(
                    "data",
                    "items",
                    "results",
                    "records",
                    "values",
                    "value",
                    "entries",
                    "list",
                    "content",
                    "objects",
                    "rows",
                    "elements",
                    "collection",
                    "hits",
                    "nodes");

    /** Empty where the answer is no object and no list of objects. */
    static Optional<AnswerShape> of(ApiDocument document, Map<String, Object> answer, String path) {
        if (document.isArray(answer)) {
            Map<String, Object> item = document.flatten(answer.get("items"));
            return Optional.of(new AnswerShape(List.of(), item, true, false));
        }
        if (!document.isObject(answer)) {
            return Optional.empty();
        }
        List<String> segments = Names.segments(path);
        String last = segments.isEmpty() ? "" : segments.getLast();
        boolean isDetail = Names.isParameter(last);
        if (!isDetail) {
            Map<List<String>, Map<String, Object>> lists = lists(document, answer);
            Optional<List<String>> best = best(lists, Names.plain(last));
            if (best.isPresent()) {
                return Optional.of(
                        new AnswerShape(
                                best.get(),
                                lists.getOrDefault(best.get(), Map.of()),
                                true,
                                lists.size() > 1));
            }
        }
        return Optional.of(new AnswerShape(List.of(), answer, false, false));
    }

    /** Lists of objects in an answer, with the fields that lead there: outer ones first. */
    private static Map<List<String>, Map<String, Object>> lists(
            ApiDocument document, Map<String, Object> answer) {
        Map<List<String>, Map<String, Object>> found = new LinkedHashMap<>();
        Map<String, Map<String, Object>> objects = new LinkedHashMap<>();
        document.properties(answer)
                .forEach((name, written) -> {
                    Map<String, Object> schema = document.flatten(written);
                    if (document.isArray(schema)) {
                        add(document, List.of(name), schema, found);
                    } else if (document.isObject(schema)) {
                        objects.put(name, schema);
                    }
                });
        if (found.isEmpty()) {
            objects.forEach((outer, schema) ->
                    document.properties(schema)
                            .forEach((name, written) -> {
                                Map<String, Object> inner = document.flatten(written);
                                if (document.isArray(inner)) {
                                    add(document, List.of(outer, name), inner, found);
                                }
                            }));
        }
        return found;
    }

    private static void add(
            ApiDocument document,
            List<String> path,
            Map<String, Object> schema,
            Map<List<String>, Map<String, Object>> found) {
        Map<String, Object> item = document.flatten(schema.get("items"));
        if (document.isObject(item) || !item.containsKey("type")) {
            found.put(path, item);
        }
    }

    private static Optional<List<String>> best(
            Map<List<String>, Map<String, Object>> lists, String last) {
        List<List<String>> paths = new ArrayList<>(lists.keySet());
        for (List<String> path : paths) {
            if (!last.isEmpty() && Names.plain(path.getLast()).equals(last)) {
                return Optional.of(path);
            }
        }
        for (String usual : USUAL) {
            for (List<String> path : paths) {
                if (Names.plain(path.getLast()).equals(usual)) {
                    return Optional.of(path);
                }
            }
        }
        return paths.size() == 1 ? Optional.of(paths.getFirst()) : Optional.empty();
    }
}

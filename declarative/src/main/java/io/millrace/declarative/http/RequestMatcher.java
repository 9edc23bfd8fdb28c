package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Patterns;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which requests something is about (reference 1.15, HttpRequestRegexMatcher): all parts that are
 * given have to match.
 *
 * @param origin scheme, host and port, without a slash at the end
 * @param path found anywhere in the path without its last slashes
 * @param weight how many calls a matching request counts as; at least 1
 */
public record RequestMatcher(
        Optional<String> method,
        Optional<String> origin,
        Optional<Pattern> path,
        Map<String, String> parameters,
        Map<String, String> headers,
        int weight) {

    public static RequestMatcher compile(Definition definition, Compilation compilation) {
        return new RequestMatcher(
                definition.findText("method").map(text -> text.toUpperCase(Locale.ROOT)),
                definition.findText("url_base").map(RequestMatcher::withoutSlashes),
                definition.findText("url_path_pattern").map(Patterns::compile),
                texts(definition.mapping("params")),
                texts(definition.mapping("headers")),
                weight(definition, compilation));
    }

    private static Map<String, String> texts(Map<String, Object> map) {
        Map<String, String> result = new LinkedHashMap<>();
        map.forEach((key, value) -> result.put(key, Python.str(value)));
        return result;
    }

    private static int weight(Definition definition, Compilation compilation) {
        Optional<InterpolatedString> template = compilation.findString(definition, "weight");
        if (template.isEmpty()) {
            return 1;
        }
        int weight = integer(template.get(), definition, "weight", compilation);
        if (weight < 1) {
            throw definition.malformed("weight", "1 or more");
        }
        return weight;
    }

    /** An integer that may depend on the configuration. */
    static int integer(
            InterpolatedString template,
            Definition definition,
            String field,
            Compilation compilation) {
        try {
            return ((Number) Python.toInteger(template.evaluate(compilation.context()))).intValue();
        } catch (PythonError _) {
            throw definition.malformed(field, "an integer");
        }
    }

    /** Whether this is about {@code request}. */
    public boolean matches(OutgoingRequest request) {
        if (method.isPresent() && !method.get().equals(request.method())) {
            return false;
        }
        if (origin.isPresent() && !origin.get().equals(Addresses.origin(request.url()))) {
            return false;
        }
        if (path.isPresent()
                && !path.get().matcher(withoutSlashes(Addresses.path(request.url()))).find()) {
            return false;
        }
        if (!parameters.isEmpty()
                && !FormEncoding.lastValues(Addresses.query(request.url()))
                        .entrySet()
                        .containsAll(parameters.entrySet())) {
            return false;
        }
        return headers.entrySet().stream()
                .allMatch(header ->
                        request.header(header.getKey())
                                .filter(value -> value.equals(header.getValue()))
                                .isPresent());
    }

    private static String withoutSlashes(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }
}

package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.interpolation.python.Tuple;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates templates that come as JSON lines, for tools: {@code {"kind", "template", "context",
 * "valid"}} becomes {@code {"value": …}} or {@code {"error": class, "message": …}}, in order, each
 * flushed at once.
 *
 * <p>{@code kind} is {@code string}, {@code boolean}, {@code mapping} or {@code nested}. {@code
 * context} has the variables; {@code config} and {@code parameters} are empty if absent; {@code
 * stream_slice} is given by its parts {@code partition}, {@code cursor_slice} and {@code
 * extra_fields}, and defined whenever the template names it. {@code valid} has the Python types
 * that values of a mapping may become. A value that JSON has no word for is written as {@code
 * {"python": type, "repr": text}}.
 */
public final class EvaluationLines {
    private static final List<String> SLICE_NAMES =
            List.of("stream_slice", "stream_partition", "stream_interval");

    private final Interpolation interpolation;

    public EvaluationLines(Interpolation interpolation) {
        this.interpolation = interpolation;
    }

    /** Reads lines to the end of {@code input}, and writes as many. Closes neither stream. */
    public void evaluate(InputStream input, OutputStream output) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
        var writer = new BufferedWriter(new OutputStreamWriter(output, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isBlank()) {
                writer.write(evaluate(line));
                writer.write('\n');
                writer.flush();
            }
        }
    }

    /** The answer to one line. */
    public String evaluate(String line) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            if (!(Json.parse(line) instanceof Map<?, ?> request)) {
                throw PythonError.value("Each line has to be a JSON object.");
            }
            answer.put("value", encode(evaluate(request)));
            return Json.dumps(answer);
        } catch (PythonError error) {
            return failed(error.kind().pythonName(), String.valueOf(error.getMessage()));
        } catch (RuntimeException error) {
            // A fault of this engine; one line must not take the others with it.
            return failed("SystemError", error.toString());
        }
    }

    private static String failed(String name, String message) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("error", name);
        answer.put("message", message);
        return Json.dumps(answer);
    }

    private @Nullable Object evaluate(Map<?, ?> request) {
        Map<String, Object> variables = object(request.get("context"));
        Map<String, Object> parameters = object(variables.remove("parameters"));
        Object config = variables.containsKey("config") ? variables.remove("config") : Map.of();
        Object template = request.get("template");
        Context context = config == null ? Context.withoutConfig() : Context.of(object(config));
        Object slice = variables.remove("stream_slice");
        String text = template instanceof String string ? string : Json.dumps(template);
        if (slice != null) {
            Map<String, Object> parts = object(slice);
            context =
                    context.with(
                            "stream_slice",
                            new StreamSlice(
                                    object(parts.get("partition")),
                                    object(parts.get("cursor_slice")),
                                    object(parts.get("extra_fields"))));
        } else if (SLICE_NAMES.stream().anyMatch(text::contains)) {
            context = context.with("stream_slice", StreamSlice.EMPTY);
        }
        for (Map.Entry<String, Object> variable : variables.entrySet()) {
            context = context.with(variable.getKey(), variable.getValue());
        }
        String kind = request.get("kind") instanceof String name ? name : "string";
        return switch (kind) {
            case "string" ->
                    interpolation.string(requireText(template), parameters).evaluate(context);
            case "boolean" ->
                    template instanceof Boolean flag
                            ? flag
                            : interpolation
                                    .condition(requireText(template), parameters)
                                    .evaluate(context);
            case "mapping" ->
                    interpolation
                            .mapping(object(template), parameters)
                            .evaluate(context, types(request.get("valid")));
            case "nested" -> interpolation.nested(template, parameters).evaluate(context);
            default ->
                    throw PythonError.value(
                            "kind has to be string, boolean, mapping or nested, not %s."
                                    .formatted(kind));
        };
    }

    private static String requireText(@Nullable Object template) {
        if (template instanceof String text) {
            return text;
        }
        throw PythonError.value("template has to be text.");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : new LinkedHashMap<>();
    }

    private static Set<LiteralType> types(@Nullable Object names) {
        Set<LiteralType> types = new LinkedHashSet<>();
        if (names instanceof List<?> list) {
            for (Object name : list) {
                types.add(
                        LiteralType.find(Python.str(name))
                                .orElseThrow(() ->
                                        PythonError.value("Unknown type %s.".formatted(name))));
            }
        }
        return types;
    }

    private static @Nullable Object encode(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Boolean _, Long _, BigInteger _, Double _, String _ -> value;
            case List<?> list when !(value instanceof Tuple) -> {
                List<Object> items = new ArrayList<>();
                list.forEach(item -> items.add(encode(item)));
                yield items;
            }
            case Map<?, ?> map
                    when Python.isDict(map)
                            && map.keySet().stream().allMatch(key -> key instanceof String) -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                map.forEach((key, item) -> entries.put((String) key, encode(item)));
                yield entries;
            }
            default -> {
                Map<String, Object> described = new LinkedHashMap<>();
                described.put("python", Python.typeName(value));
                described.put("repr", Python.repr(value));
                yield described;
            }
        };
    }
}

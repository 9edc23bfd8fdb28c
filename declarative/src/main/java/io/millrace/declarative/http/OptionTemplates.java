package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedMapping;
import io.millrace.declarative.interpolation.InterpolatedNestedMapping;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.LiteralType;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options that a requester has by itself, as templates (reference 2.4, 3.3). */
final class OptionTemplates {
    private static final String QUERY_PROPERTIES = "query_properties";

    /** Parameters and form fields stay text as rendered, unless they are lists. */
    private static final Set<LiteralType> TEXT_OR_LIST =
            Set.of(LiteralType.STRING, LiteralType.LIST);

    private static final Set<LiteralType> TEXT = Set.of(LiteralType.STRING);

    /** A map of templates, a text that becomes one, or nothing. */
    private sealed interface Source {
        record Nothing() implements Source {}

        record Fields(InterpolatedMapping mapping, Set<LiteralType> keys, Set<LiteralType> values)
                implements Source {}

        record Nested(InterpolatedNestedMapping nested) implements Source {}

        record Text(InterpolatedString text) implements Source {}

        default @Nullable Object evaluate(Context context) {
            return switch (this) {
                case Nothing _ -> null;
                case Text(InterpolatedString text) -> text.evaluate(context);
                case Nested(InterpolatedNestedMapping nested) -> nested.evaluate(context);
                case Fields(
                                InterpolatedMapping mapping,
                                Set<LiteralType> keys,
                                Set<LiteralType> values) -> {
                    Map<Object, Object> result = mapping.evaluate(context, keys, values);
                    result.values().removeIf(value -> value == null);
                    yield result;
                }
            };
        }
    }

    private final Source parameters;
    private final Source headers;
    private final Source data;
    private final Source json;

    /** The parameter that gets the names of the properties to ask for. */
    private final Optional<String> propertiesParameter;

    private OptionTemplates(
            Source parameters,
            Source headers,
            Source data,
            Source json,
            Optional<String> propertiesParameter) {
        this.parameters = parameters;
        this.headers = headers;
        this.data = data;
        this.json = json;
        this.propertiesParameter = propertiesParameter;
    }

    static OptionTemplates compile(Definition definition, Compilation compilation) {
        if (Python.isTrue(definition.value("request_body_json"))
                && Python.isTrue(definition.value("request_body_data"))) {
            throw definition.malformed(
                    "request_body_data", "absent where request_body_json is given");
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        Optional<String> propertiesParameter = Optional.empty();
        if (definition.value("request_parameters") instanceof Map<?, ?>) {
            for (Map.Entry<String, Object> entry :
                    definition.mapping("request_parameters").entrySet()) {
                if (entry.getValue() instanceof Map<?, ?> map
                        && "QueryProperties".equals(map.get("type"))) {
                    propertiesParameter = Optional.of(entry.getKey());
                } else {
                    parameters.put(entry.getKey(), entry.getValue());
                }
            }
        }
        Source data = source(definition, "request_body_data", TEXT, TEXT_OR_LIST, compilation);
        Source json = nested(definition, "request_body_json", compilation);
        Optional<Definition> body = definition.find("request_body");
        if (body.isPresent()) {
            Definition given = body.get();
            switch (given.type()) {
                case "RequestBodyPlainText", "RequestBodyUrlEncodedForm" ->
                        data = source(given, "value", TEXT, TEXT_OR_LIST, compilation);
                case "RequestBodyJsonObject", "RequestBodyGraphQL" ->
                        json = nested(given, "value", compilation);
                default ->
                        throw given.unknownType(
                                "RequestBodyPlainText, RequestBodyUrlEncodedForm,"
                                        + " RequestBodyJsonObject or RequestBodyGraphQL");
            }
        }
        return new OptionTemplates(
                definition.value("request_parameters") instanceof Map<?, ?>
                        ? fields(parameters, definition, TEXT, TEXT_OR_LIST, compilation)
                        : source(definition, "request_parameters", TEXT, TEXT_OR_LIST, compilation),
                source(definition, "request_headers", Set.of(), Set.of(), compilation),
                data,
                json,
                propertiesParameter);
    }

    private static Source source(
            Definition definition,
            String field,
            Set<LiteralType> keys,
            Set<LiteralType> values,
            Compilation compilation) {
        Object value = definition.value(field);
        if (!Python.isTrue(value)) {
            return new Source.Nothing();
        }
        return value instanceof Map<?, ?>
                ? fields(definition.mapping(field), definition, keys, values, compilation)
                : new Source.Text(compilation.string(definition, field));
    }

    private static Source fields(
            Map<String, Object> map,
            Definition definition,
            Set<LiteralType> keys,
            Set<LiteralType> values,
            Compilation compilation) {
        return map.isEmpty()
                ? new Source.Nothing()
                : new Source.Fields(
                        compilation.interpolation().mapping(map, definition.parameters()),
                        keys,
                        values);
    }

    private static Source nested(Definition definition, String field, Compilation compilation) {
        Object value = definition.value(field);
        if (!Python.isTrue(value)) {
            return new Source.Nothing();
        }
        return value instanceof String
                ? new Source.Text(compilation.string(definition, field))
                : new Source.Nested(
                        compilation.interpolation().nested(value, definition.parameters()));
    }

    RequestOptions evaluate(Context context) {
        return new RequestOptions(
                withProperties(map(parameters.evaluate(context)), context),
                headers(headers.evaluate(context)),
                nothingIfEmpty(data.evaluate(context)),
                json.evaluate(context));
    }

    /** A form or text that is empty is no contribution; nor is one that is of no use. */
    private static @Nullable Object nothingIfEmpty(@Nullable Object data) {
        return Python.isTrue(data) ? data : null;
    }

    /** What isn't a map has no parameters in it. */
    private static Map<Object, Object> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
            map.forEach(result::put);
            return result;
        }
        return Map.of();
    }

    private static Map<Object, Object> headers(@Nullable Object value) {
        if (value instanceof String) {
            throw new SystemFailure(
                    "The manifest's request_headers are a text. Write them as an object, or as a"
                            + " template that gives one.");
        }
        return map(value);
    }

    private Map<Object, Object> withProperties(Map<Object, Object> values, Context context) {
        if (propertiesParameter.isEmpty()) {
            return values;
        }
        if (!(context.find(QUERY_PROPERTIES) instanceof List<?> properties)) {
            throw new SystemFailure(
                    "The request has QueryProperties, but this kind of retriever doesn't tell which"
                            + " properties to ask for.");
        }
        Map<Object, Object> result = new LinkedHashMap<>(values);
        result.put(
                propertiesParameter.get(),
                String.join(",", properties.stream().map(Python::str).toList()));
        return result;
    }
}

package io.millrace.declarative.schema;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.Repr;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.selection.Transformation;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A schema made of a description of fields that the API gives as a record. */
record DynamicSchemaLoader(
        SchemaSurroundings.FirstRecord source,
        Compilation compilation,
        List<InterpolatedString> schemaPath,
        List<InterpolatedString> keyPath,
        List<InterpolatedString> typePath,
        List<TypeMapping> mappings,
        Optional<InterpolatedBoolean> filter,
        List<Transformation> transformations)
        implements SchemaLoader {

    /** A type of the API, and what stands for it where the condition holds. */
    record TypeMapping(
            @Nullable Object from, @Nullable Object to, Optional<InterpolatedBoolean> condition) {}

    static DynamicSchemaLoader compile(
            Definition definition, Compilation compilation, SchemaSurroundings surroundings) {
        Definition types = definition.child("schema_type_identifier");
        Optional<Definition> filter = definition.find("schema_filter");
        if (filter.filter(CustomComponents::isCustom).isPresent()) {
            throw CustomComponents.refused(filter.get());
        }
        return new DynamicSchemaLoader(
                surroundings.retrievers().apply(definition.child("retriever")),
                compilation,
                compilation.strings(types, "schema_pointer"),
                compilation.strings(types, "key_pointer"),
                compilation.strings(types, "type_pointer"),
                types.children("types_mapping").stream()
                        .map(each ->
                                new TypeMapping(
                                        each.value("current_type"),
                                        each.value("target_type"),
                                        compilation.findCondition(each, "condition")))
                        .toList(),
                filter.map(each ->
                        compilation
                                .interpolation()
                                .condition(
                                        each.findText("condition").orElse(""), each.parameters())),
                definition.children("schema_transformations").stream()
                        .map(each -> Transformation.compile(each, compilation))
                        .toList());
    }

    @Override
    public Map<String, Object> load() throws InterruptedException {
        Map<String, Object> properties = new LinkedHashMap<>();
        Optional<Map<String, Object>> record = source.read();
        if (record.isPresent() && !record.get().isEmpty()) {
            Object fields = find(record.get(), schemaPath);
            if (Python.isMissing(fields) || !Python.isIterable(fields)) {
                throw new SystemFailure(
                        "The schema of a stream can't be made: the API's description of its fields"
                                + " has no list at schema_pointer.");
            }
            for (Object field : Python.list(fields)) {
                properties.put(key(field), property(field));
            }
        }
        Map<String, Object> kept = filtered(properties);
        Context context = compilation.context().with("stream_slice", null);
        transformations.forEach(each -> each.apply(kept, context));
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft-07/schema#");
        schema.put("type", "object");
        schema.put("additionalProperties", true);
        schema.put("properties", kept);
        return schema;
    }

    private @Nullable Object find(@Nullable Object value, List<InterpolatedString> path) {
        List<@Nullable Object> segments = new ArrayList<>(path.size());
        for (InterpolatedString segment : path) {
            segments.add(segment.evaluate(compilation.context()));
        }
        return Paths.get(value, segments);
    }

    private String key(@Nullable Object field) {
        Object key = find(field, keyPath);
        if (!(key instanceof String name)) {
            throw new SystemFailure(
                    "The schema of a stream can't be made: a field's name at key_pointer is of type %s,"
                                    .formatted(
                                            Python.isMissing(key)
                                                    ? "nothing"
                                                    : Python.typeName(key))
                            + " and has to be text.");
        }
        return name;
    }

    private Object property(@Nullable Object field) {
        Object type = typePath.isEmpty() ? "string" : find(field, typePath);
        return described(mapped(Python.isMissing(type) ? "string" : type, field));
    }

    private @Nullable Object mapped(@Nullable Object type, @Nullable Object field) {
        Context context = compilation.context().with("raw_schema", field);
        for (TypeMapping mapping : mappings) {
            boolean holds =
                    mapping.condition.isEmpty() || mapping.condition.get().evaluate(context);
            if (holds && Comparison.equal(type, mapping.from)) {
                return mapping.to;
            }
        }
        return type;
    }

    private static Object described(@Nullable Object type) {
        return switch (type) {
            case String name -> ofName(name);
            case List<?> both
                    when both.size() == 2 && both.stream().allMatch(String.class::isInstance) -> {
                Map<String, Object> either = new LinkedHashMap<>();
                either.put("oneOf", both.stream().map(DynamicSchemaLoader::described).toList());
                yield either;
            }
            case Map<?, ?> complex when complex.get("field_type") instanceof String name -> {
                Map<String, Object> property = ofName(name);
                Object items = complex.get("items");
                if (items != null) {
                    if (!name.equals("array")) {
                        throw new SystemFailure(
                                "'items' can only be used when 'field_type' is an array.");
                    }
                    property.put("items", described(items));
                }
                yield property;
            }
            case null, default ->
                    throw new SystemFailure(
                            "Invalid data type. Available string or two items list of string. Got %s."
                                    .formatted(Repr.of(type)));
        };
    }

    private static Map<String, Object> ofName(String type) {
        return switch (type) {
            case "string", "boolean", "integer", "number", "array", "object" ->
                    nullable(type, "", "");
            case "date" -> nullable("string", "date", "");
            case "timestamp_without_timezone" -> nullable("string", "date-time", type);
            case "timestamp_with_timezone" -> nullable("string", "date-time", "");
            case "time_without_timezone", "time_with_timezone" -> nullable("string", "time", type);
            default -> throw new SystemFailure("Invalid Airbyte data type: " + type);
        };
    }

    private static Map<String, Object> nullable(String type, String format, String airbyteType) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put("type", new ArrayList<>(List.of("null", type)));
        if (!format.isEmpty()) {
            property.put("format", format);
        }
        if (!airbyteType.isEmpty()) {
            property.put("airbyte_type", airbyteType);
        }
        return property;
    }

    /** Each property is a record of its own to the filter. */
    private Map<String, Object> filtered(Map<String, Object> properties) {
        if (filter.isEmpty()) {
            return properties;
        }
        Context context =
                compilation.context().with("stream_slice", null).with("next_page_token", null);
        Map<String, Object> kept = new LinkedHashMap<>();
        properties.forEach((name, property) -> {
            Map<String, Object> record = new LinkedHashMap<>();
            record.put(name, property);
            if (filter.get().evaluate(context.with("record", record))) {
                kept.putAll(record);
            }
        });
        return kept;
    }
}

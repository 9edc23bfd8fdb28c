package io.millrace.declarative.manifest;

import io.millrace.declarative.interpolation.python.Python;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives components the types that their place implies, and every component the parameters of all
 * that it stands in (reference: declarative 1.4). A parameter named like a field fills that field
 * where it is absent, empty, zero or false.
 */
final class ComponentDefaults {
    private static final String TYPE = "type";
    private static final String PARAMETERS = "$parameters";

    private static final Map<String, String> IMPLIED =
            Map.ofEntries(
                    Map.entry("CompositeErrorHandler.error_handlers", "DefaultErrorHandler"),
                    Map.entry("CursorPagination.decoder", "JsonDecoder"),
                    Map.entry("DatetimeBasedCursor.start_datetime", "MinMaxDatetime"),
                    Map.entry("DatetimeBasedCursor.end_datetime", "MinMaxDatetime"),
                    Map.entry("DatetimeBasedCursor.start_time_option", "RequestOption"),
                    Map.entry("DatetimeBasedCursor.end_time_option", "RequestOption"),
                    Map.entry("DeclarativeSource.check", "CheckStream"),
                    Map.entry("DeclarativeSource.spec", "Spec"),
                    Map.entry("DeclarativeSource.streams", "DeclarativeStream"),
                    Map.entry("DeclarativeStream.retriever", "SimpleRetriever"),
                    Map.entry("DeclarativeStream.schema_loader", "JsonFileSchemaLoader"),
                    Map.entry("DynamicDeclarativeStream.stream_template", "DeclarativeStream"),
                    Map.entry("HttpComponentsResolver.retriever", "SimpleRetriever"),
                    Map.entry(
                            "HttpComponentsResolver.components_mapping",
                            "ComponentMappingDefinition"),
                    Map.entry(
                            "ConfigComponentsResolver.components_mapping",
                            "ComponentMappingDefinition"),
                    Map.entry("ConfigComponentsResolver.stream_config", "StreamConfig"),
                    Map.entry("DefaultErrorHandler.response_filters", "HttpResponseFilter"),
                    Map.entry("DefaultPaginator.decoder", "JsonDecoder"),
                    Map.entry("DefaultPaginator.page_size_option", "RequestOption"),
                    Map.entry("DpathExtractor.decoder", "JsonDecoder"),
                    Map.entry("DpathExtractor.record_expander", "RecordExpander"),
                    Map.entry("HttpRequester.error_handler", "DefaultErrorHandler"),
                    Map.entry("ListPartitionRouter.request_option", "RequestOption"),
                    Map.entry("ParentStreamConfig.request_option", "RequestOption"),
                    Map.entry("ParentStreamConfig.stream", "DeclarativeStream"),
                    Map.entry("RecordSelector.extractor", "DpathExtractor"),
                    Map.entry("RecordSelector.record_filter", "RecordFilter"),
                    Map.entry("SimpleRetriever.paginator", "NoPagination"),
                    Map.entry("SimpleRetriever.record_selector", "RecordSelector"),
                    Map.entry("SimpleRetriever.requester", "HttpRequester"),
                    Map.entry(
                            "SubstreamPartitionRouter.parent_stream_configs", "ParentStreamConfig"),
                    Map.entry("CustomPartitionRouter.parent_stream_configs", "ParentStreamConfig"),
                    Map.entry("AddFields.fields", "AddedFieldDefinition"),
                    Map.entry("DynamicSchemaLoader.retriever", "SimpleRetriever"),
                    Map.entry("SchemaTypeIdentifier.types_map", "TypesMap"));

    private static final Map<String, String> IMPLIED_CUSTOM =
            Map.of(
                    "CompositeErrorHandler.backoff_strategies", "CustomBackoffStrategy",
                    "DefaultErrorHandler.backoff_strategies", "CustomBackoffStrategy",
                    "DeclarativeStream.retriever", "CustomRetriever",
                    "DeclarativeStream.transformations", "CustomTransformation",
                    "DefaultPaginator.pagination_strategy", "CustomPaginationStrategy",
                    "HttpRequester.authenticator", "CustomAuthenticator",
                    "HttpRequester.error_handler", "CustomErrorHandler",
                    "RecordSelector.extractor", "CustomRecordExtractor",
                    "SimpleRetriever.partition_router", "CustomPartitionRouter");

    /** Whose parameters count where a component and one that it stands in have the same. */
    enum Precedence {
        NEAREST,

        /** For what a template of dynamic streams made: the definition's own parameters. */
        FARTHEST
    }

    private final Precedence precedence;

    private ComponentDefaults(Precedence precedence) {
        this.precedence = precedence;
    }

    /** {@code component}, completed with all that it holds. The argument stays as it is. */
    static Map<String, Object> complete(Map<?, ?> component, Precedence precedence) {
        return new ComponentDefaults(precedence).component("", component, Map.of());
    }

    private Map<String, Object> component(
            String place, Map<?, ?> given, Map<String, Object> inherited) {
        Map<String, Object> node = LinkedHashMap.newLinkedHashMap(given.size() + inherited.size());
        given.forEach((key, value) -> set(node, Python.str(key), value));
        if (!node.containsKey(TYPE)) {
            Optional.ofNullable(
                            (node.containsKey("class_name") ? IMPLIED_CUSTOM : IMPLIED).get(place))
                    .ifPresent(type -> node.put(TYPE, type));
        }
        Map<String, Object> parameters = overlay(inherited, node.remove(PARAMETERS));
        if (isJsonSchema(node.get(TYPE))) {
            return node;
        }
        if (!node.containsKey(TYPE)) {
            plainMap(place, node, parameters);
            return node;
        }
        parameters.forEach((name, value) -> {
            if (!Python.isTrue(node.get(name))) {
                set(node, name, value);
            }
        });
        String type = Python.str(node.get(TYPE));
        for (String field : List.copyOf(node.keySet())) {
            Object value = node.get(field);
            if (value instanceof Map<?, ?> || value instanceof List<?>) {
                set(node, field, field(type + "." + field, value, without(parameters, field)));
            }
        }
        if (!parameters.isEmpty()) {
            node.put(PARAMETERS, parameters);
        }
        return node;
    }

    private Map<String, Object> overlay(Map<String, Object> inherited, @Nullable Object own) {
        if (!(own instanceof Map<?, ?> map) || map.isEmpty()) {
            return inherited;
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (precedence == Precedence.NEAREST) {
            parameters.putAll(inherited);
        }
        map.forEach((key, value) -> set(parameters, Python.str(key), value));
        if (precedence == Precedence.FARTHEST) {
            parameters.putAll(inherited);
        }
        return parameters;
    }

    /** A parameter that became a field must not fill itself, again and again. */
    private static Map<String, Object> without(Map<String, Object> parameters, String field) {
        if (!parameters.containsKey(field)) {
            return parameters;
        }
        Map<String, Object> others = new LinkedHashMap<>(parameters);
        others.remove(field);
        return others;
    }

    /** The reference knows schemas by these two forms alone; another order is a component to it. */
    private static boolean isJsonSchema(@Nullable Object type) {
        return "object".equals(type) || List.of("null", "object").equals(type);
    }

    /** An object that is no component passes the parameters on to the components right in it. */
    private void plainMap(String place, Map<String, Object> node, Map<String, Object> parameters) {
        for (Map.Entry<String, Object> entry : node.entrySet()) {
            if (entry.getValue() instanceof Map<?, ?> map && Python.isTrue(map.get(TYPE))) {
                entry.setValue(component(place, map, parameters));
            }
        }
    }

    private Object field(String place, Object value, Map<String, Object> parameters) {
        return switch (value) {
            case Map<?, ?> map -> component(place, map, parameters);
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(
                            item instanceof Map<?, ?> map
                                    ? component(place, map, parameters)
                                    : item);
                }
                yield items;
            }
            default -> value;
        };
    }

    @SuppressWarnings("NullAway") // a value may be None
    private static void set(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }
}

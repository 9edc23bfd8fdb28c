package io.millrace.declarative.stream;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.Tuple;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.record.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes streams of a template: one for each record of an endpoint, each item of the configuration,
 * or each of a list of parameters (reference: declarative 1.12).
 */
final class DynamicStreams {

    /** Reads all that a retriever of a resolver gives. */
    @FunctionalInterface
    interface Endpoint {
        /** Gives each record with its slice, in order. */
        void read(Definition retriever, ItemSink sink) throws InterruptedException;

        /** Takes what a stream is made of. */
        @FunctionalInterface
        interface ItemSink {
            void accept(@Nullable Object record, Map<String, Object> slice);
        }
    }

    private final Compilation compilation;
    private final Endpoint endpoint;

    DynamicStreams(Compilation compilation, Endpoint endpoint) {
        this.compilation = compilation;
        this.endpoint = endpoint;
    }

    /** The streams of a {@code DynamicDeclarativeStream}, completed with types and parameters. */
    List<Definition> generate(Definition dynamic) throws InterruptedException {
        Definition resolver = dynamic.child("components_resolver");
        Map<String, Object> template = dynamic.child("stream_template").fields();
        boolean parentParametersWin = dynamic.flag("use_parent_parameters", true);
        List<Definition> streams = new ArrayList<>();
        for (Map<String, Object> generated : resolve(resolver, template)) {
            Map<String, Object> typed = new LinkedHashMap<>(generated);
            typed.putIfAbsent("type", "DeclarativeStream");
            Map<String, Object> complete = Manifest.complete(typed, parentParametersWin);
            Definition stream =
                    Definition.of(
                            complete,
                            "%s.stream_template[%d]".formatted(dynamic.path(), streams.size()));
            if (!(stream.value("name") instanceof String)) {
                throw stream.malformed("name", "a text");
            }
            streams.add(stream);
        }
        return streams;
    }

    private List<Map<String, Object>> resolve(Definition resolver, Map<String, Object> template)
            throws InterruptedException {
        Context context = compilation.context().with("stream_template_config", template);
        List<Map<String, Object>> streams = new ArrayList<>();
        switch (resolver.type()) {
            case "HttpComponentsResolver" -> {
                var mappings =
                        ComponentMappings.compile(
                                resolver, ComponentMappings.Rules.HTTP, compilation);
                endpoint.read(
                        resolver.child("retriever"),
                        (record, slice) ->
                                streams.add(
                                        mappings.apply(
                                                template,
                                                context.with("stream_slice", slice)
                                                        .with("components_values", record))));
            }
            case "ConfigComponentsResolver" -> {
                var mappings =
                        ComponentMappings.compile(
                                resolver, ComponentMappings.Rules.CONFIG, compilation);
                for (Map<String, Object> item : combinations(resolver)) {
                    streams.add(mappings.apply(template, context.with("components_values", item)));
                }
            }
            case "ParametrizedComponentsResolver" -> {
                var mappings =
                        ComponentMappings.compile(
                                resolver, ComponentMappings.Rules.PARAMETERS, compilation);
                for (Definition item :
                        resolver.child("stream_parameters")
                                .children("list_of_parameters_for_stream")) {
                    streams.add(
                            mappings.apply(
                                    template, context.with("components_values", item.fields())));
                }
            }
            default -> throw resolver.unknownType("a components resolver");
        }
        return streams;
    }

    /** One item of each list that the configuration has, merged; the last list varies fastest. */
    private List<Map<String, Object>> combinations(Definition resolver) {
        List<Map<String, Object>> combinations = List.of(Map.of());
        int number = 0;
        for (Definition streamConfig : resolver.children("stream_config")) {
            List<?> items = items(streamConfig);
            List<Map<String, Object>> more = new ArrayList<>();
            for (Map<String, Object> combination : combinations) {
                long index = 0;
                for (Object item : items) {
                    Map<String, Object> merged = new LinkedHashMap<>(combination);
                    if (item instanceof Map<?, ?> map) {
                        map.forEach((key, value) -> put(merged, Python.str(key), value));
                    } else {
                        merged.putIfAbsent("source_config_" + number, Tuple.of(index, item));
                    }
                    index++;
                    more.add(merged);
                }
            }
            combinations = more;
            number++;
        }
        return number == 0 ? List.of() : combinations;
    }

    private List<Object> items(Definition streamConfig) {
        List<Object> path = new ArrayList<>();
        for (InterpolatedString segment : compilation.strings(streamConfig, "configs_pointer")) {
            Object key = segment.evaluate(compilation.context());
            path.add(key instanceof Long ? key : Python.str(key));
        }
        Object found = Paths.get(compilation.config(), path);
        List<Object> items = new ArrayList<>();
        if (found instanceof List<?> list) {
            items.addAll(list);
        } else if (!Python.isMissing(found)) {
            addNullable(items, found);
        }
        if (streamConfig.value("default_values") instanceof List<?> more) {
            items.addAll(more);
        }
        return items;
    }

    @SuppressWarnings("NullAway") // an item may be None
    private static void addNullable(List<Object> items, @Nullable Object item) {
        items.add(item);
    }

    @SuppressWarnings("NullAway") // a value may be None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }
}

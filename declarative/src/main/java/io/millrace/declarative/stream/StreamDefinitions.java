package io.millrace.declarative.stream;

import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which streams a manifest has for a configuration: those that it lists, unless their condition
 * fails, and then those that it generates.
 *
 * @param fixed what the manifest lists
 * @param generated what each {@code DynamicDeclarativeStream} made, by its name
 */
public record StreamDefinitions(List<Definition> fixed, Map<String, List<Definition>> generated) {

    /**
     * The streams of {@code manifest}; asks the API where a resolver says so.
     *
     * @param generate whether dynamic streams are wanted
     * @param endpoint reads for resolvers
     */
    static StreamDefinitions resolve(
            Definition manifest,
            boolean generate,
            Compilation compilation,
            DynamicStreams.Endpoint endpoint)
            throws InterruptedException {
        List<Definition> fixed = new ArrayList<>();
        for (Definition stream : manifest.children("streams")) {
            if (stream.type().equals("ConditionalStreams")) {
                InterpolatedBoolean condition =
                        compilation.interpolation().condition(stream.text("condition"), Map.of());
                if (condition.evaluate(compilation.context())) {
                    fixed.addAll(stream.children("streams"));
                }
            } else {
                fixed.add(stream);
            }
        }
        var dynamic = new DynamicStreams(compilation, endpoint);
        Map<String, List<Definition>> generated = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        int index = 0;
        List<Definition> templates = generate ? manifest.children("dynamic_streams") : List.of();
        for (Definition definition : templates) {
            List<Definition> streams = dynamic.generate(definition);
            for (Definition stream : streams) {
                if (!names.add(stream.text("name"))) {
                    throw duplicate(definition, stream.text("name"));
                }
            }
            generated.put(definition.findText("name").orElse("dynamic_stream_" + index), streams);
            index++;
        }
        return new StreamDefinitions(List.copyOf(fixed), generated);
    }

    private static RuntimeException duplicate(Definition definition, String name) {
        boolean configured =
                definition.child("components_resolver").type().equals("ConfigComponentsResolver");
        return configured
                ? new ConfigurationFailure(
                        "The configuration makes two streams of the name \"%s\". Give each item a name of its own."
                                .formatted(name))
                : new SystemFailure(
                        "%s makes two streams of the name \"%s\"."
                                .formatted(definition.path(), name));
    }

    /** All streams, in their order. */
    public List<Definition> all() {
        List<Definition> all = new ArrayList<>(fixed);
        generated.values().forEach(all::addAll);
        return all;
    }

    /**
     * The names of all streams that others have partitions of, whose answers are worth keeping
     * since several streams ask for them.
     */
    Set<String> parentNames() {
        Set<String> names = new HashSet<>();
        all().forEach(stream -> addParents(stream, names));
        return names;
    }

    private static void addParents(Definition stream, Set<String> names) {
        if (stream.type().equals("StateDelegatingStream")) {
            addParents(stream.child("full_refresh_stream"), names);
            addParents(stream.child("incremental_stream"), names);
            return;
        }
        stream.find("retriever")
                .ifPresent(retriever ->
                        retriever
                                .children("partition_router")
                                .forEach(router -> addParentsOfRouter(router, names)));
    }

    private static void addParentsOfRouter(Definition router, Set<String> names) {
        for (Definition parent : router.children("parent_stream_configs")) {
            Definition stream = parent.child("stream");
            stream.findText("name").ifPresent(names::add);
            addParents(stream, names);
        }
        router.children("partition_routers").forEach(each -> addParentsOfRouter(each, names));
        router.find("underlying_partition_router")
                .ifPresent(each -> addParentsOfRouter(each, names));
    }
}

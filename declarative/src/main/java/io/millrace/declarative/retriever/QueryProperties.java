package io.millrace.declarative.retriever;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.selection.Transformation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which properties of records to ask for, and in how many requests, where an API doesn't give them
 * by itself (reference: 10.3, 10.4). The names may have to be asked for first, once. Safe for all
 * threads.
 */
public final class QueryProperties {
    /** The extra field of slices, and the variable of templates, that has the names. */
    static final String VARIABLE = "query_properties";

    /** What an encoded comma adds to a name. */
    private static final int SEPARATOR = 3;

    /** Gives the records of an endpoint that describes properties. */
    @FunctionalInterface
    public interface Endpoint {
        /** The records, in order. */
        List<Object> read(Definition retriever) throws InterruptedException;
    }

    /**
     * How names are spread over requests.
     *
     * @param byCharacters whether the limit is one of characters rather than of names
     * @param limit 0 for none
     */
    private record Chunking(boolean byCharacters, long limit, List<String> keys) {

        static Chunking compile(Definition definition) {
            boolean byCharacters =
                    switch (definition.text("property_limit_type")) {
                        case "characters" -> true;
                        case "property_count" -> false;
                        default ->
                                throw definition.malformed(
                                        "property_limit_type", "characters or property_count");
                    };
            List<String> keys =
                    definition
                            .find("record_merge_strategy")
                            .map(strategy -> strategy.texts("key"))
                            .orElse(List.of("id"));
            return new Chunking(
                    byCharacters, definition.findInteger("property_limit").orElse(0), keys);
        }

        private long size(String name) {
            return byCharacters ? name.codePointCount(0, name.length()) + SEPARATOR : 1;
        }
    }

    private final List<String> names;
    private final Optional<Definition> endpoint;
    private final List<List<InterpolatedString>> endpointPath;
    private final List<String> always;
    private final Optional<Chunking> chunking;
    private final Optional<List<Transformation>> selector;
    private final Optional<Map<String, Object>> chosenSchema;
    private final Endpoint reader;
    private final Context context;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable List<String> fetched;

    private QueryProperties(
            Definition definition,
            Optional<Definition> fromEndpoint,
            Optional<Map<String, Object>> chosenSchema,
            Endpoint reader,
            Compilation compilation) {
        this.endpoint = fromEndpoint.map(source -> source.child("retriever"));
        this.endpointPath =
                fromEndpoint
                        .map(source -> List.of(compilation.strings(source, "property_field_path")))
                        .orElse(List.of());
        this.names = fromEndpoint.isPresent() ? List.of() : definition.texts("property_list");
        this.always = definition.texts("always_include_properties");
        this.chunking = definition.find("property_chunking").map(Chunking::compile);
        this.selector =
                definition
                        .find("property_selector")
                        .map(found ->
                                found.children("transformations").stream()
                                        .map(each -> Transformation.compile(each, compilation))
                                        .toList());
        this.chosenSchema = chosenSchema;
        this.reader = reader;
        this.context = compilation.context();
    }

    /**
     * The properties that a requester asks for, if it does.
     *
     * @param chosenSchema the schema that the user's catalog has for the stream, if there is one
     * @param reader asks the API for names, where the manifest says so
     */
    public static Optional<QueryProperties> find(
            Definition requester,
            Optional<Map<String, Object>> chosenSchema,
            Endpoint reader,
            Compilation compilation) {
        List<Definition> found = new ArrayList<>();
        requester.find("query_properties").ifPresent(found::add);
        if (requester.value("request_parameters") instanceof Map<?, ?>) {
            Definition parameters = requester.child("request_parameters");
            for (Map.Entry<String, Object> parameter : parameters.fields().entrySet()) {
                if (parameter.getValue() instanceof Map<?, ?> map
                        && "QueryProperties".equals(map.get("type"))) {
                    found.add(parameters.child(parameter.getKey()));
                }
            }
        }
        Optional<Definition> deprecated = requester.find("fetch_properties_from_endpoint");
        if (found.size() + (deprecated.isPresent() ? 1 : 0) > 1) {
            throw requester.malformed(
                    "query_properties", "given once: here, in one parameter, or as an endpoint");
        }
        if (deprecated.isPresent()) {
            return Optional.of(
                    new QueryProperties(
                            Definition.of(Map.of(), requester.path()),
                            deprecated,
                            chosenSchema,
                            reader,
                            compilation));
        }
        return found.stream()
                .findFirst()
                .map(definition ->
                        new QueryProperties(
                                definition,
                                definition.value("property_list") instanceof Map<?, ?>
                                        ? definition.find("property_list")
                                        : Optional.empty(),
                                chosenSchema,
                                reader,
                                compilation));
    }

    /** The names for each request of a page; at least one list, which may be empty. */
    List<List<Object>> chunks() throws InterruptedException {
        List<String> all = endpoint.isPresent() ? fetched(endpoint.get()) : names;
        Optional<Set<String>> selected = selected();
        if (chunking.isEmpty()) {
            List<Object> chunk = new ArrayList<>(always);
            all.stream()
                    .filter(name -> selected.isEmpty() || selected.get().contains(name))
                    .forEach(chunk::add);
            return List.of(chunk);
        }
        long limit = chunking.get().limit();
        if (limit == 0) {
            List<Object> chunk = new ArrayList<>(all);
            chunk.addAll(always);
            return List.of(chunk);
        }
        List<List<Object>> chunks = new ArrayList<>();
        List<Object> chunk = new ArrayList<>(always);
        long size = 0;
        for (String name : all) {
            if (selected.isPresent() && !selected.get().contains(name)) {
                continue;
            }
            long more = chunking.get().size(name);
            if (size + more > limit) {
                chunks.add(chunk);
                chunk = new ArrayList<>(always);
                size = 0;
            }
            chunk.add(name);
            size += more;
        }
        chunks.add(chunk);
        return chunks;
    }

    /** What of the properties the user's catalog has; empty where there is nothing to go by. */
    private Optional<Set<String>> selected() {
        if (selector.isEmpty() || chosenSchema.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> properties = new LinkedHashMap<>();
        if (chosenSchema.get().get("properties") instanceof Map<?, ?> map) {
            map.forEach((name, schema) -> properties.put(Python.str(name), schema));
        }
        selector.get().forEach(each -> each.apply(properties, context.with("stream_slice", null)));
        return Optional.of(properties.keySet());
    }

    private List<String> fetched(Definition retriever) throws InterruptedException {
        List<String> present = fetched;
        if (present != null) {
            return present;
        }
        lock.lockInterruptibly();
        try {
            present = fetched;
            if (present == null) {
                present = fetch(retriever);
                fetched = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    private List<String> fetch(Definition retriever) throws InterruptedException {
        List<Object> path = new ArrayList<>();
        for (InterpolatedString segment : endpointPath.getFirst()) {
            Object key = segment.evaluate(context);
            path.add(key == null ? "None" : key);
        }
        List<String> found = new ArrayList<>();
        for (Object record : reader.read(retriever)) {
            Object name = Paths.get(record, path);
            // The reference asks for an empty list of what has no name, and so do we.
            found.add(Python.isMissing(name) ? "[]" : Python.str(name));
        }
        return found;
    }

    /** Whether the records of several requests are to be put together. */
    boolean merges() {
        return chunking.isPresent();
    }

    /**
     * What tells which records belong together; empty for one that lacks a part of the key, and
     * stays alone.
     */
    Optional<List<Object>> key(SourceRecord record) {
        List<Object> key = new ArrayList<>();
        for (String field : chunking.orElseThrow().keys()) {
            Object value = record.field(field);
            if (Python.isMissing(value) || value == null || !Python.isTrue(value)) {
                return Optional.empty();
            }
            key.add(value);
        }
        return Optional.of(key);
    }

    /**
     * Puts the fields of {@code more} into {@code into}: objects merge, else the later one wins.
     */
    static void merge(Map<String, Object> into, Map<?, ?> more) {
        more.forEach((key, value) -> {
            String name = Python.str(key);
            if (into.get(name) instanceof Map<?, ?> present && value instanceof Map<?, ?> added) {
                Map<String, Object> inner = new LinkedHashMap<>();
                present.forEach((innerKey, inside) -> inner.put(Python.str(innerKey), inside));
                merge(inner, added);
                into.put(name, inner);
            } else {
                into.put(name, value);
            }
        });
    }
}

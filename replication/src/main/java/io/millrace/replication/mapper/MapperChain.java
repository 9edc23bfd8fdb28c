package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.text.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The mappers of a stream, applied in order. Made of {@code [{id?, type, mapperConfiguration}]}
 * (reference: api 3.4). Immutable; for any thread.
 */
public final class MapperChain {
    /** What stands in the place of a secret (reference: api 2.5). */
    private static final String MASK = "**********";

    private final StreamSchema schema;
    private final List<Mapper> mappers;

    private MapperChain(StreamSchema schema, List<Mapper> mappers) {
        this.schema = schema;
        this.mappers = List.copyOf(mappers);
    }

    /**
     * The chain for a stream of the columns {@code from}.
     *
     * @throws ConfigurationFailure if anything is wrong; {@link #validate} tells all of it
     */
    public static MapperChain compile(List<JsonNode> mappers, StreamSchema from) {
        if (mappers.isEmpty()) {
            return new MapperChain(from, List.of());
        }
        return compile(mappers, from, MapperRegistry.load());
    }

    public static MapperChain compile(
            List<JsonNode> mappers, StreamSchema from, MapperRegistry registry) {
        List<MapperProblem> problems = new ArrayList<>();
        MapperChain chain = compile(mappers, from, registry, problems);
        if (!problems.isEmpty()) {
            MapperProblem first = problems.getFirst();
            throw new ConfigurationFailure(
                    "A mapper can't be applied: " + first.message(),
                    "%s at %s".formatted(first.kind(), first.place()));
        }
        return chain;
    }

    /** Everything that is wrong with {@code mappers} for a stream of the columns {@code from}. */
    public static List<MapperProblem> validate(List<JsonNode> mappers, StreamSchema from) {
        List<MapperProblem> problems = new ArrayList<>();
        compile(mappers, from, MapperRegistry.load(), problems);
        return List.copyOf(problems);
    }

    /** As {@link #validate}, as far as it shows without the stream's columns. */
    public static List<MapperProblem> lint(List<JsonNode> mappers) {
        return validate(mappers, StreamSchema.of()).stream()
                .filter(problem -> problem.kind().showsWithoutSchema())
                .toList();
    }

    private static MapperChain compile(
            List<JsonNode> mappers,
            StreamSchema from,
            MapperRegistry registry,
            List<MapperProblem> problems) {
        List<Mapper> compiled = new ArrayList<>();
        StreamSchema schema = from;
        boolean known = true; // whether the columns at this place in the chain are
        for (int i = 0; i < mappers.size(); i++) {
            List<MapperProblem> found = new ArrayList<>();
            Optional<Mapper> mapper =
                    compileOne(
                            mappers.get(i),
                            JsonPointer.empty().appendIndex(i),
                            schema,
                            registry,
                            found);
            if (!known) {
                found.removeIf(problem -> !problem.kind().showsWithoutSchema());
            }
            problems.addAll(found);
            if (mapper.isPresent()) {
                compiled.add(mapper.get());
                schema = mapper.get().schema();
            } else {
                known = false;
            }
        }
        return new MapperChain(schema, compiled);
    }

    private static Optional<Mapper> compileOne(
            JsonNode node,
            JsonPointer place,
            StreamSchema schema,
            MapperRegistry registry,
            List<MapperProblem> problems) {
        JsonNode type = node.path("type");
        if (!type.isString()) {
            problems.add(
                    new MapperProblem(
                            MapperProblem.Kind.MISSING_MAPPER,
                            type.isMissingNode() ? place : place.appendProperty("type"),
                            "A mapper needs a type: %s."
                                    .formatted(String.join(", ", registry.names()))));
            return Optional.empty();
        }
        Optional<MapperType> found = registry.find(type.stringValue());
        if (found.isEmpty()) {
            problems.add(
                    new MapperProblem(
                            MapperProblem.Kind.MISSING_MAPPER,
                            place.appendProperty("type"),
                            "There is no mapper \"%s\"%s"
                                    .formatted(
                                            type.stringValue(),
                                            NearestName.hint(
                                                    type.stringValue(), registry.names()))));
            return Optional.empty();
        }
        var outer = new MapperOptions(node, place, problems);
        outer.allow("id", "type", "mapperConfiguration");
        Optional<MapperOptions> options = outer.object("mapperConfiguration");
        if (options.isEmpty()) {
            return Optional.empty();
        }
        Optional<Mapper> mapper = found.get().compile(options.get(), schema);
        return problems.isEmpty() ? mapper : Optional.empty();
    }

    /** {@code mapper} as it may be shown: without the values of secret options (invariant 7). */
    public static JsonNode masked(JsonNode mapper) {
        Optional<MapperType> type = MapperRegistry.load().find(mapper.path("type").asString(""));
        JsonNode copy = mapper.deepCopy();
        if (type.isPresent() && copy.path("mapperConfiguration") instanceof ObjectNode options) {
            for (String secret : type.get().secrets()) {
                if (options.has(secret)) {
                    options.put(secret, MASK);
                }
            }
        }
        return copy;
    }

    /** The columns after the last mapper. */
    public StreamSchema schema() {
        return schema;
    }

    /**
     * The column that tells the same values apart as {@code name} did before the first mapper;
     * empty where one took it away, or made equal values differ. See {@link Mapper#identityOf}.
     */
    public Optional<String> mappedName(String name) {
        return follow(name, Mapper::identityOf);
    }

    /**
     * The column whose order is that of {@code name} before the first mapper; empty where there is
     * none any more. See {@link Mapper#orderOf}.
     */
    public Optional<String> orderedName(String name) {
        return follow(name, Mapper::orderOf);
    }

    private Optional<String> follow(
            String name, BiFunction<Mapper, String, Optional<String>> step) {
        Optional<String> current = Optional.of(name);
        for (Mapper mapper : mappers) {
            current = current.flatMap(column -> step.apply(mapper, column));
        }
        return current;
    }

    /** Maps a batch, which is closed or lives on in the result. */
    public ColumnBatch apply(ColumnBatch batch) {
        ColumnBatch mapped = batch;
        for (Mapper mapper : mappers) {
            mapped = mapper.apply(mapped);
        }
        return mapped;
    }
}

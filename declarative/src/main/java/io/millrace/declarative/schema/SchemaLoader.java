package io.millrace.declarative.schema;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import java.util.List;
import java.util.Map;

/** Gives a stream its JSON schema. Safe for all threads. */
public interface SchemaLoader {

    /**
     * The schema, which nobody changes. May cross the network, then blocks; fails as a read of a
     * stream does.
     */
    Map<String, Object> load() throws InterruptedException;

    /** The loader of a stream, or of several one of which follows the other; loads once. */
    static SchemaLoader compile(
            Definition stream, Compilation compilation, SchemaSurroundings surroundings) {
        Object written = stream.value("schema_loader");
        List<Definition> definitions = stream.children("schema_loader");
        if (definitions.isEmpty()) {
            return new LoadedOnce(new UnnamedSchemaFile(stream, compilation, surroundings));
        }
        List<SchemaLoader> loaders =
                definitions.stream()
                        .map(each -> compileOne(each, stream, compilation, surroundings))
                        .toList();
        return new LoadedOnce(
                written instanceof List<?>
                        ? new CompositeSchemaLoader(loaders)
                        : loaders.getFirst());
    }

    private static SchemaLoader compileOne(
            Definition definition,
            Definition stream,
            Compilation compilation,
            SchemaSurroundings surroundings) {
        return switch (definition.type()) {
            case "InlineSchemaLoader" -> {
                Map<String, Object> schema = definition.mapping("schema");
                yield () -> schema;
            }
            case "JsonFileSchemaLoader" ->
                    JsonFileSchemaLoader.compile(definition, stream, compilation, surroundings);
            case "DynamicSchemaLoader" ->
                    DynamicSchemaLoader.compile(definition, compilation, surroundings);
            case "CustomSchemaLoader" -> throw CustomComponents.refused(definition);
            default -> throw definition.unknownType("a schema loader");
        };
    }
}

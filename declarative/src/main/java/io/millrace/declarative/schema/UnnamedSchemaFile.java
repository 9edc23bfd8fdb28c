package io.millrace.declarative.schema;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.Map;

/** What a stream without a loader has: a file of its name if there is one, else an empty schema. */
record UnnamedSchemaFile(
        Definition stream, Compilation compilation, SchemaSurroundings surroundings)
        implements SchemaLoader {

    @Override
    public Map<String, Object> load() {
        String name =
                stream.parameters().get("name") instanceof String parameter
                        ? parameter
                        : stream.findText("name").orElse("");
        var files = new SchemaFiles(surroundings.folder());
        return files.find(SchemaFiles.ofStream(name))
                .map(files::read)
                .orElseGet(() -> {
                    compilation.log().log(
                            LogLevel.INFO,
                            "Could not find schema for stream %s, defaulting to the empty schema"
                                    .formatted(name));
                    return Map.of();
                });
    }
}

package io.millrace.declarative.schema;

import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A schema in a file beside the manifest. */
record JsonFileSchemaLoader(
        Optional<InterpolatedString> path,
        String stream,
        Compilation compilation,
        SchemaFiles files)
        implements SchemaLoader {

    static JsonFileSchemaLoader compile(
            Definition definition,
            Definition stream,
            Compilation compilation,
            SchemaSurroundings surroundings) {
        return new JsonFileSchemaLoader(
                compilation
                        .findString(definition, "file_path")
                        .filter(path -> !path.template().isEmpty()),
                stream.findText("name").orElse(""),
                compilation,
                new SchemaFiles(surroundings.folder()));
    }

    @Override
    public Map<String, Object> load() {
        if (path.isEmpty()) {
            return files.load(SchemaFiles.ofStream(stream));
        }
        Path written = Path.of(path.get().evaluateText(compilation.context()));
        return files.load(List.of(written));
    }
}

package io.millrace.declarative.schema;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.jsonschema.JsonSchema;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Schemas in the folder of a manifest, with what they refer to in {@code schemas/shared}. Nothing
 * outside of the folder is read.
 */
record SchemaFiles(Optional<Path> folder) {
    private static final Path SHARED = Path.of("schemas", "shared");
    private static final int DEEPEST = 100;

    /** Where the schema of a stream without a path of its own is looked for. */
    static List<Path> ofStream(String name) {
        try {
            return List.of(Path.of("schemas", name + ".json"), Path.of(name + ".json"));
        } catch (InvalidPathException _) {
            return List.of(); // a name that no file can have
        }
    }

    /** The schema in the first of {@code paths} that is there. */
    Map<String, Object> load(List<Path> paths) {
        return read(
                find(paths)
                        .orElseThrow(() ->
                                new SystemFailure(
                                        "Cannot find file %s beside the manifest."
                                                .formatted(
                                                        paths.isEmpty() ? "" : paths.getFirst()))));
    }

    /**
     * The first file that is there. A path may begin with the name of the package that the manifest
     * was part of, which isn't a folder here.
     */
    Optional<Path> find(List<Path> paths) {
        for (Path path : paths) {
            Path relative = path.normalize();
            Optional<Path> found = inside(relative);
            if (found.isEmpty() && relative.getNameCount() > 1) {
                found = inside(relative.subpath(1, relative.getNameCount()));
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Path> inside(Path path) {
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        Path base = folder.get().toAbsolutePath().normalize();
        Path file = base.resolve(path).normalize();
        return file.startsWith(base) && Files.isRegularFile(file)
                ? Optional.of(file)
                : Optional.empty();
    }

    /** The schema in {@code file}, with what it refers to put in place. */
    Map<String, Object> read(Path file) {
        return object(resolved(parse(file), JsonSchema.of(parse(file)), 0), file);
    }

    private static @Nullable Object parse(Path file) {
        try {
            return Json.parse(Files.readString(file));
        } catch (IOException error) {
            throw new SystemFailure(
                    "The schema %s can't be read.".formatted(file.getFileName()),
                    String.valueOf(error.getMessage()),
                    error);
        } catch (PythonError error) {
            throw new SystemFailure(
                    "Invalid JSON file format for file %s".formatted(file.getFileName()),
                    String.valueOf(error.getMessage()),
                    error);
        }
    }

    private @Nullable Object resolved(@Nullable Object value, JsonSchema document, int depth) {
        if (depth > DEEPEST) {
            throw new SystemFailure("A schema refers to itself without end.");
        }
        if (value instanceof Map<?, ?> map) {
            if (map.get("$ref") instanceof String reference) {
                return referred(reference, document, depth);
            }
            Map<String, Object> result = new LinkedHashMap<>();
            map.forEach((key, each) ->
                    put(result, String.valueOf(key), resolved(each, document, depth + 1)));
            return result;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> result = new ArrayList<>(list.size());
            for (Object each : list) {
                result.add(resolved(each, document, depth + 1));
            }
            return result;
        }
        return value;
    }

    @SuppressWarnings("NullAway") // null is None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    private @Nullable Object referred(String reference, JsonSchema document, int depth) {
        int hash = reference.indexOf('#');
        String file = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "#" : reference.substring(hash);
        JsonSchema owner = file.isEmpty() ? document : JsonSchema.of(parse(shared(file)));
        Object target =
                owner.resolve(fragment)
                        .orElseThrow(() ->
                                new SystemFailure(
                                        "A schema refers to %s, which isn't there."
                                                .formatted(reference)));
        Object result = resolved(target, owner, depth + 1);
        if (result instanceof Map<?, ?> map) {
            map.remove("definitions"); // what it needed of them stands in place now
        }
        return result;
    }

    private Path shared(String file) {
        return inside(SHARED.resolve(file))
                .or(() -> inside(Path.of("schemas").resolve(file)))
                .orElseThrow(() ->
                        new SystemFailure(
                                "A schema refers to %s, which isn't in schemas/shared beside the"
                                                .formatted(file)
                                        + " manifest."));
    }

    @SuppressWarnings("unchecked") // keys of JSON are text
    private static Map<String, Object> object(@Nullable Object schema, Path file) {
        if (!(schema instanceof Map<?, ?> map)) {
            throw new SystemFailure("The schema %s is no object.".formatted(file.getFileName()));
        }
        return (Map<String, Object>) map;
    }
}

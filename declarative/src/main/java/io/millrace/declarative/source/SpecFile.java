package io.millrace.declarative.source;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.YamlText;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The specification in a file of its own, as older manifests have it. Its keys are those of the
 * message SPEC.
 */
final class SpecFile {
    private static final Map<String, String> FIELDS =
            Map.of(
                    "connectionSpecification", "connection_specification",
                    "documentationUrl", "documentation_url");

    private SpecFile() {}

    /** The fields of the component Spec that the file stands for. */
    static Map<String, Object> read(Path file) {
        Object content;
        try {
            content = YamlText.parse(Files.readString(file));
        } catch (IOException unreadable) {
            throw new ConfigurationFailure(
                    "The specification %s can't be read. Check the rights.".formatted(file),
                    unreadable.toString(),
                    unreadable);
        }
        if (!(content instanceof Map<?, ?> map)) {
            throw new ConfigurationFailure(
                    "The specification %s has to be an object.".formatted(file));
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "Spec");
        map.forEach((key, value) -> {
            String name = Python.str(key);
            fields.put(FIELDS.getOrDefault(name, name), value);
        });
        return fields;
    }
}

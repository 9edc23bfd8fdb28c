package io.millrace.declarative.manifest;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A manifest whose references, types and parameters are resolved. Immutable. */
public final class Manifest {
    private final Map<?, ?> document;
    private final Definition root;

    private Manifest(Map<?, ?> document, Definition root) {
        this.document = document;
        this.root = root;
    }

    /**
     * A manifest of a YAML or JSON text.
     *
     * @throws ConfigurationFailure where it is neither, or not an object, or has a reference that
     *     leads nowhere
     */
    public static Manifest parse(String text) {
        if (!(value(text) instanceof Map<?, ?> document)) {
            throw new ConfigurationFailure("The manifest is not valid: it has to be an object.");
        }
        return of(document);
    }

    private static @Nullable Object value(String text) {
        if (text.stripLeading().startsWith("{")) {
            try {
                return Json.parse(text);
            } catch (PythonError _) {
                // A flow mapping of YAML looks the same, and is the better complainer.
                return YamlText.parse(text);
            }
        }
        return YamlText.parse(text);
    }

    /** A manifest that is a value already, such as one inside of a configuration. */
    public static Manifest of(Map<?, ?> document) {
        Map<Object, Object> typed = new LinkedHashMap<>(document);
        typed.putIfAbsent("type", "DeclarativeSource");
        Map<Object, Object> resolved = References.resolve(typed);
        return new Manifest(
                document,
                Definition.of(
                        ComponentDefaults.complete(resolved, ComponentDefaults.Precedence.NEAREST),
                        "manifest"));
    }

    /**
     * The components of a document without references, with the types that their places imply and
     * the parameters of all that they stand in.
     */
    public static Map<String, Object> completed(Map<?, ?> resolved) {
        return ComponentDefaults.complete(resolved, ComponentDefaults.Precedence.NEAREST);
    }

    /** The manifest as it was written. */
    public Map<?, ?> document() {
        return document;
    }

    /** The source that it describes. */
    public Definition root() {
        return root;
    }

    /**
     * Completes a stream that was made of a template, as the manifest itself was when it was
     * loaded.
     *
     * @param parentParametersWin whether parameters of an outer component count where an inner one
     *     has its own
     */
    public static Map<String, Object> complete(
            Map<String, Object> component, boolean parentParametersWin) {
        return ComponentDefaults.complete(
                component,
                parentParametersWin
                        ? ComponentDefaults.Precedence.FARTHEST
                        : ComponentDefaults.Precedence.NEAREST);
    }
}

package io.millrace.declarative.config;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.jsonschema.JsonSchema;
import io.millrace.declarative.jsonschema.Violation;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Refuses configurations that the schema alone lets through. Immutable; safe for all threads. */
sealed interface Validator {

    /** Fails with a {@link ConfigurationFailure} where the configuration can't be used. */
    void validate(Map<String, Object> config);

    static Validator compile(Definition definition, Compilation compilation) {
        return switch (definition.type()) {
            case "DpathValidator" -> {
                List<InterpolatedString> path = compilation.strings(definition, "field_path");
                if (path.isEmpty()) {
                    throw definition.malformed("field_path", "a list of one key at least");
                }
                yield new AtPath(
                        path,
                        Adherence.compile(definition.child("validation_strategy"), compilation),
                        compilation);
            }
            case "PredicateValidator" ->
                    new OfValue(
                            definition.value("value"),
                            definition.findText("value").isPresent()
                                            && definition.value("value") instanceof String text
                                    ? Optional.of(compilation.string(text, definition))
                                    : Optional.empty(),
                            Adherence.compile(
                                    definition.child("validation_strategy"), compilation));
            default -> throw definition.unknownType("a validator of the configuration");
        };
    }

    /** Validates what stands at a path; nothing where nothing stands there. */
    record AtPath(List<InterpolatedString> path, Adherence strategy, Compilation compilation)
            implements Validator {
        @Override
        public void validate(Map<String, Object> config) {
            Context none = Context.of(Map.of());
            List<?> segments = path.stream().map(each -> each.evaluate(none)).toList();
            String place = segments.stream().map(String::valueOf).collect(Collectors.joining("."));
            if (segments.contains("*")) {
                for (Object value : Paths.values(config, segments)) {
                    strategy.validate(value, place, config);
                }
                return;
            }
            Object value = Paths.get(config, segments);
            if (Python.isMissing(value)) {
                compilation.log().log(
                        LogLevel.INFO,
                        "The configuration has no %s; its validation is skipped.".formatted(place));
            } else {
                strategy.validate(value, place, config);
            }
        }
    }

    /** Validates a value that is made of the configuration. */
    record OfValue(
            @Nullable Object value, Optional<InterpolatedString> template, Adherence strategy)
            implements Validator {
        @Override
        public void validate(Map<String, Object> config) {
            Object subject =
                    template.isPresent() ? template.get().evaluate(Context.of(config)) : value;
            strategy.validate(subject, "a value", config);
        }
    }

    /** Whether a value, or the JSON that a text holds, is as a schema says. */
    record Adherence(@Nullable Object schema, Optional<InterpolatedString> template) {

        static Adherence compile(Definition definition, Compilation compilation) {
            return switch (definition.type()) {
                case "ValidateAdheresToSchema" ->
                        definition.value("base_schema") instanceof String text
                                ? new Adherence(
                                        null, Optional.of(compilation.string(text, definition)))
                                : new Adherence(definition.value("base_schema"), Optional.empty());
                case "CustomValidationStrategy" -> throw CustomComponents.refused(definition);
                default -> throw definition.unknownType("a validation strategy");
            };
        }

        void validate(@Nullable Object given, String place, Map<String, Object> config) {
            Object value = given;
            if (given instanceof String text) {
                value = parse(text, place);
            }
            List<Violation> violations = JsonSchema.of(schema(config)).check(value);
            if (!violations.isEmpty()) {
                throw new ConfigurationFailure(
                        "JSON schema validation error: in %s of the configuration, %s"
                                .formatted(
                                        place,
                                        violations.stream()
                                                .map(Violation::toString)
                                                .collect(Collectors.joining("; "))));
            }
        }

        private static @Nullable Object parse(String text, String place) {
            try {
                return Json.parse(text);
            } catch (PythonError error) {
                // Without the text, which may be a secret (invariant 7).
                throw new ConfigurationFailure(
                        "Invalid JSON string: %s of the configuration is no JSON".formatted(place),
                        "",
                        error);
            }
        }

        private @Nullable Object schema(Map<String, Object> config) {
            if (template.isEmpty()) {
                return schema;
            }
            Object made = template.get().evaluate(Context.of(config));
            return made instanceof String text ? parse(text, "the schema for a part") : made;
        }
    }
}

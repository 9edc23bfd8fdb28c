package io.millrace.declarative.config;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.jsonschema.JsonSchema;
import io.millrace.declarative.jsonschema.Violation;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a source can be configured with, and what happens to a configuration before it is used.
 * Immutable; safe for all threads.
 */
public final class Spec {
    /** Options of the platform, that no specification knows. */
    private static final List<String> INTERNAL_OPTIONS =
            List.of("_limit", "_page_size", "__injected_declarative_manifest");

    private final Definition definition;
    private final List<ConfigTransformation> migrations;
    private final List<ConfigTransformation> transformations;
    private final List<Validator> validators;

    private Spec(
            Definition definition,
            List<ConfigTransformation> migrations,
            List<ConfigTransformation> transformations,
            List<Validator> validators) {
        this.definition = definition;
        this.migrations = migrations;
        this.transformations = transformations;
        this.validators = validators;
    }

    /**
     * The component {@code definition}, a Spec.
     *
     * @param compilation its configuration is not looked at
     */
    public static Spec compile(Definition definition, Compilation compilation) {
        Optional<Definition> rules = definition.find("config_normalization_rules");
        List<Definition> migrations =
                rules.map(each -> each.children("config_migrations")).orElse(List.of());
        return new Spec(
                definition,
                migrations.stream()
                        .flatMap(migration -> migration.children("transformations").stream())
                        .map(each -> ConfigTransformation.compile(each, compilation))
                        .toList(),
                rules.map(each -> each.children("transformations")).orElse(List.of()).stream()
                        .map(each -> ConfigTransformation.compile(each, compilation))
                        .toList(),
                rules.map(each -> each.children("validations")).orElse(List.of()).stream()
                        .map(each -> Validator.compile(each, compilation))
                        .toList());
    }

    /** The JSON schema of the configuration, as the manifest has it. */
    public Map<String, Object> connectionSpecification() {
        return definition.mapping("connection_specification");
    }

    /** What the message SPEC carries, as Python values. */
    public Map<String, Object> message() {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("connectionSpecification", connectionSpecification());
        definition
                .findText("documentation_url")
                .filter(url -> !url.isEmpty())
                .ifPresent(url -> message.put("documentationUrl", url));
        message.put("supportsNormalization", false);
        message.put("supportsDBT", false);
        definition
                .find("advanced_auth")
                .ifPresent(flow -> message.put("advanced_auth", advancedAuth(flow.fields())));
        return message;
    }

    /** The data of the platform's OAuth service, as it stands but for one default. */
    private static Map<String, Object> advancedAuth(Map<String, Object> flow) {
        Map<String, Object> result = present(flow);
        if (result.get("oauth_config_specification") instanceof Map<?, ?> specification
                && specification.get("oauth_connector_input_specification")
                        instanceof Map<?, ?> input) {
            Map<String, Object> completed = present(input);
            completed.putIfAbsent("scopes_join_strategy", "space");
            Map<String, Object> outer = present(specification);
            outer.put("oauth_connector_input_specification", completed);
            result.put("oauth_config_specification", outer);
        }
        return result;
    }

    private static Map<String, Object> present(Map<?, ?> fields) {
        Map<String, Object> result = new LinkedHashMap<>();
        fields.forEach((key, value) -> {
            if (value != null && !"$parameters".equals(key)) {
                result.put(Python.str(key), value);
            }
        });
        return result;
    }

    /**
     * The configuration after all migrations; a copy. Where it differs from {@code config}, whoever
     * saved that has to save this in its place.
     */
    public Map<String, Object> migrated(Map<String, Object> config) {
        return applied(config, migrations);
    }

    /** The migrated configuration after the transformations, which are never saved; a copy. */
    public Map<String, Object> transformed(Map<String, Object> config) {
        return applied(config, transformations);
    }

    private static Map<String, Object> applied(
            Map<String, Object> config, List<ConfigTransformation> changes) {
        Map<String, Object> copy = Configurations.copy(config);
        if (!config.isEmpty()) {
            changes.forEach(change -> change.apply(copy));
        }
        return copy;
    }

    /**
     * Holds the configuration against its schema. Fails with all that is wrong: each field and the
     * reason, and no value (invariant 7).
     */
    public void check(Map<String, Object> config) {
        List<Violation> violations = violations(config);
        if (!violations.isEmpty()) {
            throw new ConfigurationFailure(
                    "Config validation error: "
                            + violations.stream()
                                    .map(Violation::toString)
                                    .distinct()
                                    .collect(Collectors.joining("; ")));
        }
    }

    /** What of the configuration its schema doesn't allow. */
    public List<Violation> violations(Map<String, Object> config) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>(config);
        INTERNAL_OPTIONS.forEach(given::remove);
        return JsonSchema.of(connectionSpecification()).check(given);
    }

    /** Applies the manifest's own validations. Fails with what the first one finds. */
    public void validate(Map<String, Object> config) {
        validators.forEach(validator -> validator.validate(config));
    }
}

package io.millrace.declarative.manifest;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedMapping;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.sdk.http.Pause;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What compiling a manifest for one configuration needs.
 *
 * @param config the configuration that templates see: migrated and transformed. Shared by all that
 *     is compiled: authenticators that renew tokens write them into it
 * @param clock the time that templates, expiries and cursors go by; durations are not measured with
 *     it
 * @param pause how to wait
 */
public record Compilation(
        Interpolation interpolation,
        Map<String, Object> config,
        InstantSource clock,
        Pause pause,
        EngineLog log) {

    /** A compilation for {@code config}, whose templates go by {@code clock}. */
    public static Compilation of(
            Map<String, Object> config, InstantSource clock, Pause pause, EngineLog log) {
        return new Compilation(Interpolation.of(clock), config, clock, pause, log);
    }

    /** The variables that every template has, but for {@code parameters}. */
    public Context context() {
        return Context.of(config);
    }

    /** The template in {@code field}, which must be there. */
    public InterpolatedString string(Definition definition, String field) {
        return string(definition.text(field), definition);
    }

    /** The template in {@code field}, if there is one. */
    public Optional<InterpolatedString> findString(Definition definition, String field) {
        return definition.findText(field).map(text -> string(text, definition));
    }

    /** {@code template} with the parameters of {@code definition}. */
    public InterpolatedString string(String template, Definition definition) {
        return interpolation.string(template, definition.parameters());
    }

    /** The templates in the list {@code field}; none where it is absent. */
    public List<InterpolatedString> strings(Definition definition, String field) {
        return definition.texts(field).stream().map(text -> string(text, definition)).toList();
    }

    /** The condition in {@code field}, if there is one that isn't empty text. */
    public Optional<InterpolatedBoolean> findCondition(Definition definition, String field) {
        return definition
                .findText(field)
                .filter(text -> !text.isEmpty())
                .map(text -> interpolation.condition(text, definition.parameters()));
    }

    /** The mapping of templates in {@code field}; empty where it is absent. */
    public InterpolatedMapping mapping(Definition definition, String field) {
        return interpolation.mapping(definition.mapping(field), definition.parameters());
    }

    /** The same for another configuration. */
    public Compilation withConfig(Map<String, Object> other) {
        return new Compilation(interpolation, other, clock, pause, log);
    }

    /** The same, which tells another log. */
    public Compilation withLog(EngineLog other) {
        return new Compilation(interpolation, config, clock, pause, other);
    }
}

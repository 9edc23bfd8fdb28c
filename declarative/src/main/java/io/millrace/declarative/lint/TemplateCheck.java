package io.millrace.declarative.lint;

import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.Interpolation;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.template.VariablePaths;
import io.millrace.declarative.manifest.Located;
import io.millrace.protocol.text.NearestName;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the templates of components, and looks whether each uses only what its field is offered
 * (reference: 2.5).
 */
final class TemplateCheck {
    private static final Set<String> ALWAYS = Set.of("config", "parameters");
    private static final Set<String> SLICE =
            Set.of("stream_slice", "stream_partition", "stream_interval");

    /** Fields that hold schemas, other components' data, or text for somebody else. */
    private static final Set<String> VERBATIM =
            Set.of(
                    "InlineSchemaLoader.schema",
                    "Spec.connection_specification",
                    "Spec.advanced_auth",
                    "DeclarativeSource.metadata",
                    "DeclarativeSource.description",
                    "CheckStream.config_overrides",
                    "CheckDynamicStream.config_overrides",
                    "ParametrizedComponentsResolver.stream_parameters");

    /** By component, or component and field: what is offered beside the configuration. */
    private static final Map<String, Set<String>> OFFERED =
            Map.ofEntries(
                    Map.entry("HttpResponseFilter", Set.of("response", "headers")),
                    Map.entry(
                            "CursorPagination.cursor_value",
                            Set.of("response", "headers", "last_record", "last_page_size")),
                    Map.entry(
                            "CursorPagination.stop_condition",
                            Set.of("response", "headers", "last_record", "last_page_size")),
                    Map.entry("CursorPagination.page_size", Set.of()),
                    Map.entry("OffsetIncrement.page_size", Set.of("response")),
                    Map.entry("PageIncrement", Set.of()),
                    Map.entry("DpathExtractor", Set.of()),
                    Map.entry("RecordExpander", Set.of()),
                    Map.entry("RecordFilter", plus(SLICE, "record", "next_page_token")),
                    Map.entry("AddedFieldDefinition.value", plus(SLICE, "record")),
                    Map.entry("AddFields.condition", plus(SLICE, "record", "value", "path")),
                    Map.entry("ConfigAddFields.condition", Set.of("value", "path")),
                    Map.entry("RemoveFields.condition", Set.of("property")),
                    Map.entry("KeysReplace", plus(SLICE, "record")),
                    Map.entry("DpathFlattenFields", Set.of()),
                    Map.entry("KeyTransformation", Set.of()),
                    Map.entry("ListPartitionRouter", Set.of()),
                    Map.entry("DatetimeBasedCursor", Set.of()),
                    Map.entry("MinMaxDatetime", Set.of()),
                    Map.entry("IncrementingCountCursor", Set.of()),
                    Map.entry("TypesMap.condition", Set.of("raw_schema")),
                    Map.entry("BearerAuthenticator", Set.of()),
                    Map.entry("BasicHttpAuthenticator", Set.of()),
                    Map.entry("OAuthAuthenticator", Set.of()),
                    Map.entry("JwtAuthenticator", Set.of("json_loads")),
                    Map.entry("ConditionalStreams", Set.of()),
                    Map.entry("ConcurrencyLevel", Set.of()),
                    Map.entry(
                            "ComponentMappingDefinition",
                            plus(SLICE, "components_values", "stream_template_config")));

    /** Functions that every template can call. */
    private static final Set<String> MACROS =
            Set.of(
                    "now_utc",
                    "today_utc",
                    "today_with_timezone",
                    "timestamp",
                    "str_to_datetime",
                    "format_datetime",
                    "duration",
                    "day_delta",
                    "max",
                    "min",
                    "sanitize_url",
                    "camel_case_to_snake_case",
                    "generate_uuid");

    /** Fields whose parameters are empty whatever the component has (reference: 2.5). */
    private static final Set<String> WITHOUT_PARAMETERS =
            Set.of("RemoveFields.condition", "TypesMap.condition", "RequestOption.field_name");

    /** Everything that some field is offered. */
    private static final Set<String> ANY =
            plus(
                    SLICE,
                    "config",
                    "parameters",
                    "record",
                    "response",
                    "headers",
                    "next_page_token",
                    "last_record",
                    "last_page_size",
                    "value",
                    "path",
                    "property",
                    "raw_schema",
                    "session_token",
                    "json_loads",
                    "components_values",
                    "stream_template_config",
                    "creation_response",
                    "polling_response",
                    "download_target",
                    "query_properties");

    private final Interpolation interpolation = Interpolation.of(InstantSource.system());
    private final ConfigKeys keys;
    private final boolean fixed;

    /**
     * @param keys what configurations can hold
     * @param fixed whether all parameters are there, since no stream is made of a template
     */
    TemplateCheck(ConfigKeys keys, boolean fixed) {
        this.keys = keys;
        this.fixed = fixed;
    }

    /**
     * A field of a component.
     *
     * @param parameters what its templates see as {@code parameters}
     * @param validConfig whether the configuration that they see fits the specification
     */
    record Field(String component, String name, Map<?, ?> parameters, boolean validConfig) {
        @Override
        public String toString() {
            return component + "." + name;
        }
    }

    private static Set<String> plus(Set<String> some, String... more) {
        Set<String> all = new HashSet<>(some);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /** Checks all texts of a field, at every depth but not in the components that it holds. */
    void check(Field field, @Nullable Object value, Located at, List<Finding> found) {
        if (!VERBATIM.contains(field.toString())) {
            visit(field, value, at, found);
        }
    }

    private void visit(Field field, @Nullable Object value, Located at, List<Finding> found) {
        switch (value) {
            case String text -> template(field, text, at, found);
            case Map<?, ?> map when !(map.get("type") instanceof String) ->
                    map.forEach((key, each) -> visit(field, each, at.part(key), found));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    visit(field, list.get(i), at.item(i), found);
                }
            }
            case null, default -> {
                // Numbers, flags, and components, which are checked by themselves.
            }
        }
    }

    private void template(Field field, String text, Located at, List<Finding> found) {
        if (!text.contains("{{") && !text.contains("{%") && !text.contains("{#")) {
            return;
        }
        InterpolatedString compiled = interpolation.string(text, Map.of());
        Optional<PythonError> fault = compiled.fault();
        if (fault.isPresent()) {
            found.add(
                    Finding.error(
                            at.place(),
                            "The template of %s can't be evaluated: %s"
                                    .formatted(field, fault.get().getMessage())));
            return;
        }
        for (String variable : compiled.variables()) {
            variable(field, variable, at, found);
        }
        if (field.validConfig()) {
            config(field, text, at, found);
        }
        if (fixed && !WITHOUT_PARAMETERS.contains(field.toString())) {
            parameters(field, text, at, found);
        }
    }

    private void config(Field field, String text, Located at, List<Finding> found) {
        for (List<String> path : VariablePaths.read(text, "config")) {
            keys.unknown(path)
                    .ifPresent(unknown ->
                            found.add(
                                    Finding.warning(
                                            at.place(),
                                            "%s reads config.%s, which the specification doesn't have%s"
                                                    .formatted(
                                                            field,
                                                            unknown.path(),
                                                            NearestName.hint(
                                                                    unknown.key(),
                                                                    unknown.known())))));
        }
    }

    private static void parameters(Field field, String text, Located at, List<Finding> found) {
        for (List<String> path : VariablePaths.read(text, "parameters")) {
            if (!field.parameters().containsKey(path.getFirst())) {
                Set<String> known = new TreeSet<>();
                field.parameters().keySet().forEach(key -> known.add(String.valueOf(key)));
                found.add(
                        Finding.warning(
                                at.place(),
                                "%s reads parameters.%s, which no $parameters around it have%s"
                                        .formatted(
                                                field,
                                                path.getFirst(),
                                                NearestName.hint(path.getFirst(), known))));
            }
        }
    }

    private static void variable(Field field, String variable, Located at, List<Finding> found) {
        if (ALWAYS.contains(variable)) {
            return;
        }
        if (variable.equals("stream_state")) {
            found.add(
                    Finding.error(
                            at.place(),
                            "stream_state can't be used in templates any more (%s)."
                                    .formatted(field)));
            return;
        }
        Optional<Set<String>> offered =
                Optional.ofNullable(OFFERED.get(field.toString()))
                        .or(() -> Optional.ofNullable(OFFERED.get(field.component())));
        Set<String> names = new TreeSet<>(offered.orElse(ANY));
        names.addAll(ALWAYS);
        Set<String> hints = new TreeSet<>(names);
        hints.addAll(MACROS);
        if (offered.isPresent() && !offered.get().contains(variable)) {
            String hint =
                    NearestName.of(variable, hints)
                            .map(" Did you mean \"%s\"?"::formatted)
                            .orElse("");
            found.add(
                    Finding.error(
                            at.place(),
                            "%s isn't known in %s, where templates can use %s.%s"
                                    .formatted(variable, field, String.join(", ", names), hint)));
        } else if (offered.isEmpty() && !ANY.contains(variable)) {
            // Extra fields of partitions are variables of requests, by names that nobody declares.
            found.add(
                    Finding.warning(
                            at.place(),
                            "%s in %s is no variable that the engine knows%s"
                                    .formatted(
                                            variable, field, NearestName.hint(variable, hints))));
        }
    }
}

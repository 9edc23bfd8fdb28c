package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.library.StandardLibrary;
import io.millrace.declarative.interpolation.template.Library;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the templates of a manifest. What it makes is immutable and may be used by many threads.
 *
 * <p>A text that is no template compiles all the same, and fails when it is evaluated, since the
 * reference engine reports it then too; {@code fault()} tells beforehand. Evaluations fail with
 * {@link io.millrace.declarative.interpolation.python.PythonError}.
 */
public final class Interpolation {
    private final Library library;

    private Interpolation(Library library) {
        this.library = library;
    }

    /** Templates whose {@code now_utc()} and its siblings read {@code clock}. */
    public static Interpolation of(InstantSource clock) {
        return new Interpolation(StandardLibrary.of(clock));
    }

    /** A text whose value is wanted; where it renders empty, the value is empty text. */
    public InterpolatedString string(String template, Map<String, ?> parameters) {
        return new InterpolatedString(compile(template), Optional.empty(), parameters);
    }

    /**
     * A text whose value is wanted; where it renders empty, {@code otherwise} is evaluated in its
     * place.
     */
    public InterpolatedString string(String template, String otherwise, Map<String, ?> parameters) {
        // The reference can't tell an empty default from none.
        return new InterpolatedString(
                compile(template),
                otherwise.isEmpty() ? Optional.empty() : Optional.of(compile(otherwise)),
                parameters);
    }

    /** A condition. */
    public InterpolatedBoolean condition(String template, Map<String, ?> parameters) {
        return new InterpolatedBoolean(compile(template), parameters);
    }

    /** A mapping whose keys and texts are templates, such as request parameters. */
    public InterpolatedMapping mapping(Map<String, ?> templates, Map<String, ?> parameters) {
        Map<CompiledText, InterpolatedMapping.Entry> entries = new LinkedHashMap<>();
        templates.forEach((key, value) ->
                entries.put(
                        compile(key),
                        value instanceof String text
                                ? new InterpolatedMapping.Entry(Optional.of(compile(text)), null)
                                : new InterpolatedMapping.Entry(Optional.empty(), value)));
        return new InterpolatedMapping(entries, parameters);
    }

    /** A structure whose keys and texts are templates at every depth, such as a JSON body. */
    public InterpolatedNestedMapping nested(@Nullable Object template, Map<String, ?> parameters) {
        return new InterpolatedNestedMapping(compileNested(template), parameters);
    }

    private InterpolatedNestedMapping.Node compileNested(@Nullable Object template) {
        return switch (template) {
            case String text -> new InterpolatedNestedMapping.Text(compile(text));
            case Map<?, ?> map -> {
                Map<InterpolatedNestedMapping.Node, InterpolatedNestedMapping.Node> entries =
                        new LinkedHashMap<>();
                map.forEach((key, value) -> entries.put(compileNested(key), compileNested(value)));
                yield new InterpolatedNestedMapping.Mapping(entries);
            }
            case List<?> list ->
                    new InterpolatedNestedMapping.Items(
                            list.stream().map(this::compileNested).toList());
            case null, default -> new InterpolatedNestedMapping.Constant(template);
        };
    }

    private CompiledText compile(String text) {
        return CompiledText.of(text, library);
    }

    /** No restriction of types. */
    static final Set<LiteralType> ANY = Set.of();
}

package io.millrace.declarative.cursor;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the range of a cursor starts or ends: a text, or a {@code MinMaxDatetime} that is kept
 * within bounds of its own.
 */
record DatetimeBound(
        String streamName,
        String field,
        InterpolatedString datetime,
        Optional<InterpolatedString> lowest,
        Optional<InterpolatedString> highest,
        DatetimeFormats format,
        Map<String, Object> config,
        Context context) {

    /** The bound in {@code field} of a cursor; empty if there is none. */
    static Optional<DatetimeBound> compile(
            Definition cursor,
            String streamName,
            String field,
            String cursorFormat,
            Compilation compilation) {
        Object value = cursor.value(field);
        if (value == null || value.equals("")) {
            return Optional.empty();
        }
        boolean hasBounds = value instanceof Map<?, ?>;
        Definition definition = hasBounds ? cursor.child(field) : cursor;
        String own = hasBounds ? definition.findText("datetime_format").orElse("") : "";
        return Optional.of(
                new DatetimeBound(
                        streamName,
                        field,
                        compilation.string(definition, hasBounds ? "datetime" : field),
                        hasBounds
                                ? limit(definition, "min_datetime", compilation)
                                : Optional.empty(),
                        hasBounds
                                ? limit(definition, "max_datetime", compilation)
                                : Optional.empty(),
                        DatetimeFormats.of(List.of(), own.isEmpty() ? cursorFormat : own),
                        compilation.config(),
                        compilation.context()));
    }

    private static Optional<InterpolatedString> limit(
            Definition definition, String field, Compilation compilation) {
        return definition
                .findText(field)
                .filter(text -> !text.isEmpty())
                .map(text -> compilation.string(text, definition));
    }

    /** The bound as of now. */
    Moment evaluate() {
        Moment moment = parse(Python.str(datetime.evaluate(context)));
        if (lowest.isPresent()) {
            String text = lowest.get().evaluateText(context);
            moment = text.isEmpty() ? moment : moment.orLater(parse(text));
        }
        if (highest.isPresent()) {
            String text = highest.get().evaluateText(context);
            if (!text.isEmpty()) {
                Moment limit = parse(text);
                moment = limit.isBefore(moment) ? limit : moment;
            }
        }
        return moment;
    }

    private Moment parse(String text) {
        try {
            return format.parse(text);
        } catch (PythonError error) {
            boolean configured = holds(config, text);
            String message =
                    "The %s of stream %s is %s, which isn't in the format %s. Correct %s."
                            .formatted(
                                    field,
                                    streamName,
                                    Python.repr(text),
                                    format.described(),
                                    configured
                                            ? "it in the configuration, or the format in the"
                                                    + " manifest"
                                            : "it in the manifest, which computes it");
            String detail = String.valueOf(error.getMessage());
            // A date that no configuration could change is a fault of the connector, as with the
            // reference.
            if (configured) {
                throw new ConfigurationFailure(message, detail, error);
            }
            throw new SystemFailure(message, detail, error);
        }
    }

    /** Whether a configuration has {@code text} as a value, at any depth. */
    private static boolean holds(@Nullable Object value, String text) {
        return switch (value) {
            case null -> false;
            case Map<?, ?> map -> map.values().stream().anyMatch(each -> holds(each, text));
            case List<?> list -> list.stream().anyMatch(each -> holds(each, text));
            default -> Python.str(value).equals(text);
        };
    }
}

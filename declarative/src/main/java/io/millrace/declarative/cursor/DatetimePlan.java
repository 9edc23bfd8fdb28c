package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.Optional;
import java.util.function.Supplier;

/** A {@code DatetimeBasedCursor} (reference: 8.1). */
record DatetimePlan(
        Definition definition,
        Compilation compilation,
        String streamName,
        String cursorField,
        DatetimeFormats formats,
        String startField,
        String endField,
        Optional<RequestOption> startOption,
        Optional<RequestOption> endOption) {

    static DatetimePlan compile(
            Definition definition, String streamName, String cursorField, Compilation compilation) {
        return new DatetimePlan(
                definition,
                compilation,
                streamName,
                cursorField,
                DatetimeFormats.of(
                        definition.texts("cursor_datetime_formats"),
                        definition.text("datetime_format")),
                field(definition, "partition_field_start", "start_time", compilation),
                field(definition, "partition_field_end", "end_time", compilation),
                option(definition, "start_time_option", compilation),
                option(definition, "end_time_option", compilation));
    }

    private static String field(
            Definition definition, String field, String otherwise, Compilation compilation) {
        String template =
                definition.findText(field).filter(text -> !text.isEmpty()).orElse(otherwise);
        return compilation.string(template, definition).evaluateText(compilation.context());
    }

    private static Optional<RequestOption> option(
            Definition definition, String field, Compilation compilation) {
        return definition.find(field).map(option -> RequestOption.compile(option, compilation));
    }

    /** What a request for a slice carries: its bounds, where the manifest wants them. */
    RequestOptions options(StreamSlice slice) {
        RequestOptions options = RequestOptions.EMPTY;
        if (startOption.isPresent()) {
            options = startOption.get().inject(slice.get(startField));
        }
        if (endOption.isPresent()) {
            options = merge(options, endOption.get().inject(slice.get(endField)));
        }
        return options;
    }

    /** Two bounds may stand in one object of a JSON body. */
    private static RequestOptions merge(RequestOptions start, RequestOptions end) {
        return start.bodyJson() != null && end.bodyJson() != null
                ? start.combine(end)
                : start.overlay(end);
    }

    /** The range as of now: templates of dates and durations are evaluated. */
    DatetimeRange resolve() {
        try {
            return range();
        } catch (PythonError error) {
            throw new ConfigurationFailure(
                    ("The cursor of stream %s can't be used with this configuration: %s. Check the"
                                    + " dates and durations that it uses.")
                            .formatted(streamName, error.getMessage()),
                    "%s: %s: %s"
                            .formatted(
                                    definition.path(),
                                    error.kind().pythonName(),
                                    error.getMessage()),
                    error);
        }
    }

    private DatetimeRange range() {
        String format = definition.text("datetime_format");
        Optional<Span> granularity =
                definition
                        .findText("cursor_granularity")
                        .filter(text -> !text.isEmpty())
                        .map(Span::parse);
        Optional<String> step = definition.findText("step").filter(text -> !text.isEmpty());
        if (step.isPresent() != granularity.isPresent()) {
            throw definition.malformed(
                    step.isPresent() ? "cursor_granularity" : "step",
                    "given where %s is"
                            .formatted(step.isPresent() ? "step" : "cursor_granularity"));
        }
        Moment start =
                DatetimeBound.compile(definition, streamName, "start_datetime", format, compilation)
                        .orElseThrow(() -> definition.malformed("start_datetime", "a date"))
                        .evaluate();
        Optional<Clamping> clamping =
                definition.find("clamping").map(each -> Clamping.compile(each, compilation));
        Optional<Span> smallest = granularity.filter(span -> !span.isZero());
        Supplier<Moment> end = end(format);
        if (clamping.isPresent()) {
            Supplier<Moment> exact = end;
            Span unit = smallest.orElse(clamping.get().unit());
            end = () -> clamping.get().floor(exact.get()).minus(unit);
        }
        return new DatetimeRange(
                streamName,
                cursorField,
                formats,
                startField,
                endField,
                start,
                end,
                duration("lookback_window").filter(span -> !span.isZero()),
                duration("step"),
                smallest,
                clamping,
                definition.flag("is_compare_strictly", false));
    }

    private Supplier<Moment> end(String format) {
        Optional<DatetimeBound> bound =
                DatetimeBound.compile(definition, streamName, "end_datetime", format, compilation);
        return bound.isPresent()
                ? bound.get()::evaluate
                : () -> Moment.of(compilation.clock().instant());
    }

    private Optional<Span> duration(String field) {
        Optional<InterpolatedString> template =
                definition
                        .findText(field)
                        .filter(text -> !text.isEmpty())
                        .map(text -> compilation.string(text, definition));
        if (template.isEmpty()) {
            return Optional.empty();
        }
        Object value = template.get().evaluate(compilation.context());
        return Python.isTrue(value) ? Optional.of(Span.parse(Python.str(value))) : Optional.empty();
    }

    boolean isDataFeed() {
        return definition.flag("is_data_feed", false);
    }

    boolean isClientSideIncremental() {
        return definition.flag("is_client_side_incremental", false);
    }

    /** A new set of warnings, for one read. */
    CursorWarnings warnings() {
        return new CursorWarnings(
                streamName, cursorField, message -> compilation.log().log(LogLevel.WARN, message));
    }

    void inform(String message) {
        compilation.log().log(LogLevel.INFO, message);
    }
}

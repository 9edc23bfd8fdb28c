package io.millrace.declarative.selection;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of a stream from an answer: extracts them, filters and transforms them in the
 * one order or the other, and converts them to the schema. Immutable; safe for all threads.
 */
public final class RecordSelector {
    private final RecordExtractor extractor;
    private final boolean cursorFilters;
    private final Optional<InterpolatedBoolean> filter;
    private final List<Transformation> transformations;
    private final boolean transformFirst;
    private final Optional<Normalization> normalization;
    private final Context context;

    private RecordSelector(
            RecordExtractor extractor,
            boolean cursorFilters,
            Optional<InterpolatedBoolean> filter,
            List<Transformation> transformations,
            boolean transformFirst,
            Optional<Normalization> normalization,
            Context context) {
        this.extractor = extractor;
        this.cursorFilters = cursorFilters;
        this.filter = filter;
        this.transformations = transformations;
        this.transformFirst = transformFirst;
        this.normalization = normalization;
        this.context = context;
    }

    /**
     * Whether the number of records that a selector finds is more than what the API counts of a
     * page.
     */
    public static boolean addsPages(Definition definition) {
        return definition.find("extractor").filter(CombinedExtractor::adds).isPresent();
    }

    /** The selector that {@code definition} describes. */
    public static RecordSelector compile(
            Definition definition, Compilation compilation, Selection settings) {
        return new RecordSelector(
                RecordExtractor.compile(
                        definition.child("extractor"),
                        settings.decoder(),
                        compilation,
                        settings.lists()),
                settings.cursorFilters(),
                filter(definition, compilation, settings.cursorFilters()),
                settings.transformations().stream()
                        .map(each -> Transformation.compile(each, compilation))
                        .toList(),
                definition.flag("transform_before_filtering", settings.transformFirst()),
                normalization(definition, compilation, settings),
                compilation.context());
    }

    private static Optional<InterpolatedBoolean> filter(
            Definition definition, Compilation compilation, boolean cursorFilters) {
        Optional<Definition> filter = definition.find("record_filter");
        if (filter.isEmpty()) {
            return Optional.empty();
        }
        if (CustomComponents.isCustom(filter.get())
                && !(cursorFilters && filter.get().has("condition"))) {
            throw CustomComponents.refused(filter.get());
        }
        String condition = filter.get().findText("condition").orElse("");
        if (condition.isEmpty() && cursorFilters) {
            return Optional.empty();
        }
        // An empty condition is a false one: such a filter drops everything.
        return Optional.of(
                compilation.interpolation().condition(condition, filter.get().parameters()));
    }

    private static Optional<Normalization> normalization(
            Definition definition, Compilation compilation, Selection settings) {
        Object normalization = definition.value("schema_normalization");
        return switch (normalization) {
            case null -> Optional.empty();
            case String kind when kind.equals("None") -> Optional.empty();
            case String kind when kind.equals("Default") ->
                    Optional.of(new Normalization(settings.schema(), compilation.log()));
            case java.util.Map<?, ?> _ ->
                    throw CustomComponents.refused(definition.child("schema_normalization"));
            default -> throw definition.malformed("schema_normalization", "None or Default");
        };
    }

    /**
     * Gives each selected record to {@code sink}, in order.
     *
     * @param variables {@code stream_slice} is what templates can use of them
     * @param isInRange whether the cursor wants a record; asked where the cursor filters on our
     *     side
     * @return how many records the extractor found, before any was filtered out
     */
    public long select(
            Answer answer, Context variables, Predicate<SourceRecord> isInRange, RecordSink sink)
            throws InterruptedException {
        return extractor.extract(answer, pipeline(variables, isInRange, sink));
    }

    /** As {@link #select}, where no cursor filters. */
    public long select(Answer answer, Context variables, RecordSink sink)
            throws InterruptedException {
        return select(answer, variables, _ -> true, sink);
    }

    /**
     * What {@link #select} does with each record that was extracted, for records of other origin.
     */
    public RecordSink pipeline(
            Context variables, Predicate<SourceRecord> isInRange, RecordSink sink) {
        if (isPlain()) {
            return sink;
        }
        Object slice = variables.find("stream_slice");
        Context sliced = context.with("stream_slice", Python.isMissing(slice) ? null : slice);
        return record -> {
            if (transformFirst) {
                transform(record, sliced);
            }
            if (!isKept(record, isInRange, sliced)) {
                return;
            }
            if (!transformFirst) {
                transform(record, sliced);
            }
            if (normalization.isPresent()) {
                normalization.get().apply(record);
            }
            sink.accept(record);
        };
    }

    private boolean isPlain() {
        return !cursorFilters
                && filter.isEmpty()
                && transformations.isEmpty()
                && normalization.isEmpty();
    }

    private void transform(SourceRecord record, Context sliced) {
        for (Transformation transformation : transformations) {
            transformation.apply(record, sliced);
        }
    }

    private boolean isKept(SourceRecord record, Predicate<SourceRecord> isInRange, Context sliced) {
        if (cursorFilters && !isInRange.test(record)) {
            return false;
        }
        return filter.isEmpty() || holds(filter.get(), record.value(), sliced);
    }

    private static boolean holds(
            InterpolatedBoolean filter, @Nullable Object record, Context sliced) {
        return filter.evaluate(sliced.with("next_page_token", null).with("record", record));
    }
}

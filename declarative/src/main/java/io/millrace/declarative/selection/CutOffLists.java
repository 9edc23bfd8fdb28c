package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lists within records that the API may have cut off, as a field of the record tells. Safe for all
 * threads.
 */
final class CutOffLists {
    private static final String INDICATOR = "truncation_indicator_path";
    private static final String RETRIEVER = "truncated_list_retriever";

    private final List<InterpolatedString> indicator;
    private final Optional<CompleteLists.Reader> reader;
    private final Definition definition;
    private final Compilation compilation;
    private final AtomicBoolean told = new AtomicBoolean();

    private CutOffLists(
            List<InterpolatedString> indicator,
            Optional<CompleteLists.Reader> reader,
            Definition definition,
            Compilation compilation) {
        this.indicator = indicator;
        this.reader = reader;
        this.definition = definition;
        this.compilation = compilation;
    }

    /** What an expander says about them, if it does. */
    static Optional<CutOffLists> compile(
            Definition expander, Compilation compilation, CompleteLists lists) {
        Optional<Definition> retriever = expander.find(RETRIEVER);
        if (expander.texts(INDICATOR).isEmpty()) {
            if (retriever.isPresent()) {
                throw expander.malformed(INDICATOR, "given where %s is".formatted(RETRIEVER));
            }
            return Optional.empty();
        }
        var cutOff =
                new CutOffLists(
                        compilation.strings(expander, INDICATOR),
                        retriever.map(lists::compile),
                        expander,
                        compilation);
        cutOff.requireOne(INDICATOR);
        if (retriever.isPresent()) {
            cutOff.requireOne("expand_records_from_field");
        }
        return Optional.of(cutOff);
    }

    private void requireOne(String field) {
        Context context = compilation.context();
        if (Segments.evaluate(compilation.strings(definition, field), context).stream()
                .anyMatch(Segments::isPattern)) {
            throw definition.malformed(field, "a path of one field, without patterns");
        }
    }

    /**
     * All items of a list that is cut off, fetched anew; empty where it isn't, or there is nothing
     * to fetch it with, or that gives none.
     */
    List<@Nullable Object> complete(SourceRecord record) throws InterruptedException {
        List<@Nullable Object> path = Segments.evaluate(indicator, compilation.context());
        if (!isTrue(record, path)) {
            return List.of();
        }
        if (reader.isEmpty()) {
            tell(
                    "%s: a list in a record is cut off, and without %s the rest of it is not read."
                            .formatted(definition.path(), RETRIEVER));
            return List.of();
        }
        List<@Nullable Object> items = reader.get().read(record.fields());
        List<@Nullable Object> counted = new ArrayList<>(path);
        counted.set(counted.size() - 1, "total_count");
        if (find(record, counted) instanceof Long total && items.size() < total) {
            tell(
                    "%s.%s gives %d items of a list that has %d. Does it have a paginator?"
                            .formatted(definition.path(), RETRIEVER, items.size(), total));
        }
        return items;
    }

    private static boolean isTrue(SourceRecord record, List<?> path) {
        Object value = find(record, path);
        return !Python.isMissing(value) && Python.isTrue(value);
    }

    private static @Nullable Object find(SourceRecord record, List<?> path) {
        try {
            return Paths.get(record.value(), path);
        } catch (PythonError _) {
            return Python.MISSING; // what can't be told isn't told
        }
    }

    /** Once for a stream: other records have such lists, too. */
    private void tell(String message) {
        if (told.compareAndSet(false, true)) {
            compilation.log().log(LogLevel.WARN, message);
        }
    }
}

package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A partition for each value of a list, in its order, repeated values included.
 *
 * @param field the key of the value in slices
 */
record ListPartitions(String field, List<@Nullable Object> values, Optional<RequestOption> option)
        implements PartitionRouter {

    static ListPartitions compile(Definition definition, Compilation compilation) {
        Object values = definition.value("values");
        if (values instanceof String template) {
            values = compilation.string(template, definition).evaluate(compilation.context());
        }
        if (values == null || !Python.isIterable(values)) {
            throw definition.malformed("values", "a list, or a template of one");
        }
        return new ListPartitions(
                compilation.string(definition, "cursor_field").evaluateText(compilation.context()),
                Collections.unmodifiableList(Python.list(values)),
                definition
                        .find("request_option")
                        .map(option -> RequestOption.compile(option, compilation)));
    }

    @Override
    public PartitionRun start(Map<String, Object> streamState) {
        return PartitionRun.withoutParents(sink -> {
            for (Object value : values) {
                if (!sink.accept(slice(value))) {
                    return false;
                }
            }
            return true;
        });
    }

    @SuppressWarnings("NullAway") // a value may be None
    private StreamSlice slice(@Nullable Object value) {
        return new StreamSlice(Collections.singletonMap(field, value), Map.of(), Map.of());
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        Object value = slice.get(field);
        return option.isPresent() && Python.isTrue(value)
                ? option.get().inject(value)
                : RequestOptions.EMPTY;
    }

    @Override
    public List<ParentStream> parents() {
        return List.of();
    }
}

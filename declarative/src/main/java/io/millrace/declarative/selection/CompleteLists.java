package io.millrace.declarative.selection;

import io.millrace.declarative.manifest.Definition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gets the retrievers of lists that stand cut off in records. */
@FunctionalInterface
public interface CompleteLists {

    /** The retriever that {@code definition} describes. */
    Reader compile(Definition definition);

    /** Reads the list of one record. */
    @FunctionalInterface
    interface Reader {
        /**
         * The items, as Python values.
         *
         * @param parent the record, which templates see as {@code stream_slice['parent_record']}
         */
        List<@Nullable Object> read(Map<String, Object> parent) throws InterruptedException;
    }

    /** For extractors whose records have no such lists. */
    CompleteLists NONE =
            definition -> {
                throw definition.unknownType("no truncated_list_retriever can be here");
            };
}

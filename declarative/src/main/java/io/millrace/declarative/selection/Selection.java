package io.millrace.declarative.selection;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.SourceRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a selector of records needs beside its own definition.
 *
 * @param decoder makes the elements that records are extracted from
 * @param transformations of the stream, in their order
 * @param synced where the stream's cursor filters on this side, which records it keeps
 * @param transformFirst whether records are transformed before they are filtered unless the
 *     selector says otherwise: where the cursor is declared to filter on this side
 * @param schema the stream's schema, asked for when the first record is converted
 */
public record Selection(
        Decoder decoder,
        List<Definition> transformations,
        Optional<CursorFilter> synced,
        boolean transformFirst,
        Supplier<Map<String, Object>> schema) {

    /** Records of {@code decoder}, with nothing of a stream. */
    public static Selection of(Decoder decoder) {
        return new Selection(decoder, List.of(), Optional.empty(), false, Map::of);
    }

    /** A cursor that drops what it has seen already. */
    @FunctionalInterface
    public interface CursorFilter {

        /**
         * Whether the record is to be given on.
         *
         * @param variables those given to the selector, {@code stream_slice} among them
         */
        boolean keeps(SourceRecord record, Context variables);
    }
}

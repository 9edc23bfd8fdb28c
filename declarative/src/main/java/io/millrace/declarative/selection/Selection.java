package io.millrace.declarative.selection;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.manifest.Definition;
import java.util.List;
import java.util.Map;

/**
 * What a selector of records needs beside its own definition.
 *
 * @param decoder makes the elements that records are extracted from
 * @param transformations of the stream, in their order
 * @param cursorFilters whether the stream's cursor drops records on our side
 * @param transformFirst whether records are transformed before they are filtered unless the
 *     selector says otherwise: where the cursor is declared to filter on this side
 * @param lists gets the lists that stand cut off in records
 * @param schema the stream's schema, asked for when the first record is converted
 */
public record Selection(
        Decoder decoder,
        List<Definition> transformations,
        boolean cursorFilters,
        boolean transformFirst,
        CompleteLists lists,
        SchemaSource schema) {

    /** Records of {@code decoder}, with nothing of a stream. */
    public static Selection of(Decoder decoder) {
        return new Selection(decoder, List.of(), false, false, CompleteLists.NONE, Map::of);
    }

    /** Gives the schema of a stream. */
    @FunctionalInterface
    public interface SchemaSource {
        /** The schema; may have to ask the API for it. */
        Map<String, Object> load() throws InterruptedException;
    }
}

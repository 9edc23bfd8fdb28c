package io.millrace.connector.files.source;

import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads files of one format. Blocks; throws {@link io.millrace.protocol.failure.SyncFailure}. */
interface FileReader {

    /**
     * The columns of {@code file}, in its order.
     *
     * @param sampled whether to look at values; otherwise types may be missing, and columns of
     *     files without a header
     */
    List<FoundColumn> columns(InputFile file, boolean sampled) throws InterruptedException;

    /**
     * A column of a file.
     *
     * @param type empty where no value was seen
     */
    record FoundColumn(String name, Optional<ColumnType> type) {
        Column column() {
            return Column.of(name, type.orElse(new ColumnType.Text()));
        }
    }

    /** The type of a column that has the one type in one file and the other in another. */
    ColumnType join(ColumnType one, ColumnType other);

    /** Reads a file, and gives {@code output} the progress, at the latest at the end. */
    void read(Part part, TypedOutput output) throws InterruptedException;

    /** Whether a file that has grown can be read from its old end on. */
    boolean canGrow();

    /**
     * How many bytes the text has from {@code offset} on, up to and with the line break that ends a
     * row there; empty where the row goes on. Of a reader that {@link #canGrow}.
     */
    OptionalInt lineBreak(InputFile file, long offset);
}

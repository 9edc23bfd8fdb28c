package io.millrace.protocol.schema;

import java.util.Optional;

/**
 * A column of a stream.
 *
 * @param name as the source calls it
 * @param type how its values travel
 * @param sourceType the source's own name of the type, such as {@code numeric(12,2)} or {@code
 *     inet}; a destination of the same kind may create its column with it. Empty where the source
 *     has no name for it
 */
public record Column(String name, ColumnType type, Optional<String> sourceType) {

    public static Column of(String name, ColumnType type) {
        return new Column(name, type, Optional.empty());
    }

    public static Column of(String name, ColumnType type, String sourceType) {
        return new Column(name, type, Optional.of(sourceType));
    }

    public Column withName(String newName) {
        return new Column(newName, type, sourceType);
    }

    /** The same column with another type; the source's name for the old one goes. */
    public Column withType(ColumnType newType) {
        return new Column(name, newType, Optional.empty());
    }
}

package io.millrace.replication.mapper;

import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;

/** A kind of mapper. Implementations outside of this package are found as services. */
public interface MapperType {

    /** What configurations call it in {@code type}. */
    String name();

    /**
     * A mapper for {@code schema}. Everything that is wrong is told to {@code options}, which then
     * answers nothing useful; empty if anything is.
     */
    Optional<Mapper> compile(MapperOptions options, StreamSchema schema);

    /** The options whose values nobody gets to see. */
    default List<String> secrets() {
        return List.of();
    }
}

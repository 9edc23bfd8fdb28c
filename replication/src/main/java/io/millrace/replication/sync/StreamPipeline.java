package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.landing.Landing;
import io.millrace.replication.mapper.MapperChain;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What happens to a stream's batches between source and destination: the columns are brought to the
 * types that the pipeline knows, mapped, and landed. Not changed by use; {@link #land} comes once
 * before {@link #apply}.
 */
public final class StreamPipeline {
    private final StreamName name;
    private final List<JsonNode> mappers;
    private final StreamSchema readSchema;
    private final StreamSchema targetSchema;
    private final Optional<Landing> known;
    private final MapperChain chain;
    private @Nullable Landing landing;

    /**
     * @param readSchema the columns as the source gives them
     * @param targetSchema the same columns with the types they are to have before the mappers
     */
    StreamPipeline(
            StreamName name,
            List<JsonNode> mappers,
            StreamSchema readSchema,
            StreamSchema targetSchema) {
        this.name = name;
        this.mappers = List.copyOf(mappers);
        this.readSchema = readSchema;
        this.targetSchema = targetSchema;
        this.known =
                readSchema.equals(targetSchema)
                        ? Optional.empty()
                        : Optional.of(Landing.between(readSchema, targetSchema));
        this.chain = MapperChain.compile(mappers, targetSchema);
    }

    StreamSchema readSchema() {
        return readSchema;
    }

    /** The columns after the mappers. */
    public StreamSchema mappedSchema() {
        return chain.schema();
    }

    /** What a column of the source is called after the mappers; empty where one takes it away. */
    public Optional<String> mappedName(String column) {
        return chain.mappedName(column);
    }

    /** The column that still has the order of {@code column} after the mappers, if one has. */
    Optional<String> orderedName(String column) {
        return chain.orderedName(column);
    }

    /** The same pipeline for wider columns; not landed yet. */
    StreamPipeline withReadSchema(StreamSchema wider) {
        return new StreamPipeline(name, mappers, wider, wider);
    }

    /** This pipeline if it reads {@code schema}; else the same for that one, landing as before. */
    public StreamPipeline reading(StreamSchema schema, LandingPlan plan) {
        return schema.equals(readSchema) ? this : withReadSchema(schema).landing(plan);
    }

    void land(LandingPlan plan) {
        landing = Landing.between(chain.schema(), plan.landed());
    }

    /** The same pipeline, landing as {@code plan} says. */
    public StreamPipeline landing(LandingPlan plan) {
        var copy = new StreamPipeline(name, mappers, readSchema, targetSchema);
        copy.land(plan);
        return copy;
    }

    /** Whether batches come out of {@link #apply} as they went in. */
    boolean changesNothing() {
        return known.isEmpty()
                && mappers.isEmpty()
                && java.util.Objects.requireNonNull(landing, "land comes first").changesNothing();
    }

    /** Maps and lands {@code batch}, which is closed or lives on in the result. */
    public ColumnBatch apply(ColumnBatch batch) {
        ColumnBatch typed = known.isPresent() ? known.get().apply(batch) : batch;
        ColumnBatch mapped = chain.apply(typed);
        return java.util.Objects.requireNonNull(landing, "land comes first").apply(mapped);
    }
}

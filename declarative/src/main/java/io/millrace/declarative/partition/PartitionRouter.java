package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.List;
import java.util.Map;

/**
 * Splits a stream into partitions (reference: 7). A plan: immutable, for any number of reads and
 * threads.
 */
public sealed interface PartitionRouter
        permits SinglePartition,
                ListPartitions,
                SubstreamPartitions,
                GroupedPartitions,
                PartitionUnion,
                PartitionProduct {
    /**
     * The extra field in which a slice carries what its first page would be, as a JSON value, when
     * {@link #isLazy()}.
     */
    String CHILD_RESPONSE = "child_response";

    /**
     * A read that continues from the state of the child stream: the whole state, as its cursor
     * emits it, in which the router finds what concerns the parents. Nothing is requested yet.
     */
    PartitionRun start(Map<String, Object> streamState);

    /** What a request for the slice carries because of its partition. */
    RequestOptions options(StreamSlice slice);

    /** The streams that are read to know the partitions, without their own parents. */
    List<ParentStream> parents();

    /** Whether the stream is read as a whole. */
    default boolean isSingle() {
        return false;
    }

    /** Whether a cursor can't tell its partitions apart and has to keep one state for all. */
    default boolean needsGlobalCursor() {
        return false;
    }

    /** Whether first pages are found in the records of the parent ({@code lazy_read_pointer}). */
    default boolean isLazy() {
        return false;
    }

    /** The router of a retriever: none, one, or the product of a list of them. */
    static PartitionRouter ofRetriever(
            Definition retriever, ParentStreams parents, Compilation compilation) {
        List<Definition> routers = retriever.children("partition_router");
        if (routers.isEmpty()) {
            return new SinglePartition();
        }
        return retriever.value("partition_router") instanceof List<?>
                ? PartitionProduct.compile(routers, parents, compilation)
                : compile(routers.getFirst(), parents, compilation);
    }

    /** The router that {@code definition} describes. Fails if it isn't a valid one. */
    static PartitionRouter compile(
            Definition definition, ParentStreams parents, Compilation compilation) {
        return switch (definition.type()) {
            case "ListPartitionRouter" -> ListPartitions.compile(definition, compilation);
            case "SubstreamPartitionRouter" ->
                    SubstreamPartitions.compile(definition, parents, compilation);
            case "GroupingPartitionRouter" ->
                    GroupedPartitions.compile(definition, parents, compilation);
            case "UnionPartitionRouter" -> PartitionUnion.compile(definition, parents, compilation);
            default -> throw definition.unknownType("a partition router");
        };
    }
}

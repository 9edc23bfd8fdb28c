package io.millrace.declarative.partition;

import java.util.Map;
import java.util.Optional;

/** The partitions of one read of a stream. For one thread at a time. */
public interface PartitionRun {
    /**
     * Gives all partitions to the sink, reading parents as it goes. To be called once.
     *
     * @return whether the sink took them all, rather than refusing further ones
     */
    boolean generate(SliceSink sink) throws InterruptedException;

    /**
     * Where the parents that are read incrementally stand now, by the name of the parent: empty for
     * routers that can't tell, and an empty map where no parent is read incrementally. Not to be
     * changed. The same object as before if nothing has moved since.
     */
    Optional<Map<String, Object>> parentState();

    /** What gives all partitions of a read. */
    @FunctionalInterface
    interface Generation {
        /** As {@link PartitionRun#generate}. */
        boolean generate(SliceSink sink) throws InterruptedException;
    }

    /** A read that has no parents to tell of. */
    static PartitionRun withoutParents(Generation generation) {
        return new PartitionRun() {
            @Override
            public boolean generate(SliceSink sink) throws InterruptedException {
                return generation.generate(sink);
            }

            @Override
            public Optional<Map<String, Object>> parentState() {
                return Optional.empty();
            }
        };
    }
}

package io.millrace.declarative.cursor;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a stream is read in slices and resumed (reference: 8): its partition router and its cursor,
 * if it has them. A plan: immutable, for any number of reads and threads.
 */
public sealed interface IncrementalSync
        permits FullRefresh, DatetimeSync, PartitionedSync, CountSync {
    /** A read that continues from a state of the stream, migrated already; an empty one is none. */
    StreamCursor start(Map<String, Object> state);

    /** What a request for the slice carries because of partition and cursor. */
    RequestOptions options(StreamSlice slice);

    /** The key of records that the stream is read incrementally by, if it is. */
    Optional<String> cursorField();

    /**
     * Whether the reading of a slice ends with the first page whose last record is out of the
     * cursor's range; records that are out of it are dropped then, after pagination has seen them.
     */
    boolean isDataFeed();

    /** Whether records out of the cursor's range are dropped by the record selector. */
    boolean isClientSideIncremental();

    /**
     * The two halves of a slice whose time range the API found too wide; empty if it can't be
     * split.
     *
     * @param atLeast ranges that aren't longer are not split
     */
    List<StreamSlice> split(StreamSlice slice, Optional<Duration> atLeast);

    /** How far a state says that the stream was read, if it says so. */
    Optional<Instant> position(Map<String, Object> state);

    /**
     * The plan of a stream.
     *
     * @param stream a {@code DeclarativeStream}
     * @param catalogCursor the path of the cursor field that the configured catalog names; empty if
     *     it names none
     */
    static IncrementalSync compile(
            Definition stream,
            PartitionRouter router,
            List<String> catalogCursor,
            Compilation compilation) {
        Optional<Definition> cursor = stream.find("incremental_sync");
        if (cursor.isEmpty()) {
            return new FullRefresh(router, compilation.clock());
        }
        String name = stream.findText("name").orElse("");
        Definition definition = cursor.get();
        return switch (definition.type()) {
            case "DatetimeBasedCursor" -> {
                String field = cursorField(definition, name, catalogCursor, compilation);
                DatetimePlan plan = DatetimePlan.compile(definition, name, field, compilation);
                yield router.isSingle()
                        ? new DatetimeSync(plan, plan.resolve())
                        : new PartitionedSync(
                                plan,
                                router,
                                router.needsGlobalCursor()
                                        || definition.flag("global_substream_cursor", false));
            }
            case "IncrementingCountCursor" -> {
                if (!router.isSingle()) {
                    throw new SystemFailure(
                            ("Stream %s has both a partition router and an IncrementingCountCursor;"
                                            + " a manifest can give a stream only one of them.")
                                    .formatted(name));
                }
                yield CountSync.compile(
                        definition,
                        name,
                        cursorField(definition, name, catalogCursor, compilation),
                        compilation);
            }
            default -> throw definition.unknownType("a cursor");
        };
    }

    /** The cursor field: the catalog's, where the manifest leaves it to the catalog. */
    private static String cursorField(
            Definition definition, String name, List<String> chosen, Compilation compilation) {
        if (!definition.flag("allow_catalog_defined_cursor_field", false)
                || chosen.isEmpty()
                || chosen.getFirst().isEmpty()) {
            return compilation
                    .string(definition, "cursor_field")
                    .evaluateText(compilation.context());
        }
        if (chosen.size() > 1) {
            throw new ConfigurationFailure(
                    ("The cursor field of stream %s can't be a nested one. Choose a field at the"
                                    + " top of its records.")
                            .formatted(name));
        }
        return chosen.getFirst();
    }
}

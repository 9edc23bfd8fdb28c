package io.millrace.replication.sync;

import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnTypes;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.checkpoint.CheckpointDetails;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Decides from what is durable where a stream goes on: with which generation, from which state,
 * with which columns. Reads nothing and changes nothing.
 */
final class StreamPlanner {
    private final SchemaChangePolicy policy;
    private final boolean fullRefresh;
    private final boolean acceptSchemaChanges;

    StreamPlanner(SchemaChangePolicy policy, boolean fullRefresh, boolean acceptSchemaChanges) {
        this.policy = policy;
        this.fullRefresh = fullRefresh;
        this.acceptSchemaChanges = acceptSchemaChanges;
    }

    /**
     * What a run does with a stream.
     *
     * @param replace whether the generation replaces earlier ones once it is complete
     * @param state where the stream goes on; empty for the beginning, and where {@code globalState}
     *     says it
     * @param readSchema the columns to read from the source
     * @param targetSchema the columns to land before mappers: those of {@code readSchema}, or as
     *     they were known before
     */
    record Assignment(
            long generation,
            boolean replace,
            Optional<JsonNode> state,
            Optional<GlobalState> globalState,
            StreamSchema readSchema,
            StreamSchema targetSchema) {}

    /**
     * The assignment of {@code stream} given its newest checkpoint.
     *
     * @param firstAttempt whether the run begins; a {@code --full-refresh} begins a new generation
     *     only then
     * @throws ConfigurationFailure if the columns have changed and the policy is to pause
     */
    Assignment assign(
            StreamConfiguration stream, Optional<StoredCheckpoint> stored, boolean firstAttempt) {
        Optional<CheckpointDetails> details =
                stored.flatMap(checkpoint -> CheckpointDetails.parse(checkpoint.details()));
        StreamSchema current = stream.selectedSchema();
        Schemas schemas = schemas(stream, current, details.map(CheckpointDetails::schema));
        if (stored.isEmpty()) {
            return new Assignment(
                    1,
                    stream.mode().overwrite() || fullRefresh,
                    Optional.empty(),
                    Optional.empty(),
                    schemas.read,
                    schemas.target);
        }
        StoredCheckpoint newest = stored.get();
        boolean sameMeaning = details.isPresent() && sameMeaning(stream, details.get());
        boolean restart = fullRefresh && firstAttempt;
        if (!restart && sameMeaning && newest.state().isPresent() && goesOn(stream, newest)) {
            return new Assignment(
                    newest.generation(),
                    details.get().replace(),
                    details.get().globalSequence().isPresent() ? Optional.empty() : newest.state(),
                    details.get()
                            .globalSequence()
                            .map(sequence -> new GlobalState(newest.state().get(), sequence)),
                    schemas.read,
                    schemas.target);
        }
        // Also where an incremental stream has landed rows that its state doesn't speak of any more
        // (another cursor, another key, a
        // reset): only a refresh can tell which of them still hold.
        boolean replace = stream.mode().overwrite() || fullRefresh || stream.mode().incremental();
        return new Assignment(
                newest.generation() + 1,
                replace,
                Optional.empty(),
                Optional.empty(),
                schemas.read,
                schemas.target);
    }

    /** An incremental generation goes on for ever; any other only until it is complete. */
    private static boolean goesOn(StreamConfiguration stream, StoredCheckpoint newest) {
        return stream.mode().incremental() || !newest.generationComplete();
    }

    /** Whether a state that was written under {@code details} still says the same. */
    private static boolean sameMeaning(StreamConfiguration stream, CheckpointDetails details) {
        boolean landsAlike =
                stream.mode() == details.mode()
                        || (stream.mode().incremental()
                                && details.mode().incremental()
                                && !stream.mode().deduplicated());
        boolean sameKey =
                !stream.mode().deduplicated() || stream.primaryKey().equals(details.primaryKey());
        return landsAlike
                && sameKey
                && (!stream.mode().incremental() || stream.cursor().equals(details.cursor()));
    }

    record Schemas(StreamSchema read, StreamSchema target) {}

    private Schemas schemas(
            StreamConfiguration stream, StreamSchema current, Optional<StreamSchema> known) {
        if (known.isEmpty()) {
            return new Schemas(current, current);
        }
        return switch (policy) {
            case PROPAGATE, PROPAGATE_COLUMNS -> new Schemas(current, current);
            case IGNORE -> ignoring(current, known.get());
            case PAUSE -> {
                List<String> changes = changes(known.get(), current);
                if (!changes.isEmpty() && !acceptSchemaChanges) {
                    throw new ConfigurationFailure(
                            "The columns of %s have changed (%s), and schema_changes is pause. Run the sync with --accept-schema-changes to go on with them."
                                    .formatted(stream.name(), String.join("; ", changes)));
                }
                yield new Schemas(current, current);
            }
        };
    }

    /** The columns that are known, read as they are now and landed as they were. */
    static Schemas ignoring(StreamSchema current, StreamSchema known) {
        Map<String, Column> knownByName = new LinkedHashMap<>();
        known.columns().forEach(column -> knownByName.put(column.name(), column));
        List<Column> read = new ArrayList<>();
        List<Column> target = new ArrayList<>();
        for (Column column : current.columns()) {
            Column before = knownByName.get(column.name());
            if (before != null) {
                read.add(column);
                target.add(before);
            }
        }
        return new Schemas(new StreamSchema(read), new StreamSchema(target));
    }

    /** The columns that came or went, a phrase each for a person. */
    static List<String> columnChanges(StreamSchema before, StreamSchema now) {
        List<String> changes = new ArrayList<>();
        for (Column column : now.columns()) {
            if (before.indexOf(column.name()).isEmpty()) {
                changes.add("new column " + column.name());
            }
        }
        for (Column column : before.columns()) {
            if (now.indexOf(column.name()).isEmpty()) {
                changes.add("column %s is gone".formatted(column.name()));
            }
        }
        return changes;
    }

    /** What differs, a phrase each for a person. */
    static List<String> changes(StreamSchema before, StreamSchema now) {
        List<String> changes = new ArrayList<>();
        Map<String, Column> old = new LinkedHashMap<>();
        before.columns().forEach(column -> old.put(column.name(), column));
        for (Column column : now.columns()) {
            Column known = old.remove(column.name());
            if (known == null) {
                changes.add("new column " + column.name());
            } else if (!known.type().equals(column.type())) {
                changes.add(
                        "%s was %s and is %s"
                                .formatted(
                                        column.name(),
                                        known.sourceType()
                                                .orElseGet(() -> ColumnTypes.text(known.type())),
                                        column.sourceType()
                                                .orElseGet(() -> ColumnTypes.text(column.type()))));
            }
        }
        old.keySet().forEach(name -> changes.add("column " + name + " is gone"));
        return changes;
    }
}

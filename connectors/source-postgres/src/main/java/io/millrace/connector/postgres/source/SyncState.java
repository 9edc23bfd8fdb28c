package io.millrace.connector.postgres.source;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a stream was read, as checkpoints keep it. Immutable.
 *
 * @param phase what is to be done next
 * @param snapshot what the rows that were read looked like
 * @param others whether other transactions were open then, which may commit rows with an older
 *     cursor later
 * @param cursor the cursor's column; empty without one
 * @param last the greatest value of the cursor that was read, as PostgreSQL's text; empty while
 *     there was none
 * @param resumed whether the snapshot was completed in another transaction than it was begun in, so
 *     that rows could have changed in between without touching the cursor
 * @param hashes of the rows whose cursor is {@code last}, where rows don't tell their transaction
 * @param tables what was read of each table, while the phase is {@link Phase#SNAPSHOT}
 */
record SyncState(
        Phase phase,
        Optional<TransactionSnapshot> snapshot,
        boolean others,
        Optional<String> cursor,
        Optional<String> last,
        boolean resumed,
        List<Long> hashes,
        List<TableProgress> tables) {
    private static final int FORMAT = 1;

    SyncState {
        hashes = List.copyOf(hashes);
        tables = List.copyOf(tables);
    }

    /** What a stream's next run does. */
    enum Phase {
        /** Goes on with the snapshot. */
        SNAPSHOT,
        /** Reads what is new. */
        CHANGES,
        /** Nothing: the table was read as a whole. */
        COMPLETE
    }

    SyncState withTables(List<TableProgress> newTables) {
        return new SyncState(phase, snapshot, others, cursor, last, resumed, hashes, newTables);
    }

    SyncState withPhase(Phase newPhase) {
        return new SyncState(newPhase, snapshot, others, cursor, last, resumed, hashes, List.of());
    }

    ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("format", FORMAT);
        json.put("phase", phase.name().toLowerCase(java.util.Locale.ROOT));
        snapshot.ifPresent(value -> json.put("snapshot", value.toString()));
        if (others) {
            json.put("others", true);
        }
        cursor.ifPresent(value -> json.put("cursor", value));
        last.ifPresent(value -> json.put("last", value));
        if (resumed) {
            json.put("resumed", true);
        }
        if (!hashes.isEmpty()) {
            ArrayNode array = json.putArray("hashes");
            hashes.forEach(hash -> array.add(Long.toHexString(hash)));
        }
        if (phase == Phase.SNAPSHOT) {
            ArrayNode array = json.putArray("tables");
            tables.forEach(table -> array.add(table.toJson()));
        }
        return json;
    }

    /**
     * @throws ConfigurationFailure if a newer version of ours wrote it
     */
    static SyncState parse(JsonNode json) {
        int format = json.path("format").asInt(0);
        if (format > FORMAT) {
            throw new ConfigurationFailure(
                    ("The state was written by a newer version (format %d; this one knows %d). Use"
                                    + " that version, or reset the stream.")
                            .formatted(format, FORMAT));
        }
        if (format < FORMAT) {
            throw new ConfigurationFailure(
                    "The state isn't one of this source's. Reset the stream to read it anew.");
        }
        try {
            List<Long> hashes = new ArrayList<>();
            for (JsonNode hash : json.path("hashes")) {
                hashes.add(Long.parseUnsignedLong(hash.asString(), 16));
            }
            List<TableProgress> tables = new ArrayList<>();
            for (JsonNode table : json.path("tables")) {
                tables.add(TableProgress.parse(table));
            }
            return new SyncState(
                    Phase.valueOf(json.path("phase").asString().toUpperCase(java.util.Locale.ROOT)),
                    text(json, "snapshot").map(TransactionSnapshot::parse),
                    json.path("others").asBoolean(false),
                    text(json, "cursor"),
                    text(json, "last"),
                    json.path("resumed").asBoolean(false),
                    hashes,
                    tables);
        } catch (IllegalArgumentException failure) {
            throw new SystemFailure(
                    "The state of a stream can't be read. Reset the stream.", "", failure);
        }
    }

    private static Optional<String> text(JsonNode json, String name) {
        return json.hasNonNull(name) ? Optional.of(json.get(name).asString()) : Optional.empty();
    }
}

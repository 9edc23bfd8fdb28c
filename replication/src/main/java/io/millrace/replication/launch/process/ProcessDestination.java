package io.millrace.replication.launch.process;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.JsonSchemas;
import io.millrace.protocol.json.NonFinite;
import io.millrace.protocol.json.OpenValue;
import io.millrace.protocol.message.DestinationSyncMode;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/** A destination that is a program of its own. */
final class ProcessDestination implements Destination {
    private final GuestProgram program;

    ProcessDestination(GuestProgram program) {
        this.program = program;
    }

    @Override
    public void check() throws InterruptedException {
        ProcessSource.check(program);
    }

    /** What its specification says; appending and overwriting where it says nothing. */
    @Override
    public Set<SyncMode> supportedModes() {
        try {
            return modes(program.specification().supportedDestinationSyncModes().orElse(List.of()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return modes(List.of());
        }
    }

    static Set<SyncMode> modes(List<OpenValue<DestinationSyncMode>> told) {
        var modes = EnumSet.noneOf(SyncMode.class);
        if (told.isEmpty() || told.stream().anyMatch(mode -> mode.is(DestinationSyncMode.APPEND))) {
            modes.add(SyncMode.FULL_REFRESH_APPEND);
            modes.add(SyncMode.INCREMENTAL_APPEND);
        }
        boolean overwrites =
                told.isEmpty()
                        || told.stream().anyMatch(mode -> mode.is(DestinationSyncMode.OVERWRITE));
        if (overwrites) {
            modes.add(SyncMode.FULL_REFRESH_OVERWRITE);
        }
        if (told.stream().anyMatch(mode -> mode.is(DestinationSyncMode.APPEND_DEDUP))) {
            modes.add(SyncMode.INCREMENTAL_DEDUPED_HISTORY);
            if (overwrites) {
                modes.add(SyncMode.FULL_REFRESH_OVERWRITE_DEDUPED);
            }
        }
        return modes;
    }

    @Override
    public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) {
        var taken = new HashMap<StreamName, StreamName>();
        for (StreamTarget target : targets) {
            StreamName other = taken.putIfAbsent(target.target(), target.source());
            if (other != null) {
                throw new ConfigurationFailure(
                        "The streams %s and %s would both become %s. Give one of them another"
                                        .formatted(other, target.source(), target.target())
                                + " namespace or prefix.");
            }
        }
        return targets.stream().map(ProcessDestination::landing).toList();
    }

    /** Values travel as JSON, whatever their type. */
    static LandingPlan landing(StreamTarget target) {
        LandingPlan.Action action =
                target.replace()
                        ? LandingPlan.Action.REPLACE
                        : target.syncMode().deduplicated()
                                ? LandingPlan.Action.UPSERT
                                : LandingPlan.Action.APPEND;
        return new LandingPlan(
                target.source(),
                target.target().toString(),
                action,
                List.of(),
                target.schema(),
                target.schema().columns().stream()
                        .map(column ->
                                JsonSchemas.write(column.type())
                                        .path("type")
                                        .valueStream()
                                        .map(type -> type.asString())
                                        .filter(type -> !type.equals("null"))
                                        .findFirst()
                                        .orElse("any"))
                        .toList());
    }

    @Override
    public void fit(ColumnBatch landed) {
        NonFinite.nullOut(landed, FieldChange.Reason.DESTINATION_SERIALIZATION_ERROR);
    }

    @Override
    public DestinationSession open(String pipeline) {
        return new ProcessSession(program);
    }

    @Override
    public void readBack(
            String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink) {
        throw new ConfigurationFailure(
                "What has landed with the program %s can't be read back, so it can't be verified."
                        .formatted(program.name()));
    }
}

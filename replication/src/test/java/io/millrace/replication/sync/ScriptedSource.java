package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A source of one stream, rows by ascending id; its state is how many were given. Gives two rows,
 * then a checkpoint, and so on; a {@link Faults} decides at each step whether it fails.
 */
final class ScriptedSource implements Source {
    static final StreamName STREAM = StreamName.of("numbers");
    static final StreamSchema SCHEMA =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("value", new ColumnType.Int64()));

    private final Faults faults;
    final List<MemoryDestination.Row> rows = new ArrayList<>();
    int given;

    ScriptedSource(Faults faults) {
        this.faults = faults;
    }

    static StreamDescription description() {
        return new StreamDescription(
                STREAM,
                SCHEMA,
                List.of(List.of("id")),
                List.of("value"),
                true,
                true,
                true,
                false,
                Optional.empty());
    }

    @Override
    public void check() {}

    @Override
    public List<StreamDescription> discover() {
        return List.of(description());
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        for (StreamRequest request : plan.streams()) {
            StreamOutput stream = output.stream(request.name());
            try {
                read(request, stream);
            } catch (SyncFailure failure) {
                stream.incomplete(failure);
            }
        }
    }

    private void read(StreamRequest request, StreamOutput output) throws InterruptedException {
        faults.step("start");
        output.started();
        int from =
                request.purpose() == StreamRequest.Purpose.COMPARE
                        ? 0
                        : request.state().map(state -> state.asInt()).orElse(0);
        int at = from;
        while (at < rows.size()) {
            ColumnBatch batch = output.newBatch(request.schema());
            int end = Math.min(at + 2, rows.size());
            for (; at < end; at++) {
                batch.fixed(0).appendLong(rows.get(at).id());
                batch.fixed(1).appendLong(rows.get(at).value());
                batch.endRow();
                given++;
            }
            output.emit(batch);
            faults.step("emitted");
            output.checkpoint(JsonNodeFactory.instance.numberNode(at));
            faults.step("checkpointed");
        }
        if (at == 0) {
            output.checkpoint(JsonNodeFactory.instance.numberNode(at));
        }
        output.complete();
    }
}

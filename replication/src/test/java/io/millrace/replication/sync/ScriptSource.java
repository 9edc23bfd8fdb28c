package io.millrace.replication.sync;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.json.JsonRowWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Plays a {@link Script} within this process. */
record ScriptSource(Script script) implements Source {

    @Override
    public void check() {}

    @Override
    public List<StreamDescription> discover() {
        return script.describe();
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        for (StreamRequest request : plan.streams()) {
            read(request, output.stream(request.name()));
        }
    }

    private void read(StreamRequest request, StreamOutput output) throws InterruptedException {
        output.started();
        var writer = new JsonRowWriter(request.schema());
        for (Script.Item item : script.itemsAfter(request.name().name(), request.state())) {
            if (item.data().isPresent()) {
                byte[] json = item.data().get().toString().getBytes(StandardCharsets.UTF_8);
                ColumnBatch batch = output.newBatch(request.schema());
                writer.write(batch, json, 0, json.length).ifPresent(SystemFailure::new);
                output.emit(batch);
                continue;
            }
            String name = item.checkpoint().orElseThrow();
            dieAt(true, name);
            output.checkpoint(Json.object().put("at", name));
            dieAt(false, name);
        }
        output.complete();
    }

    private void dieAt(boolean before, String checkpoint) {
        if (script.crash().filter(new Script.Crash(before, checkpoint)::equals).isPresent()) {
            throw new SystemFailure("The source was made to die at %s.".formatted(checkpoint));
        }
    }
}

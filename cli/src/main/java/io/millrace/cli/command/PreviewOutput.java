package io.millrace.cli.command;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.SyncFailure;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Prints the records of a preview as they come, however many they are. The first few are held back,
 * so that what fails at once prints no half document. One thread at a time.
 */
final class PreviewOutput {
    private static final int HELD_BACK = 100;

    private final PrintStream output;
    private final boolean json;
    private final StreamName stream;
    private final RunLog log;
    private final List<ObjectNode> held = new ArrayList<>();
    private @Nullable JsonGenerator document;
    private boolean begun;
    private long count;

    /**
     * @param json whether to print one document, rather than a record in each line
     */
    PreviewOutput(PrintStream output, boolean json, StreamName stream, RunLog log) {
        this.output = output;
        this.json = json;
        this.stream = stream;
        this.log = log;
    }

    /** The records that were given. */
    long count() {
        return count;
    }

    /** Whether something was printed. */
    boolean begun() {
        return begun;
    }

    void record(ObjectNode record) {
        count++;
        if (begun) {
            print(record);
            return;
        }
        held.add(record);
        if (held.size() == HELD_BACK) {
            begin();
        }
    }

    private void begin() {
        begun = true;
        if (json) {
            JsonGenerator generator =
                    JsonMapper.shared()
                            .writerWithDefaultPrettyPrinter()
                            .without(StreamWriteFeature.AUTO_CLOSE_TARGET)
                            .createGenerator(output);
            generator.writeStartObject();
            stream.namespace()
                    .ifPresentOrElse(
                            text -> generator.writeStringProperty("namespace", text),
                            () -> generator.writeNullProperty("namespace"));
            generator.writeStringProperty("name", stream.name());
            generator.writeName("records");
            generator.writeStartArray();
            document = generator;
        }
        held.forEach(this::print);
        held.clear();
    }

    private void print(ObjectNode record) {
        JsonGenerator generator = document;
        if (generator == null) {
            output.println(log.mask(record.toString()));
        } else {
            generator.writeTree(PipelineCommand.masked(record, log)); // invariant 7
        }
    }

    /**
     * Prints what is left.
     *
     * @param failure what kept the rest
     */
    void end(Optional<SyncFailure> failure) {
        if (!begun) {
            begin();
        }
        JsonGenerator generator = document;
        if (generator != null) {
            generator.writeEndArray();
            failure.ifPresent(cause -> {
                generator.writeName("failures");
                generator.writeStartArray();
                generator.writeStartObject();
                generator.writeStringProperty("stream", stream.toString());
                generator.writeStringProperty("type", cause.failureType().text());
                generator.writeStringProperty("message", log.mask(cause.getMessage()));
                generator.writeEndObject();
                generator.writeEndArray();
            });
            generator.writeEndObject();
            generator.close();
            output.println();
        }
        output.flush();
    }
}

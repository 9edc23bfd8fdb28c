package io.millrace.cli.command;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnTypes;
import io.millrace.replication.launch.Launchers;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace discover}. */
@Command(description = "The streams of the source, their columns, keys and cursors.")
final class DiscoverCommand extends PipelineCommand {
    DiscoverCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        OpenPipeline.Discovered found = pipeline.discover();
        List<StreamDescription> streams = found.streams();
        if (streams.isEmpty() && !found.broken().isEmpty()) {
            throw found.broken().values().iterator().next();
        }
        if (json()) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            ArrayNode nodes = document.putArray("streams");
            streams.forEach(stream -> nodes.add(node(stream)));
            putFailures(document, found.broken());
            print(document, log);
            return found.broken().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
        }
        for (StreamDescription stream : streams) {
            say("%s  (%s)".formatted(stream.name(), String.join(", ", modes(stream))));
            for (Column column : stream.schema().columns()) {
                boolean key = stream.primaryKey().contains(List.of(column.name()));
                boolean cursor = stream.defaultCursor().equals(List.of(column.name()));
                say(
                        "  %-32s %s%s%s"
                                .formatted(
                                        column.name(),
                                        column.sourceType()
                                                .orElseGet(() -> ColumnTypes.text(column.type())),
                                        key ? ", key" : "",
                                        cursor ? ", cursor" : ""));
            }
        }
        tell(found.broken(), log);
        return found.broken().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static List<String> modes(StreamDescription stream) {
        return stream.incremental()
                ? List.of("full_refresh", "incremental")
                : List.of("full_refresh");
    }

    private static ObjectNode node(StreamDescription stream) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        putName(node, stream.name());
        ArrayNode columns = node.putArray("columns");
        for (Column column : stream.schema().columns()) {
            ObjectNode entry = columns.addObject();
            entry.put("name", column.name());
            entry.put("type", ColumnTypes.text(column.type()));
            column.sourceType()
                    .ifPresentOrElse(
                            type -> entry.put("source_type", type),
                            () -> entry.putNull("source_type"));
        }
        ArrayNode key = node.putArray("primary_key");
        for (List<String> path : stream.primaryKey()) {
            if (path.size() == 1) {
                key.add(path.getFirst());
            } else {
                path.forEach(key.addArray()::add);
            }
        }
        stream.defaultCursor().forEach(node.putArray("cursor_field")::add);
        modes(stream).forEach(node.putArray("sync_modes")::add);
        node.put("source_defined_cursor", stream.sourceDefinedCursor());
        return node;
    }

    /** Streams that can't be read, as in a receipt; the key is absent where there are none. */
    static void putFailures(ObjectNode document, Map<StreamName, SyncFailure> unreadable) {
        if (unreadable.isEmpty()) {
            return;
        }
        ArrayNode failures = document.putArray("failures");
        unreadable.forEach((stream, failure) -> {
            ObjectNode node = failures.addObject();
            node.put("stream", stream.toString());
            node.put("type", failure.failureType().text());
            node.put("message", failure.getMessage());
        });
    }

    static void putName(ObjectNode node, StreamName name) {
        name.namespace()
                .ifPresentOrElse(
                        text -> node.put("namespace", text), () -> node.putNull("namespace"));
        node.put("name", name.name());
    }
}

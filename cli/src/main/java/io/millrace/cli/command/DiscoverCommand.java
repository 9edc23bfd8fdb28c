package io.millrace.cli.command;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnTypes;
import io.millrace.replication.launch.Launchers;
import java.util.List;
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
        List<StreamDescription> streams = pipeline.source().discover();
        if (json()) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            ArrayNode nodes = document.putArray("streams");
            streams.forEach(stream -> nodes.add(node(stream)));
            print(document, log);
            return ExitStatus.DONE;
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
        return ExitStatus.DONE;
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

    static void putName(ObjectNode node, StreamName name) {
        name.namespace()
                .ifPresentOrElse(
                        text -> node.put("namespace", text), () -> node.putNull("namespace"));
        node.put("name", name.name());
    }
}

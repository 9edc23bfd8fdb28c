package io.millrace.cli.command;

import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.PreparedStream;
import io.millrace.replication.sync.SyncRequest;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace plan}. */
@Command(description = "What a sync would create, alter, read and drop; changes nothing.")
final class PlanCommand extends PipelineCommand {
    @Parameters(index = "1..*", paramLabel = "STREAM", description = "Only these of its streams.")
    private List<String> streams = List.of();

    @Option(names = "--full-refresh", description = "Plans a sync with this option.")
    private boolean fullRefresh;

    PlanCommand(Supplier<Launchers> launchers, Terminal terminal) {
        super(launchers, terminal);
    }

    @Override
    int run(OpenPipeline pipeline, RunLog log, StopSignal signal) throws InterruptedException {
        SyncRequest request = pipeline.request(streams, fullRefresh, false);
        List<PreparedStream> prepared = PreparedStream.prepare(request);
        List<LandingPlan> landings =
                request.destination()
                        .plan(
                                request.pipeline(),
                                prepared.stream().map(PreparedStream::target).toList());
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ArrayNode nodes = document.putArray("streams");
        for (int i = 0; i < prepared.size(); i++) {
            if (json()) {
                nodes.add(node(prepared.get(i), landings.get(i)));
            } else {
                tell(prepared.get(i), landings.get(i));
            }
        }
        tell(request.unreadable(), log);
        if (json()) {
            DiscoverCommand.putFailures(document, request.unreadable());
            print(document, log);
        }
        return request.unreadable().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static String reads(PreparedStream stream) {
        if (stream.goesOn()) {
            return stream.configuration().mode().incremental()
                    ? "what is new"
                    : "the rest of a refresh that was interrupted";
        }
        return "everything";
    }

    private static ObjectNode node(PreparedStream stream, LandingPlan landing) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        DiscoverCommand.putName(node, stream.configuration().name());
        node.put("sync_mode", stream.configuration().mode().text());
        node.put("table", landing.table());
        node.put("action", landing.action().name().toLowerCase(Locale.ROOT));
        node.put("reads", reads(stream));
        node.put("generation", stream.target().generation());
        landing.changes().forEach(node.putArray("changes")::add);
        ArrayNode columns = node.putArray("columns");
        StreamSchema schema = stream.target().schema();
        for (int i = 0; i < schema.size(); i++) {
            Column landed = landing.landed().column(i);
            ObjectNode entry = columns.addObject();
            entry.put("source", schema.column(i).name());
            entry.put("name", landed.name());
            entry.put("type", landing.columnTypes().get(i));
        }
        return node;
    }

    private void tell(PreparedStream stream, LandingPlan landing) {
        say(
                "%s -> %s  (%s; %s, reads %s)"
                        .formatted(
                                stream.configuration().name(),
                                landing.table(),
                                stream.configuration().mode().text(),
                                landing.action().name().toLowerCase(Locale.ROOT),
                                reads(stream)));
        landing.changes().forEach(change -> say("  " + change));
        StreamSchema schema = stream.target().schema();
        for (int i = 0; i < schema.size(); i++) {
            String from = schema.column(i).name();
            String to = landing.landed().column(i).name();
            say(
                    "  %-32s %s"
                            .formatted(
                                    from.equals(to) ? from : from + " as " + to,
                                    landing.columnTypes().get(i)));
        }
    }
}

package io.millrace.replication.launch.singer;

import io.millrace.protocol.json.Json;
import io.millrace.protocol.message.ConnectorSpecification;
import io.millrace.protocol.message.DestinationSyncMode;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A Singer target as a destination: it is written to, or checked with an empty input. */
final class SingerTarget implements GuestCommand {
    /** Neither taps nor targets have a word for it. */
    static final ConnectorSpecification SPECIFICATION =
            ConnectorSpecification.of(Json.object().put("type", "object"))
                    .withDestinationSyncModes(
                            List.of(
                                    DestinationSyncMode.APPEND,
                                    DestinationSyncMode.OVERWRITE,
                                    DestinationSyncMode.APPEND_DEDUP));

    private final SingerProgram program;

    SingerTarget(SingerProgram program) {
        this.program = program;
    }

    @Override
    public String name() {
        return program.name();
    }

    @Override
    public Optional<ConnectorSpecification> specification() {
        return Optional.of(SPECIFICATION);
    }

    @Override
    public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
            throws IOException, InterruptedException {
        var words = new ArrayList<>(program.words());
        words.add("--config");
        words.add(place.write("config.json", program.reference().config()).toString());
        return GuestCall.of(words, program.context().directory(), program.reference().environment())
                .withTranslation(
                        verb.equals("write")
                                ? new TargetTranslation(
                                        files.getOrDefault("catalog", Json.object()),
                                        program.context().log())
                                : new TargetCheck());
    }
}

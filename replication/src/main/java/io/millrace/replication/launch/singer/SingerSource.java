package io.millrace.replication.launch.singer;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.Guests;
import io.millrace.replication.launch.process.Tool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A Singer tap as a source. */
final class SingerSource implements Source {
    /** How the usual parsers of command lines end where they don't know a flag. */
    private static final int USAGE = 2;

    private final SingerProgram program;
    private final ConnectorReference reference;
    private final Source reader;
    private volatile @Nullable TapCatalog discovered;

    SingerSource(SingerProgram program) {
        this.program = program;
        this.reference = program.reference();
        this.reader = Guests.source(new Tap(), reference, program.context());
    }

    /** A tap has no check: what can be discovered can be reached. */
    @Override
    public void check() throws InterruptedException {
        try {
            discovered = discover(reference.timeouts().check());
        } catch (SystemFailure failure) {
            throw new ConfigurationFailure(failure.getMessage(), failure.detail(), failure);
        }
    }

    @Override
    public List<StreamDescription> discover() throws InterruptedException {
        TapCatalog catalog = discover(reference.timeouts().discover());
        discovered = catalog;
        return catalog.describe();
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        reader.read(plan, output);
    }

    private TapCatalog discover(Duration patience) throws InterruptedException {
        Tool.Outcome outcome = run(List.of("--discover"), patience);
        boolean takesCatalog = true;
        if (outcome.exitStatus() == USAGE && outcome.lastErrors().contains("--discover")) {
            // Taps of the first years can't discover; what they print tells their schemas.
            takesCatalog = false;
            outcome = run(List.of(), patience);
        }
        if (!outcome.succeeded()) {
            throw failed(outcome);
        }
        return TapCatalog.parse(program.name(), outcome.output(), takesCatalog);
    }

    private SyncFailure failed(Tool.Outcome outcome) {
        return new SystemFailure(
                "The tap %s ended with exit status %d when it was asked to discover%s"
                        .formatted(
                                program.name(),
                                outcome.exitStatus(),
                                SingerProgram.reason(outcome.lastErrors())
                                        .map(reason -> ": " + reason)
                                        .orElse(".")),
                outcome.lastErrors());
    }

    private Tool.Outcome run(List<String> flags, Duration patience) throws InterruptedException {
        List<String> words = program.words();
        return Tool.run(
                place -> {
                    var whole = new ArrayList<>(words);
                    whole.add("--config");
                    whole.add(place.write("config.json", reference.config()).toString());
                    whole.addAll(flags);
                    return whole;
                },
                program.context().directory(),
                reference.environment(),
                patience,
                program.context().log(),
                Guests.masker(reference));
    }

    /** Reads; the other verbs are done without a translation. */
    private final class Tap implements GuestCommand {

        @Override
        public String name() {
            return program.name();
        }

        @Override
        public Optional<io.millrace.protocol.message.ConnectorSpecification> specification() {
            return Optional.of(SingerTarget.SPECIFICATION);
        }

        @Override
        public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
                throws IOException, InterruptedException {
            if (!verb.equals("read")) {
                throw new IllegalArgumentException("a tap is only read from here: " + verb);
            }
            TapCatalog catalog = discovered;
            if (catalog == null) {
                catalog = discover(reference.timeouts().discover());
                discovered = catalog;
            }
            Map<StreamName, TapCatalog.Selection> selected =
                    selections(files.getOrDefault("catalog", reference.config()));
            var words = new ArrayList<>(program.words());
            words.add("--config");
            words.add(place.write("config.json", reference.config()).toString());
            if (catalog.takesCatalog()) {
                words.add("--catalog");
                words.add(place.write("catalog.json", catalog.select(selected)).toString());
            }
            ObjectNode state = TapState.merge(files.get("state"));
            if (!state.isEmpty()) {
                words.add("--state");
                words.add(place.write("state.json", state).toString());
            }
            var translation =
                    new TapTranslation(
                            catalog,
                            selected.keySet(),
                            program.context().clock(),
                            program.context().log());
            return GuestCall.of(words, program.context().directory(), reference.environment())
                    .withTranslation(translation);
        }
    }

    private static Map<StreamName, TapCatalog.Selection> selections(JsonNode configuredCatalog) {
        var selected = new LinkedHashMap<StreamName, TapCatalog.Selection>();
        for (JsonNode configured : configuredCatalog.path("streams")) {
            JsonNode stream = configured.path("stream");
            selected.put(
                    new StreamName(
                            stream.path("namespace").asStringOpt(), stream.path("name").asString()),
                    new TapCatalog.Selection(
                            configured.path("sync_mode").asString("").equals("incremental"),
                            configured.path("cursor_field").path(0).asStringOpt()));
        }
        return selected;
    }
}

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.DestinationDefinition;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import io.millrace.sdk.program.ConnectorProgram;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** @title@: a destination. It keeps each stream as a file of JSON lines. */
public final class Main implements DestinationDefinition<Main.Options> {
    private static final Set<SyncMode> MODES =
            EnumSet.of(
                    SyncMode.FULL_REFRESH_OVERWRITE,
                    SyncMode.FULL_REFRESH_APPEND,
                    SyncMode.INCREMENTAL_APPEND);

    /** What a user fills in. TODO: your options; the specification is made of them. */
    public record Options(
            @Option("Where the files are kept") String folder,
            @Option("For your service") Optional<Secret> password) {}

    @Override
    public String name() {
        return "@name@";
    }

    @Override
    public String title() {
        return "@title@";
    }

    @Override
    public String description() {
        return "A file of JSON lines for each stream.";
    }

    @Override
    public Class<Options> optionsType() {
        return Options.class;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return MODES;
    }

    @Override
    public Destination create(Options options, ConnectorContext context) {
        return new Lines(options.folder().isBlank() ? Optional.empty() : Optional.of(context.directory().resolve(options.folder())));
    }

    /** TODO: replace the files by your service. */
    private record Lines(Optional<Path> configured) implements Destination {

        private Path folder() {
            return configured.orElseThrow(() -> new ConfigurationFailure("folder must name a folder."));
        }

        @Override
        public void check() {
            // TODO: write something small to your service, and remove it again.
            try {
                Files.createDirectories(folder());
            } catch (IOException failure) {
                throw new ConfigurationFailure("folder can't be made.", failure.toString(), failure);
            }
        }

        @Override
        public Set<SyncMode> supportedModes() {
            return MODES;
        }

        /** Where a stream lands. */
        Path file(StreamName stream) {
            String name = stream.namespace().orElse("") + "/" + stream.name();
            return folder().resolve(URLEncoder.encode(name, StandardCharsets.UTF_8) + ".jsonl");
        }

        LandingPlan landing(StreamTarget target) {
            return new LandingPlan(
                    target.source(),
                    file(target.target()).toString(),
                    target.replace() ? LandingPlan.Action.REPLACE : LandingPlan.Action.APPEND,
                    List.of(),
                    target.schema(),
                    target.schema().columns().stream().map(column -> "json").toList());
        }

        @Override
        public List<LandingPlan> plan(String pipeline, List<StreamTarget> targets) {
            return targets.stream().map(this::landing).toList();
        }

        @Override
        public DestinationSession open(String pipeline) {
            return new Session(this);
        }

        @Override
        public void readBack(String pipeline, StreamTarget target, ReadBackRequest request, BatchSink sink) {
            throw new ConfigurationFailure("What has landed here can't be read back.");
        }
    }

    /** Keeps no checkpoints: whoever runs this keeps them, and a record may come twice after a crash. */
    private record Session(Lines destination) implements DestinationSession {

        @Override
        public List<StoredCheckpoint> checkpoints() {
            return List.of();
        }

        @Override
        public boolean keepsCheckpoints() {
            return false;
        }

        @Override
        public boolean resumesReplacements() {
            return false;
        }

        @Override
        public DestinationLane open(List<StreamTarget> targets, LaneListener listener) {
            destination.check();
            return new Lane(destination, targets, listener);
        }

        @Override
        public void reset(Collection<StreamName> streams, boolean data) {
            throw new ConfigurationFailure("Remove the files by hand.");
        }

        @Override
        public void saveReceipt(JsonNode receipt) {
            throw new UnsupportedOperationException("receipts are kept where checkpoints are");
        }

        @Override
        public Optional<JsonNode> loadReceipt() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    /** Writes some streams. One thread at a time. */
    private static final class Lane implements DestinationLane {
        private final Lines destination;
        private final List<StreamTarget> targets;
        private final LaneListener listener;
        private final Map<StreamName, JsonBuffer> waiting = new HashMap<>();
        private final List<Checkpoint> taken = new ArrayList<>();

        Lane(Lines destination, List<StreamTarget> targets, LaneListener listener) {
            this.destination = destination;
            this.targets = targets;
            this.listener = listener;
            try {
                for (StreamTarget target : targets) {
                    // A stream without records has a file, too; a refresh begins with an empty one aside.
                    Files.write(destination.file(target.target()), new byte[0], java.nio.file.StandardOpenOption.CREATE,
                            java.nio.file.StandardOpenOption.APPEND);
                    Files.deleteIfExists(aside(target));
                }
            } catch (IOException failure) {
                throw unwritable(failure);
            }
        }

        private Path aside(StreamTarget target) {
            Path file = destination.file(target.target());
            return file.resolveSibling(file.getFileName() + ".new");
        }

        private static SystemFailure unwritable(IOException failure) {
            return new SystemFailure("A file can't be written. Is the disk full?", failure.toString(), failure);
        }

        @Override
        public List<LandingPlan> landings() {
            return targets.stream().map(destination::landing).toList();
        }

        @Override
        public void write(ColumnBatch batch) {
            try (batch) {
                StreamTarget target = targets.stream()
                        .filter(each -> targets.size() == 1 || each.source().equals(batch.stream()))
                        .findFirst()
                        .orElseThrow();
                var encoder = new JsonLineEncoder(target.schema());
                JsonBuffer lines = waiting.computeIfAbsent(target.source(), stream -> new JsonBuffer(1 << 16));
                for (int row = 0; row < batch.rows(); row++) {
                    encoder.encode(batch, row, lines);
                    lines.append('\n');
                }
            }
        }

        @Override
        public void commit(Checkpoint checkpoint, JsonNode details) {
            taken.add(checkpoint);
            flush();
        }

        /** A refresh is written aside, and nobody sees it before its end. */
        @Override
        public void flush() {
            for (StreamTarget target : targets) {
                JsonBuffer lines = waiting.remove(target.source());
                if (lines == null) {
                    continue;
                }
                Path file = target.replace() ? aside(target) : destination.file(target.target());
                try (var output = new FileOutputStream(file.toFile(), true)) {
                    lines.writeTo(output);
                    output.getFD().sync();
                } catch (IOException failure) {
                    throw unwritable(failure);
                }
            }
            // Only now is it true that they are safe.
            taken.forEach(listener::durable);
            taken.clear();
        }

        @Override
        public LandingPlan evolve(StreamTarget target) {
            return destination.landing(target);
        }

        @Override
        public void finish(StreamName stream, Checkpoint checkpoint, JsonNode details) {
            flush();
            for (StreamTarget target : targets) {
                if (target.source().equals(stream) && target.replace()) {
                    try {
                        Path aside = aside(target);
                        if (!Files.exists(aside)) {
                            Files.createFile(aside);
                        }
                        Files.move(aside, destination.file(target.target()), StandardCopyOption.ATOMIC_MOVE,
                                StandardCopyOption.REPLACE_EXISTING);
                    } catch (IOException failure) {
                        throw unwritable(failure);
                    }
                }
            }
            listener.durable(checkpoint);
        }

        @Override
        public void close() {}
    }

    /** For tests: prints what has landed of a stream. */
    private static void retrieve(List<String> arguments) throws IOException {
        Map<String, String> flags = new HashMap<>();
        for (int i = 1; i + 1 < arguments.size(); i += 2) {
            flags.put(arguments.get(i), arguments.get(i + 1));
        }
        JsonNode config = JsonMapper.shared().readTree(Files.readString(Path.of(flags.get("--config"))));
        var destination = new Lines(Optional.of(Path.of(config.path("folder").asString())));
        Path file = destination.file(new StreamName(Optional.ofNullable(flags.get("--namespace")), flags.get("--stream")));
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                System.out.println("{\"data\":" + line + "}");
            }
        }
    }

    /** The connector as a program of the protocol. */
    public static void main(String[] arguments) throws IOException {
        List<String> words = List.of(arguments);
        if (!words.isEmpty() && words.getFirst().equals("retrieve")) {
            retrieve(words);
            return;
        }
        var context = new ConnectorContext(Clock.systemUTC(), Path.of(""), Path.of("target/cache"));
        System.exit(ConnectorProgram.main(new Main(), context, words));
    }
}

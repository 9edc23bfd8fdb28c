package io.millrace.cli.command;

import io.millrace.cli.pipeline.PipelineFile;
import io.millrace.cli.pipeline.StreamResolver;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.checkpoint.LocalCheckpoints;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.Patience;
import io.millrace.replication.sync.PipelineLock;
import io.millrace.replication.sync.SyncRequest;
import io.millrace.replication.sync.SyncSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pipeline with both its ends, and where it keeps things on this machine. */
final class OpenPipeline implements AutoCloseable {
    private final PipelineFile file;
    private final Terminal terminal;
    private final Path folder;
    private final LocalCheckpoints local;
    private final KeptConfiguration keptConfiguration;
    private final Source source;
    private final Destination destination;
    private final SyncSettings settings;
    private final Patience patience;

    private OpenPipeline(
            PipelineFile file,
            Launchers launchers,
            Terminal terminal,
            LaunchContext.Log log,
            SecretMasker mask) {
        this.file = file;
        this.terminal = terminal;
        this.settings = SyncSettings.standard(terminal.clock(), terminal::pause);
        this.patience =
                new Patience(
                        settings,
                        message -> {
                            log.line(LogLevel.WARN, message);
                            terminal.errors().println(mask.mask(message));
                        });
        this.folder = folder(terminal, file.name());
        this.local = new LocalCheckpoints(folder.resolve("checkpoints.json"));
        this.keptConfiguration = new KeptConfiguration(folder.resolve("source-configuration.json"));
        var context =
                new LaunchContext(
                        terminal.clock(),
                        file.folder(),
                        terminal.cache(),
                        this::keepConfiguration,
                        log);
        this.source = launchers.source(keptConfiguration.newest(file.source()), context);
        this.destination = launchers.destination(file.destination(), context);
    }

    static OpenPipeline open(
            PipelineFile file,
            Launchers launchers,
            Terminal terminal,
            LaunchContext.Log log,
            SecretMasker mask) {
        return new OpenPipeline(file, launchers, terminal, log, mask);
    }

    private static Path folder(Terminal terminal, String pipeline) {
        return terminal.home().resolve("pipelines").resolve(folderName(pipeline));
    }

    /** Where a pipeline's log is written. */
    static Path logFile(Terminal terminal, String pipeline) {
        return terminal.home().resolve("logs").resolve(folderName(pipeline) + ".log");
    }

    /** A folder's name for a pipeline: readable, and never the same for two names. */
    private static String folderName(String pipeline) {
        String readable = pipeline.replaceAll("[^A-Za-z0-9_-]", "_");
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(pipeline.getBytes(StandardCharsets.UTF_8));
            return readable.substring(0, Math.min(40, readable.length()))
                    + "-"
                    + HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    PipelineFile file() {
        return file;
    }

    Source source() {
        return source;
    }

    Destination destination() {
        return destination;
    }

    LocalCheckpoints local() {
        return local;
    }

    /**
     * Keeps other runs of this pipeline out until it is closed.
     *
     * @param command what runs
     * @throws UsageException where one is going on, before anything is started
     */
    PipelineLock lock(String command) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            Optional<SyncFailure> full = FullDisk.of(e, folder, PipelineLock.OTHER_HOME);
            if (full.isPresent()) {
                throw full.get();
            }
            throw new SystemFailure(
                    "The folder %s can't be made; allow writing there, or set MILLRACE_HOME."
                            .formatted(folder),
                    String.valueOf(e.getMessage()),
                    e);
        }
        String holder =
                "process %d (%s, started %s)"
                        .formatted(
                                ProcessHandle.current().pid(), command, terminal.clock().instant());
        try {
            return PipelineLock.take(lockFile(), file.name(), holder);
        } catch (ConfigurationFailure held) {
            throw new UsageException(held.getMessage(), held);
        }
    }

    /** Who runs this pipeline on this machine, or died over it. */
    Optional<PipelineLock.Holder> runner() {
        return PipelineLock.findHolder(lockFile());
    }

    private Path lockFile() {
        return folder.resolve("lock");
    }

    private void keepConfiguration(tools.jackson.databind.JsonNode config) {
        keptConfiguration.keep(file.source(), config);
    }

    /** What is durable of this pipeline's streams. */
    List<StoredCheckpoint> checkpoints() throws InterruptedException {
        try (DestinationSession session = destination.open(file.name())) {
            return session.keepsCheckpoints() ? session.checkpoints() : local.list();
        }
    }

    /** What the source has: streams, and those that it can't describe. */
    record Discovered(List<StreamDescription> streams, Map<StreamName, SyncFailure> broken) {}

    Discovered discover() throws InterruptedException {
        return patience.attempt(() -> {
            Map<StreamName, SyncFailure> broken = new LinkedHashMap<>();
            List<StreamDescription> streams = source.discover(broken::put);
            return new Discovered(streams, broken);
        });
    }

    /** For what fails for a moment. */
    Patience patience() {
        return patience;
    }

    /** Discovers the source's streams and holds the file against them. */
    SyncRequest request(List<String> streams, boolean fullRefresh, boolean acceptSchemaChanges)
            throws InterruptedException {
        Discovered found = discover();
        var resolver =
                new StreamResolver(
                        file,
                        found.streams(),
                        found.broken(),
                        () ->
                                patience.attempt(this::checkpoints).stream()
                                        .map(StoredCheckpoint::stream)
                                        .toList(),
                        destination.supportedModes());
        StreamResolver.Resolved resolved = resolver.resolve(streams);
        resolved.warnings().forEach(terminal.errors()::println);
        return new SyncRequest(
                file.name(),
                source,
                destination,
                resolved.streams(),
                resolved.unreadable(),
                file.naming(),
                file.schemaChanges(),
                fullRefresh,
                acceptSchemaChanges,
                local,
                this::keepConfiguration,
                settings);
    }

    @Override
    public void close() {
        try {
            source.close();
        } finally {
            destination.close();
        }
    }
}

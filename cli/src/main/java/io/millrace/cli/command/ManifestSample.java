package io.millrace.cli.command;

import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.Sample;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A test read of one stream of a manifest: what the commands that look at one have in common. */
final class ManifestSample {
    @Parameters(index = "0", paramLabel = "FILE", description = "The manifest.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "STREAM", description = "The stream.")
    private String stream = "";

    @Option(
            names = "--config",
            paramLabel = "F",
            description = "The configuration, a file of JSON; without it, an empty one.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Records at most. Default: ${DEFAULT-VALUE}.")
    private int limit = 100;

    @Option(
            names = "--pages",
            paramLabel = "N",
            description = "Pages of each slice at most. Default: ${DEFAULT-VALUE}.")
    private int pages = 5;

    @Option(
            names = "--slices",
            paramLabel = "N",
            description = "Slices at most. Default: ${DEFAULT-VALUE}.")
    private int slices = 5;

    /**
     * What was read.
     *
     * @param masker knows the secrets of the configuration, and those that were issued meanwhile
     */
    record Result(String stream, Sample sample, SecretMasker masker) {}

    /** Reads; warnings and the like go to the terminal's errors. */
    Result read(Terminal terminal) throws InterruptedException {
        if (limit < 1 || pages < 1 || slices < 1) {
            throw new UsageException("--limit, --pages and --slices begin at 1.");
        }
        Manifest manifest = Manifest.parse(text());
        Path directory =
                Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
        Map<String, Object> given = configuration();
        var log =
                new MaskedLog(
                        terminal,
                        SecretMasker.of(
                                SecretFields.values(
                                        Trees.toTree(
                                                DeclarativeSource.specification(manifest, directory)
                                                        .mapping("connection_specification")),
                                        Trees.toTree(given))));
        var settings =
                new SourceSettings(
                        terminal.clock(), terminal::pause, log, directory, false, Optional.empty());
        try (DeclarativeSource source = DeclarativeSource.create(manifest, given, settings)) {
            Sample sample = source.sample(stream, new Sample.Limits(limit, pages, slices));
            return new Result(stream, sample, log.masker());
        }
    }

    private String text() {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UsageException("%s can't be read. Check the path.".formatted(file), failure);
        }
    }

    private Map<String, Object> configuration() {
        return config.map(InputFiles::readConfiguration).map(Trees::toMap).orElse(Map.of());
    }

    /** Warnings of the engine, without secrets (invariant 7). */
    private static final class MaskedLog implements EngineLog {
        private final Terminal terminal;
        private SecretMasker masker;

        MaskedLog(Terminal terminal, SecretMasker masker) {
            this.terminal = terminal;
            this.masker = masker;
        }

        synchronized SecretMasker masker() {
            return masker;
        }

        @Override
        public void log(LogLevel level, String message) {
            if (level == LogLevel.WARN || level == LogLevel.ERROR || level == LogLevel.FATAL) {
                terminal.errors().println(masker().mask(message));
            }
        }

        @Override
        public synchronized void secret(String secret) {
            masker = masker.and(SecretMasker.of(List.of(secret)));
        }
    }
}

package io.millrace.cli.command;

import io.millrace.cli.manifest.KitSample;
import io.millrace.cli.manifest.PythonKit;
import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.lint.ManifestLint;
import io.millrace.declarative.lint.PythonClass;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.Sample;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.LaunchContext;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A test read of one stream of a manifest: what the commands that look at one have in common. */
final class ManifestSample {
    @Mixin private ManifestFile file = new ManifestFile();

    @Parameters(index = "1", paramLabel = "STREAM", description = "The stream.")
    private String stream = "";

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
        ManifestFile.Opened opened = file.open();
        var bounds = new Sample.Limits(limit, pages, slices);
        var log =
                new MaskedLog(
                        terminal,
                        SecretMasker.of(
                                SecretFields.values(opened.specification(), opened.config())));
        List<PythonClass> classes =
                CustomComponents.find(opened.manifest().root()).isPresent()
                        ? ManifestLint.pythonClasses(opened.text())
                        : List.of();
        if (!classes.isEmpty()) {
            return new Result(
                    stream, throughKit(opened, classes, bounds, log, terminal), log.masker());
        }
        try (DeclarativeSource source =
                opened.source(terminal.clock(), terminal::pause, log, HttpSettings.SYNC)) {
            return new Result(stream, source.sample(stream, bounds), log.masker());
        }
    }

    /** A manifest with Python classes is read as a whole by a Python. */
    private Sample throughKit(
            ManifestFile.Opened opened,
            List<PythonClass> classes,
            Sample.Limits bounds,
            MaskedLog log,
            Terminal terminal)
            throws InterruptedException {
        var context =
                new LaunchContext(
                        terminal.clock(),
                        Path.of("").toAbsolutePath(),
                        terminal.cache(),
                        _ -> {},
                        log::log);
        PythonKit kit =
                PythonKit.find(terminal.environment(), context)
                        .orElseThrow(() -> PythonClass.refused(opened.file(), classes));
        terminal.errors().println(kit.note(opened.file()));
        return new KitSample(kit, context)
                .read(
                        opened.file().toAbsolutePath(),
                        Trees.toTree(opened.manifest().document()),
                        opened.config(),
                        stream,
                        bounds,
                        log.masker());
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

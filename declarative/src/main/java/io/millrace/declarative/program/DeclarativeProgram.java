package io.millrace.declarative.program;

import io.millrace.declarative.config.Spec;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.lint.Finding;
import io.millrace.declarative.lint.ManifestLint;
import io.millrace.declarative.lint.PythonClass;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.Failures;
import io.millrace.declarative.source.ReadSinks;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.declarative.source.StreamSelection;
import io.millrace.declarative.source.StreamSink;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.message.Catalog;
import io.millrace.protocol.message.CatalogMessage;
import io.millrace.protocol.message.ConfiguredCatalog;
import io.millrace.protocol.message.ConnectionStatusMessage;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.message.SourceSyncMode;
import io.millrace.protocol.message.StateMessage;
import io.millrace.protocol.message.TraceMessage;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedQueue;
import tools.jackson.databind.node.ObjectNode;

/**
 * A manifest as a program of the protocol: {@code spec}, {@code check}, {@code discover}, {@code
 * read}. Records leave it exactly as the API gave them, but for what the manifest changes.
 */
public final class DeclarativeProgram {
    /** How a program ends that did what it was asked for; a failed check is an answer, too. */
    public static final int DONE = 0;

    public static final int FAILED = 1;
    public static final int WRONG_CALL = 2;

    /** As shells tell a death by SIGTERM. */
    public static final int STOPPED = 143;

    private final OutputStream output;
    private final PrintStream errors;
    private final InstantSource clock;
    private final Pause pause;
    private final PythonEngine python;

    /** One that runs no Python classes. */
    public DeclarativeProgram(
            OutputStream output, PrintStream errors, InstantSource clock, Pause pause) {
        this(output, errors, clock, pause, PythonEngine.none());
    }

    /**
     * @param output standard output; unbuffered, whole lines go into it
     * @param python runs manifests that have Python classes
     */
    public DeclarativeProgram(
            OutputStream output,
            PrintStream errors,
            InstantSource clock,
            Pause pause,
            PythonEngine python) {
        this.output = output;
        this.errors = errors;
        this.clock = clock;
        this.pause = pause;
        this.python = python;
    }

    /** Runs one verb; what to end the process with. */
    public int run(List<String> arguments) {
        DeclarativeArguments parsed = DeclarativeArguments.parse(arguments);
        var lines =
                new ProgramLines(output, clock, parsed.debug() ? LogLevel.DEBUG : LogLevel.INFO);
        try {
            if (!parsed.problems().isEmpty()) {
                parsed.problems().forEach(errors::println);
                errors.println(DeclarativeArguments.USAGE);
                lines.failure(
                        new ConfigurationFailure(String.join(" ", parsed.problems())),
                        Optional.empty());
                return WRONG_CALL;
            }
            return run(parsed, lines);
        } catch (InterruptedException _) {
            return STOPPED;
        } catch (UncheckedIOException failure) {
            // Nobody reads our output any more; there is no one left to tell but the log.
            errors.println("The output was closed: " + failure.getMessage());
            return FAILED;
        }
    }

    private int run(DeclarativeArguments arguments, ProgramLines lines)
            throws InterruptedException {
        try {
            String text = text("manifest", arguments.manifest().orElseThrow());
            Manifest manifest = Manifest.parse(text);
            boolean custom =
                    arguments.verb().orElseThrow() != DeclarativeArguments.Verb.SPEC
                            && CustomComponents.find(manifest.root()).isPresent();
            if (custom) {
                OptionalInt status =
                        python.run(
                                arguments.manifest().orElseThrow(),
                                arguments.components(),
                                arguments.words(),
                                note -> lines.log(LogLevel.INFO, note));
                if (status.isPresent()) {
                    return status.getAsInt();
                }
                if (arguments.verb().orElseThrow() == DeclarativeArguments.Verb.CHECK) {
                    return refused(text, arguments, lines);
                }
            }
            return switch (arguments.verb().orElseThrow()) {
                case SPEC -> spec(manifest, arguments, lines);
                case CHECK -> check(manifest, arguments, lines);
                case DISCOVER -> discover(manifest, arguments, lines);
                case READ -> read(manifest, arguments, lines);
            };
        } catch (UncheckedIOException failure) {
            throw failure;
        } catch (RuntimeException error) {
            SyncFailure failure = failure(error);
            lines.failure(failure, Optional.empty());
            errors.println(lines.masked(failure.getMessage()));
            return tellFaults(failure, arguments) ? WRONG_CALL : FAILED;
        }
    }

    /**
     * Tells all that is wrong with a manifest, where that is what has failed, with line and column.
     *
     * @return whether there was something to tell
     */
    private boolean tellFaults(SyncFailure failure, DeclarativeArguments arguments) {
        if (!isOfManifest(failure)) {
            return false;
        }
        Path file = arguments.manifest().orElseThrow();
        List<String> faults =
                ManifestLint.check(text("manifest", file)).stream()
                        .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                        .map(finding ->
                                "%s:%d:%d: %s"
                                        .formatted(
                                                file,
                                                finding.place().line(),
                                                finding.place().column(),
                                                finding.message()))
                        .toList();
        faults.forEach(errors::println);
        return !faults.isEmpty();
    }

    private static boolean isOfManifest(SyncFailure failure) {
        return failure.getMessage().startsWith("The manifest is not valid")
                || failure.getMessage().contains("This is no YAML");
    }

    private static SyncFailure failure(RuntimeException error) {
        return switch (error) {
            case SyncFailure failure -> failure;
            case PythonError template ->
                    Failures.of(template, "(none)") instanceof ConfigurationFailure configuration
                            ? configuration
                            : new SystemFailure(
                                    "The manifest can't be used: %s"
                                            .formatted(template.getMessage()),
                                    template.kind().pythonName(),
                                    template);
            default ->
                    new SystemFailure(
                            "Something went wrong in the connector. See the logs for more"
                                    + " details.",
                            error.toString(),
                            error);
        };
    }

    /** Names the class, and where, before anything is asked of an API. */
    private int refused(String text, DeclarativeArguments arguments, ProgramLines lines) {
        List<PythonClass> classes = ManifestLint.pythonClasses(text);
        ConfigurationFailure failure =
                PythonClass.refused(arguments.manifest().orElseThrow(), classes);
        lines.failure(failure, Optional.empty());
        lines.write(ConnectionStatusMessage.failed(failure.getMessage()));
        return DONE;
    }

    private static String text(String role, Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigurationFailure(
                    "There is no %s file %s. Check the path.".formatted(role, file),
                    missing.toString(),
                    missing);
        } catch (IOException unreadable) {
            throw new ConfigurationFailure(
                    "The %s file %s can't be read. Check the path and the rights."
                            .formatted(role, file),
                    unreadable.toString(),
                    unreadable);
        }
    }

    /** The source; its secrets are masked from here on. */
    private DeclarativeSource source(
            Manifest manifest, DeclarativeArguments arguments, ProgramLines lines) {
        Path directory = directory(arguments);
        Map<String, Object> config = config(arguments);
        Definition spec = DeclarativeSource.specification(manifest, directory);
        lines.carry(manifest);
        lines.mask(
                SecretMasker.of(
                        SecretFields.values(
                                Trees.toTree(spec.mapping("connection_specification")),
                                Trees.toTree(config))));
        return DeclarativeSource.create(
                manifest,
                config,
                new SourceSettings(clock, pause, lines, directory, true, arguments.config()));
    }

    private static Path directory(DeclarativeArguments arguments) {
        return Optional.ofNullable(arguments.manifest().orElseThrow().toAbsolutePath().getParent())
                .orElseThrow();
    }

    private int spec(Manifest manifest, DeclarativeArguments arguments, ProgramLines lines) {
        lines.specification(
                Spec.compile(
                                DeclarativeSource.specification(manifest, directory(arguments)),
                                Compilation.of(Map.of(), clock, pause, lines))
                        .message());
        return DONE;
    }

    /** Read once: it may come through a pipe. */
    private static Map<String, Object> config(DeclarativeArguments arguments) {
        return Trees.toMap(InputFiles.readConfiguration(arguments.config().orElseThrow()));
    }

    private int check(Manifest manifest, DeclarativeArguments arguments, ProgramLines lines)
            throws InterruptedException {
        Optional<SyncFailure> problem = problem(manifest, arguments, lines);
        if (problem.isEmpty()) {
            lines.write(ConnectionStatusMessage.succeeded());
            return DONE;
        }
        if (!problem.get().detail().isBlank()) {
            lines.log(LogLevel.INFO, problem.get().detail());
        }
        lines.write(ConnectionStatusMessage.failed(lines.masked(problem.get().getMessage())));
        return DONE;
    }

    /** What the user can mend is an answer; anything else is a failure of the program. */
    private Optional<SyncFailure> problem(
            Manifest manifest, DeclarativeArguments arguments, ProgramLines lines)
            throws InterruptedException {
        try {
            return source(manifest, arguments, lines).findProblem();
        } catch (ConfigurationFailure failure) {
            if (isOfManifest(failure)) {
                throw failure;
            }
            lines.failure(failure, Optional.empty());
            return Optional.of(failure);
        }
    }

    private int discover(Manifest manifest, DeclarativeArguments arguments, ProgramLines lines)
            throws InterruptedException {
        List<Catalog.Stream> streams =
                source(manifest, arguments, lines).describe().stream()
                        .map(DeclarativeProgram::toWire)
                        .toList();
        lines.write(CatalogMessage.of(Catalog.of(streams)));
        return DONE;
    }

    private static Catalog.Stream toWire(DeclarativeSource.Described described) {
        StreamDescription stream = described.description();
        boolean incremental = stream.incremental();
        return new Catalog.Stream(
                stream.name(),
                stream.jsonSchema()
                        .filter(ObjectNode.class::isInstance)
                        .map(ObjectNode.class::cast)
                        .orElseGet(io.millrace.protocol.json.Json::object),
                incremental
                        ? List.of(
                                SourceSyncMode.FULL_REFRESH.open(),
                                SourceSyncMode.INCREMENTAL.open())
                        : List.of(SourceSyncMode.FULL_REFRESH.open()),
                incremental ? Optional.of(stream.sourceDefinedCursor()) : Optional.empty(),
                Optional.of(stream.defaultCursor()).filter(path -> !path.isEmpty()),
                Optional.of(stream.primaryKey()).filter(key -> !key.isEmpty()),
                Optional.of(incremental),
                described.fileBased() ? Optional.of(true) : Optional.empty(),
                Additional.NONE);
    }

    private int read(Manifest manifest, DeclarativeArguments arguments, ProgramLines lines)
            throws InterruptedException {
        ConfiguredCatalog catalog =
                InputFiles.readConfiguredCatalog(arguments.catalog().orElseThrow());
        catalog.requireKnownSyncModes();
        List<StateMessage> states = arguments.state().map(InputFiles::readState).orElse(List.of());
        List<StreamSelection> selections =
                catalog.streams().stream().map(stream -> selection(stream, states)).toList();
        var streams = new ConcurrentLinkedQueue<ProgramLines.Stream>();
        source(manifest, arguments, lines)
                .read(
                        selections,
                        new ReadSinks() {
                            @Override
                            public StreamSink stream(String name) {
                                ProgramLines.Stream stream = lines.new Stream(name);
                                streams.add(stream);
                                return stream;
                            }

                            @Override
                            public void missing(String name) {
                                lines.status(name, TraceMessage.Status.INCOMPLETE);
                            }
                        });
        List<String> failed = new ArrayList<>();
        for (ProgramLines.Stream stream : streams) {
            stream.failures().stream()
                    .findFirst()
                    .ifPresent(failure ->
                            failed.add("%s: %s".formatted(stream.name(), failure.getMessage())));
        }
        if (failed.isEmpty()) {
            return DONE;
        }
        lines.failure(
                new ConfigurationFailure(
                        "During the sync, the following streams did not sync successfully: "
                                + String.join("; ", failed)),
                Optional.empty());
        return FAILED;
    }

    private static StreamSelection selection(
            ConfiguredCatalog.Stream configured, List<StateMessage> states) {
        StreamName name = configured.stream().name();
        return new StreamSelection(
                name.name(),
                state(name, states),
                configured.cursorField().orElse(List.of()),
                Optional.of(Trees.toMap(configured.stream().jsonSchema())));
    }

    /** A global state holds those of the streams, too; its shared part is nothing of ours. */
    private static Map<String, Object> state(StreamName name, List<StateMessage> states) {
        for (StateMessage state : states) {
            List<StateMessage.StreamState> candidates =
                    switch (state) {
                        case StateMessage.Stream one -> List.of(one.state());
                        case StateMessage.Global global -> global.streamStates();
                        case StateMessage.Legacy _ -> List.of();
                    };
            for (StateMessage.StreamState candidate : candidates) {
                if (candidate.stream().name().equals(name.name())) {
                    return candidate.state().map(Trees::toMap).orElse(Map.of());
                }
            }
        }
        return Map.of();
    }
}

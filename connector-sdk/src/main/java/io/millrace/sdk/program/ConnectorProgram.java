package io.millrace.sdk.program;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.message.Catalog;
import io.millrace.protocol.message.CatalogMessage;
import io.millrace.protocol.message.ConnectionStatusMessage;
import io.millrace.protocol.message.ConnectorSpecification;
import io.millrace.protocol.message.DestinationSyncMode;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.message.SpecMessage;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.DestinationDefinition;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.UnknownKeys;
import io.millrace.sdk.program.ProgramArguments.Flag;
import io.millrace.sdk.program.ProgramArguments.Verb;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/**
 * A connector as a program of the protocol: {@code spec}, {@code check}, {@code discover}, {@code
 * read}, {@code write} (reference: protocol 1.5 and 1.6). {@link #run} is the whole program but for
 * its end.
 */
public final class ConnectorProgram {
    /** How a program ends that did what it was asked for; a failed check is an answer, too. */
    public static final int DONE = 0;

    public static final int FAILED = 1;
    public static final int WRONG_CALL = 2;

    /** As shells tell a death by SIGTERM. */
    public static final int STOPPED = 143;

    /** A read from standard input can't be interrupted; what isn't acknowledged comes again. */
    private static final long STOP_MILLIS = 2_000;

    private final ConnectorDefinition<?> definition;
    private final ConnectorContext context;
    private final InputStream input;
    private final OutputStream output;
    private final PrintStream errors;

    /**
     * @param output standard output; unbuffered, whole lines go into it
     */
    public ConnectorProgram(
            ConnectorDefinition<?> definition,
            ConnectorContext context,
            InputStream input,
            OutputStream output,
            PrintStream errors) {
        this.definition = definition;
        this.context = context;
        this.input = input;
        this.output = output;
        this.errors = errors;
    }

    /**
     * Runs {@code definition} on the streams of this process, and gives the status to end it with.
     * A SIGTERM that comes meanwhile stops it cleanly.
     */
    public static int main(
            ConnectorDefinition<?> definition, ConnectorContext context, List<String> arguments) {
        var program =
                new ConnectorProgram(
                        definition,
                        context,
                        System.in,
                        new FileOutputStream(FileDescriptor.out),
                        System.err);
        Thread runner = Thread.currentThread();
        // Not the thread's end: it will wait for the end of the process, which waits for the hook.
        var ended = new CountDownLatch(1);
        var stop =
                new Thread(() -> {
                    runner.interrupt();
                    try {
                        boolean _ = ended.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
        Runtime.getRuntime().addShutdownHook(stop);
        int status;
        try {
            status = program.run(arguments);
        } finally {
            ended.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException _) {
            return STOPPED; // the process is being stopped
        }
        return status;
    }

    /** Runs one verb; what to end the process with. */
    public int run(List<String> arguments) {
        Set<Verb> verbs =
                switch (definition) {
                    case SourceDefinition<?> _ ->
                            EnumSet.of(Verb.SPEC, Verb.CHECK, Verb.DISCOVER, Verb.READ);
                    case DestinationDefinition<?> _ ->
                            EnumSet.of(Verb.SPEC, Verb.CHECK, Verb.WRITE);
                };
        ProgramArguments parsed = ProgramArguments.parse(arguments, verbs);
        var out = new ProgramOutput(output, context.clock(), level(parsed.debug()));
        if (!parsed.problems().isEmpty()) {
            tellUsage(parsed.problems(), verbs);
            out.failure(
                    new ConfigurationFailure(String.join(" ", parsed.problems())),
                    Optional.empty());
            return WRONG_CALL;
        }
        try {
            return run(parsed, out);
        } catch (InterruptedException _) {
            return STOPPED;
        } catch (UncheckedIOException failure) {
            // Nobody reads our output any more; there is no one left to tell but the log.
            errors.println("The output was closed: " + failure.getMessage());
            return FAILED;
        } catch (SyncFailure failure) {
            return fail(out, failure);
        } catch (RuntimeException failure) {
            return fail(
                    out,
                    new SystemFailure(
                            "Something went wrong in the connector. See the logs for more"
                                    + " details.",
                            failure.toString(),
                            failure));
        }
    }

    private int fail(ProgramOutput out, SyncFailure failure) {
        try {
            out.failure(failure, Optional.empty());
        } catch (UncheckedIOException closed) {
            errors.println("The output was closed: " + closed.getMessage());
        }
        errors.println(out.masked(failure.getMessage()));
        return FAILED;
    }

    private static LogLevel level(boolean debug) {
        if (debug) {
            return LogLevel.DEBUG;
        }
        String wanted = System.getenv("LOG_LEVEL");
        if (wanted != null) {
            for (LogLevel level : LogLevel.values()) {
                if (level.name().equals(wanted.toUpperCase(Locale.ROOT))) {
                    return level;
                }
            }
        }
        return LogLevel.INFO;
    }

    private void tellUsage(List<String> problems, Set<Verb> verbs) {
        problems.forEach(errors::println);
        errors.println("Usage:");
        verbs.forEach(verb -> errors.printf("  %s %s%n", definition.name(), verb.usage()));
        errors.println("  --debug tells more.");
    }

    private int run(ProgramArguments arguments, ProgramOutput out) throws InterruptedException {
        Verb verb = arguments.verb().orElseThrow();
        if (verb == Verb.SPEC) {
            out.write(SpecMessage.of(specification(definition)));
            return DONE;
        }
        return switch (definition) {
            case SourceDefinition<?> source -> runSource(source, verb, arguments, out);
            case DestinationDefinition<?> destination ->
                    runDestination(destination, verb, arguments, out);
        };
    }

    /** What a connector answers to {@code spec}. */
    public static ConnectorSpecification specification(ConnectorDefinition<?> definition) {
        OptionSchema<?> schema = OptionSchema.of(definition.optionsType());
        return switch (definition) {
            case SourceDefinition<?> source ->
                    ConnectorSpecification.of(schema.jsonSchema(source.title() + " source"));
            case DestinationDefinition<?> destination ->
                    ConnectorSpecification.of(
                                    schema.jsonSchema(destination.title() + " destination"))
                            .withDestinationSyncModes(wireModes(destination.supportedModes()));
        };
    }

    private static List<DestinationSyncMode> wireModes(Set<SyncMode> modes) {
        var wire = EnumSet.noneOf(DestinationSyncMode.class);
        for (SyncMode mode : modes) {
            wire.add(
                    switch (mode) {
                        case FULL_REFRESH_OVERWRITE -> DestinationSyncMode.OVERWRITE;
                        case FULL_REFRESH_APPEND, INCREMENTAL_APPEND -> DestinationSyncMode.APPEND;
                        case FULL_REFRESH_OVERWRITE_DEDUPED, INCREMENTAL_DEDUPED_HISTORY ->
                                DestinationSyncMode.APPEND_DEDUP;
                    });
        }
        return List.copyOf(wire);
    }

    private <C extends Record> int runSource(
            SourceDefinition<C> source, Verb verb, ProgramArguments arguments, ProgramOutput out)
            throws InterruptedException {
        ObjectNode config = configuration(arguments, source, out);
        var binding = OptionSchema.of(source.optionsType()).bind(config, UnknownKeys.ALLOW);
        if (verb == Verb.CHECK) {
            return check(
                    out,
                    () -> {
                        try (Source made = source.create(binding.load(), context)) {
                            made.check();
                        }
                    });
        }
        try (Source made = source.create(binding.load(), context)) {
            if (verb == Verb.DISCOVER) {
                List<SyncFailure> broken = new ArrayList<>();
                List<Catalog.Stream> streams =
                        made.discover((_, failure) -> broken.add(failure)).stream()
                                .map(StreamDescriptions::toWire)
                                .toList();
                if (streams.isEmpty() && !broken.isEmpty()) {
                    throw broken.getFirst();
                }
                broken.forEach(failure -> out.log(LogLevel.ERROR, failure.getMessage()));
                out.write(new CatalogMessage(Catalog.of(streams), Additional.NONE));
                return DONE;
            }
            var catalog = InputFiles.readConfiguredCatalog(arguments.file(Flag.CATALOG));
            var states =
                    Optional.ofNullable(arguments.files().get(Flag.STATE))
                            .map(InputFiles::readState)
                            .orElse(List.of());
            return new ReadProgram(made, catalog, states, out, context.clock()).run();
        }
    }

    private <C extends Record> int runDestination(
            DestinationDefinition<C> destination,
            Verb verb,
            ProgramArguments arguments,
            ProgramOutput out)
            throws InterruptedException {
        ObjectNode config = configuration(arguments, destination, out);
        var binding = OptionSchema.of(destination.optionsType()).bind(config, UnknownKeys.ALLOW);
        if (verb == Verb.CHECK) {
            return check(
                    out,
                    () -> {
                        try (Destination made = destination.create(binding.load(), context)) {
                            made.check();
                        }
                    });
        }
        var catalog = InputFiles.readConfiguredCatalog(arguments.file(Flag.CATALOG));
        try (Destination made = destination.create(binding.load(), context)) {
            return new WriteProgram(made, catalog, out, context.clock()).run(input);
        }
    }

    /** The configuration, whose secrets are masked from here on; without keys for tests (1.5.4). */
    private static ObjectNode configuration(
            ProgramArguments arguments, ConnectorDefinition<?> definition, ProgramOutput out) {
        ObjectNode config = InputFiles.readConfiguration(arguments.file(Flag.CONFIG));
        config.remove("_limit");
        config.remove("_page_size");
        out.mask(OptionSchema.of(definition.optionsType()).masker(config));
        return config;
    }

    /** Something that throws where the connector can't be used. */
    private interface Check {
        void run() throws InterruptedException;
    }

    /** A failed check is an answer, and no failure of the program (reference: 1.6.3). */
    private static int check(ProgramOutput out, Check check) throws InterruptedException {
        try {
            check.run();
            out.write(ConnectionStatusMessage.succeeded());
        } catch (SyncFailure failure) {
            if (!failure.detail().isBlank()) {
                out.log(LogLevel.INFO, failure.detail());
            }
            out.write(ConnectionStatusMessage.failed(out.masked(failure.getMessage())));
        }
        return DONE;
    }
}

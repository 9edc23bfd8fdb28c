package io.millrace.replication.launch.process;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.message.ConnectorSpecification;
import io.millrace.protocol.message.ControlMessage;
import io.millrace.protocol.message.LineProblem;
import io.millrace.protocol.message.LogMessage;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageReader;
import io.millrace.protocol.message.SpecMessage;
import io.millrace.protocol.message.TraceMessage;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.protocol.text.DurationText;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A program that speaks the protocol, with one configuration: starts it with a verb and its files,
 * and runs the verbs that give a single answer. Safe for all threads.
 */
final class GuestProgram {
    private static final Duration SPECIFICATION_FOR_MASKING = Duration.ofSeconds(10);
    private static final Duration STOP_AT_ONCE = Duration.ofSeconds(2);

    private final GuestCommand command;
    private final ObjectNode config;
    private final Timeouts timeouts;
    private final LaunchContext context;
    private final GuestLog log;
    private @Nullable CompletableFuture<SecretMasker> masker;
    private @Nullable ConnectorSpecification specification;

    GuestProgram(
            List<String> command,
            Map<String, String> environment,
            ObjectNode config,
            Timeouts timeouts,
            LaunchContext context) {
        this(
                new PlainCommand(command, context.directory(), environment),
                config,
                timeouts,
                context);
    }

    GuestProgram(
            GuestCommand command, ObjectNode config, Timeouts timeouts, LaunchContext context) {
        this.command = command;
        this.config = config;
        this.timeouts = timeouts;
        this.context = context;
        this.log = new GuestLog(context.log(), this::masker);
    }

    /** A started verb with its files; {@link #close} removes both. */
    static final class Run implements AutoCloseable {
        private final Guest guest;
        private final GuestCall call;
        private final Path folder;
        private final Duration patience;

        private Run(Guest guest, GuestCall call, Path folder, Duration patience) {
            this.patience = patience;
            this.guest = guest;
            this.call = call;
            this.folder = folder;
        }

        Guest guest() {
            return guest;
        }

        /** What it says, as lines of the protocol. */
        InputStream messages() throws IOException {
            return call.translation().output(guest.output(), this::endsWell);
        }

        private boolean endsWell() throws IOException {
            try {
                return guest.awaitExit(patience) && guest.exitStatus() == 0;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for a connector's end");
            }
        }

        /** Takes lines of the protocol; one thread. */
        OutputStream input() {
            return call.translation().input(guest.input());
        }

        /** Whether its exit status is one that means success, after its end. */
        boolean succeeded() {
            return guest.exitStatus() == 0 || call.translation().forgives(guest.exitStatus());
        }

        /** What its exit status and last words mean, where its kind knows more than we. */
        Optional<SyncFailure> explained() {
            return call.translation().explain(guest.exitStatus(), guest.lastErrors());
        }

        @Override
        public void close() {
            try {
                guest.close();
            } finally {
                GuestKeeper.deleteAll(folder);
            }
        }
    }

    Timeouts timeouts() {
        return timeouts;
    }

    GuestLog log() {
        return log;
    }

    LaunchContext context() {
        return context;
    }

    /** The program as a person would name it. */
    String name() {
        return command.name();
    }

    /**
     * Starts {@code verb} with the configuration and {@code files}.
     *
     * @param files by flag, such as {@code catalog}; readable by our user alone
     */
    Run start(String verb, Map<String, JsonNode> files, GuestLog to) throws InterruptedException {
        GuestKeeper keeper = GuestKeeper.shared();
        Path folder;
        try {
            folder = keeper.newFolder();
        } catch (IOException failure) {
            throw unwritable(failure);
        }
        boolean started = false;
        try {
            GuestCall call = command.call(verb, files, new GuestFiles(folder));
            var run =
                    new Run(Guest.start(keeper, call, to), call, folder, timeouts.stopOrDefault());
            started = true;
            return run;
        } catch (IOException failure) {
            throw unwritable(failure);
        } finally {
            if (!started) {
                GuestKeeper.deleteAll(folder);
            }
        }
    }

    static SystemFailure unwritable(IOException failure) {
        return new SystemFailure(
                "The files for a connector can't be written to the folder for temporary files. Is"
                        + " the disk full?",
                String.valueOf(failure.getMessage()),
                failure);
    }

    /** The files that every verb but {@code spec} gets, with more of them. */
    Map<String, JsonNode> filesWith(Map<String, JsonNode> more) {
        var files = new LinkedHashMap<String, JsonNode>();
        files.put("config", config);
        files.putAll(more);
        return files;
    }

    /** What it answers to {@code spec}; asked once. */
    synchronized ConnectorSpecification specification() throws InterruptedException {
        if (specification == null) {
            specification = findSpecification(timeouts.check(), log);
        }
        return specification;
    }

    private ConnectorSpecification findSpecification(Duration patience, GuestLog to)
            throws InterruptedException {
        Optional<ConnectorSpecification> known = command.specification();
        if (known.isPresent()) {
            return known.get();
        }
        Optional<String> identity = command.identity();
        if (identity.isEmpty()) {
            return fetchSpecification(patience, to);
        }
        var kept = new KeptSpecifications(context.cache());
        Optional<ConnectorSpecification> found = kept.find(identity.get());
        if (found.isPresent()) {
            return found.get();
        }
        ConnectorSpecification fetched = fetchSpecification(patience, to);
        kept.keep(identity.get(), fetched);
        return fetched;
    }

    private ConnectorSpecification fetchSpecification(Duration patience, GuestLog to)
            throws InterruptedException {
        var found = new ArrayList<ConnectorSpecification>();
        SyncFailure failure =
                answer(
                        "spec",
                        Map.of(),
                        patience,
                        to,
                        message -> {
                            if (message instanceof SpecMessage spec) {
                                found.add(spec.specification());
                            }
                        });
        if (found.isEmpty()) {
            throw failure;
        }
        return found.getFirst();
    }

    /**
     * Runs a verb to its end, and gives its messages to {@code sink}.
     *
     * @return what to throw if its answer was not among them
     * @throws SyncFailure where it failed, whatever it answered
     */
    SyncFailure answer(
            String verb,
            Map<String, JsonNode> files,
            Duration patience,
            GuestLog to,
            Consumer<Message> sink)
            throws InterruptedException {
        try (Run run = start(verb, files, to)) {
            Guest guest = run.guest();
            guest.input().close();
            guest.output().deadline(patience);
            boolean any = false;
            SyncFailure told = null;
            // Not closed: the run does that.
            var reader = new MessageReader(run.messages());
            while (true) {
                MessageReader.Event event = reader.next();
                if (event == MessageReader.Event.END) {
                    break;
                }
                if (event == MessageReader.Event.PROBLEM) {
                    tell(reader.problem(), to);
                } else if (event == MessageReader.Event.MESSAGE) {
                    any = true;
                    Message message = reader.message();
                    if (message instanceof TraceMessage.Failure error && told == null) {
                        told = failure(error, to);
                    }
                    if (message instanceof ControlMessage.ConnectorConfig control) {
                        context.configurationKeeper().accept(control.config());
                    }
                    tell(message, to);
                    sink.accept(message);
                }
            }
            SyncFailure unstopped = awaitExit(guest);
            if (unstopped != null) {
                throw unstopped;
            }
            if (told != null) {
                throw told;
            }
            if (!run.succeeded()) {
                throw exited(verb, run);
            }
            return any
                    ? new SystemFailure(
                            "The connector %s gave no answer to \"%s\".".formatted(name(), verb),
                            guest.lastErrors())
                    : new SystemFailure(
                            "The connector %s ended without any message.".formatted(name()),
                            guest.lastErrors());
        } catch (InterruptedIOException _) {
            throw interrupted();
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The connector %s can't be talked to.".formatted(name()),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /** Clears the flag that {@link GuestOutput} left set, as the exception has it. */
    static InterruptedException interrupted() {
        Thread.interrupted();
        return new InterruptedException("stopped while waiting for a connector");
    }

    /** Waits for a guest that has closed its output; what to throw if it goes on. */
    @Nullable SyncFailure awaitExit(Guest guest) throws InterruptedException {
        Duration stop = timeouts.stopOrDefault();
        if (guest.awaitExit(stop)) {
            return null;
        }
        guest.stop(STOP_AT_ONCE);
        return new TransientFailure(
                "The connector %s did not stop within %s."
                        .formatted(name(), DurationText.format(stop)),
                guest.lastErrors());
    }

    SyncFailure exited(String verb, Run run) {
        return run.explained()
                .orElseGet(() ->
                        new SystemFailure(
                                "The connector %s ended with exit status %d while it ran \"%s\"."
                                        .formatted(name(), run.guest().exitStatus(), verb),
                                run.guest().lastErrors()));
    }

    /** An error that a guest told, without secrets. */
    SyncFailure failure(TraceMessage.Failure error, GuestLog to) {
        String message =
                error.message().isBlank()
                        ? "The connector %s failed without saying why.".formatted(name())
                        : to.mask(error.message());
        String detail =
                to.mask(
                        error.internalMessage().orElse("")
                                + error.stackTrace().map(trace -> "\n" + trace).orElse(""));
        return switch (error.effectiveFailureType()) {
            case CONFIG_ERROR -> new ConfigurationFailure(message, detail);
            case TRANSIENT_ERROR -> new TransientFailure(message, detail);
            case SYSTEM_ERROR -> new SystemFailure(message, detail);
        };
    }

    /** Logs what is for the log. */
    static void tell(Message message, GuestLog to) {
        if (message instanceof LogMessage line) {
            String trace = line.stackTrace().map(text -> "\n" + text).orElse("");
            to.line(level(line), line.message() + trace);
        } else if (message instanceof TraceMessage.Failure error) {
            to.line(
                    LogLevel.ERROR,
                    error.message()
                            + error.internalMessage().map(text -> "\n" + text).orElse("")
                            + error.stackTrace().map(text -> "\n" + text).orElse(""));
        }
    }

    /** Logs a line that is no message; what may hold a user's data has no text here. */
    static void tell(LineProblem problem, GuestLog to) {
        if (problem.kind() == LineProblem.Kind.NOT_JSON && !problem.text().isEmpty()) {
            to.line(LogLevel.INFO, problem.text());
        } else {
            to.line(LogLevel.WARN, problem.reason());
        }
    }

    private static LogLevel level(LogMessage line) {
        return line.level()
                .known()
                .map(level -> LogLevel.valueOf(level.name()))
                .orElse(LogLevel.INFO);
    }

    /** Masks the secrets as far as names tell them. */
    static SecretMasker maskerByNames(JsonNode config) {
        return SecretMasker.of(SecretFields.valuesByName(config));
    }

    /**
     * Masks the secrets of the configuration: those that names tell at once, and those that the
     * specification tells, which is asked for where the configuration has other texts.
     */
    SecretMasker masker() {
        CompletableFuture<SecretMasker> asked;
        synchronized (config) {
            if (masker == null) {
                masker =
                        hasOtherTexts(config, false)
                                ? CompletableFuture.supplyAsync(
                                        this::maskerBySpecification,
                                        task -> Thread.ofVirtual().start(task))
                                : CompletableFuture.completedFuture(maskerByNames(config));
            }
            asked = masker;
        }
        return asked.join();
    }

    private SecretMasker maskerBySpecification() {
        SecretMasker byNames = maskerByNames(config);
        var quiet = new GuestLog((_, _) -> {}, () -> byNames);
        try {
            ConnectorSpecification found = findSpecification(SPECIFICATION_FOR_MASKING, quiet);
            return byNames.and(
                    SecretMasker.of(SecretFields.values(found.connectionSpecification(), config)));
        } catch (SyncFailure _) {
            return byNames; // it has no specification: names are all there is
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return byNames;
        }
    }

    private static boolean hasOtherTexts(JsonNode node, boolean covered) {
        if (node.isObject()) {
            return node.properties().stream()
                    .anyMatch(property ->
                            hasOtherTexts(
                                    property.getValue(),
                                    SecretFields.tellsSecret(property.getKey())));
        }
        if (node.isArray()) {
            for (JsonNode element : node) {
                if (hasOtherTexts(element, covered)) {
                    return true;
                }
            }
            return false;
        }
        return !covered && node.isString() && !node.asString().isBlank();
    }
}

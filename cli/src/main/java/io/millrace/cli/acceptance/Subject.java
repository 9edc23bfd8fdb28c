package io.millrace.cli.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The connector that is tested, with everything that it has done so far. */
final class Subject {
    private static final Duration EXIT_WITHIN = Duration.ofSeconds(10);
    private static final Duration LISTENING_AFTER = Duration.ofSeconds(2);
    private static final int SHOWN = 300;
    private static final Set<String> TYPES =
            Set.of(
                    "RECORD",
                    "STATE",
                    "LOG",
                    "SPEC",
                    "CONNECTION_STATUS",
                    "CATALOG",
                    "TRACE",
                    "CONTROL",
                    "DESTINATION_CATALOG");

    private final GuestCommand command;
    private final List<Transcript> transcripts = new ArrayList<>();

    Subject(GuestCommand command) {
        this.command = command;
    }

    List<Transcript> transcripts() {
        return transcripts;
    }

    /** What writes to a connector and may look at what it has said. */
    @FunctionalInterface
    interface Conversation {
        /**
         * @param input the connector's; closed afterwards
         * @param said grows while the connector prints
         * @return whether the connector is to be killed at once
         */
        boolean talk(OutputStream input, List<JsonNode> said)
                throws IOException, InterruptedException;
    }

    /** Runs a verb to its end with an empty input. */
    Transcript run(String verb, Map<String, JsonNode> files, Duration timeout)
            throws InterruptedException {
        return run(verb, files, timeout, (_, _) -> false);
    }

    /** Runs a verb to its end, or to the end that {@code conversation} makes. */
    Transcript run(
            String verb, Map<String, JsonNode> files, Duration timeout, Conversation conversation)
            throws InterruptedException {
        var told = Collections.synchronizedList(new ArrayList<String>());
        var messages = Collections.synchronizedList(new ArrayList<JsonNode>());
        var others = new ArrayList<String>();
        try (GuestRun run =
                GuestRun.start(
                        command,
                        verb,
                        files,
                        List.of(),
                        (_, line) -> told.add(line),
                        SecretMasker.none())) {
            var failures = Collections.synchronizedList(new ArrayList<Throwable>());
            var killed = new boolean[1];
            Thread talker =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                try (OutputStream input = run.input()) {
                                    killed[0] = conversation.talk(input, messages);
                                    if (killed[0]) {
                                        run.kill();
                                    }
                                } catch (IOException _) {
                                    // It takes no more; how it ends tells why.
                                } catch (InterruptedException | RuntimeException failure) {
                                    failures.add(failure);
                                }
                            });
            boolean late = read(run, timeout, messages, others, told);
            talker.interrupt();
            talker.join();
            OptionalInt status = late ? OptionalInt.empty() : run.awaitExit(EXIT_WITHIN);
            int left = status.isPresent() && !killed[0] ? run.left() : 0;
            for (Throwable failure : failures) {
                if (failure instanceof RuntimeException thrown) {
                    throw thrown;
                }
            }
            var transcript =
                    new Transcript(
                            verb,
                            streams(files),
                            messages,
                            others,
                            status,
                            left,
                            run.lastErrors(),
                            told,
                            killed[0]);
            transcripts.add(transcript);
            return transcript;
        }
    }

    private static List<String> streams(Map<String, JsonNode> files) {
        JsonNode catalog = files.get("catalog");
        return catalog == null
                ? List.of()
                : catalog.path("streams")
                        .valueStream()
                        .map(stream -> stream.path("stream").path("name").asString(""))
                        .toList();
    }

    /**
     * @return whether the time was over before the end
     */
    private static boolean read(
            GuestRun run,
            Duration timeout,
            List<JsonNode> messages,
            List<String> others,
            List<String> told) {
        var reader = new BufferedReader(new InputStreamReader(run.output(timeout), UTF_8));
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                told.add(line);
                try {
                    JsonNode message = Json.mapper().readTree(line);
                    if (TYPES.contains(message.path("type").asString(""))) {
                        messages.add(message);
                        continue;
                    }
                } catch (JacksonException _) {
                    // Told below.
                }
                others.add(line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line);
            }
            return false;
        } catch (TransientFailure late) {
            return true;
        } catch (IOException broken) {
            return false;
        }
    }

    /**
     * Starts a verb, asks it to end as soon as it has said something, and waits.
     *
     * @return empty where it had to be killed
     */
    OptionalInt askToEnd(
            String verb, Map<String, JsonNode> files, Duration timeout, Duration patience)
            throws InterruptedException {
        try (GuestRun run =
                GuestRun.start(
                        command, verb, files, List.of(), (_, _) -> {}, SecretMasker.none())) {
            var output = run.output(timeout);
            try {
                if (verb.equals("write")) {
                    Thread.sleep(LISTENING_AFTER); // it says nothing by itself
                } else if (output.read() < 0) {
                    return run.awaitExit(patience);
                }
                run.ask();
                // Its output isn't read on: one that waits for room must end all the same.
                return run.awaitExit(patience);
            } catch (IOException | SyncFailure _) {
                return OptionalInt.empty();
            }
        }
    }
}

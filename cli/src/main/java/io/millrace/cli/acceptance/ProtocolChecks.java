package io.millrace.cli.acceptance;

import io.millrace.protocol.secret.SecretFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What holds for every run of a connector, whatever it was asked for. */
final class ProtocolChecks {
    private static final Duration STARTED_WITHIN = Duration.ofMinutes(1);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(10);

    private final Subject subject;
    private final Recorder recorder;

    ProtocolChecks(Subject subject, Recorder recorder) {
        this.subject = subject;
        this.recorder = recorder;
    }

    /**
     * Looks at everything that the connector has done so far.
     *
     * @param secrets values that it must not tell
     */
    void ofTranscripts(Collection<String> secrets) throws InterruptedException {
        List<Transcript> runs = List.copyOf(subject.transcripts());
        recorder.check(
                "protocol.output",
                () -> {
                    var problems = new ArrayList<String>();
                    for (Transcript run : runs) {
                        run.otherLines().forEach(line -> problems.add(run.verb() + ": " + line));
                    }
                    Recorder.requireNone(
                            problems, "Standard output must hold messages only, and has:");
                });
        recorder.check(
                "protocol.exit_status",
                () -> {
                    for (Transcript run : runs) {
                        Recorder.require(
                                run.exitStatus().isPresent(), "\"%s\" did not end.", run.verb());
                        Recorder.require(
                                run.stopped()
                                        || !run.succeeded()
                                        || run.errorTraces().findAny().isEmpty(),
                                "\"%s\" told an error, and ended with exit status 0.",
                                run.verb());
                        Recorder.require(
                                run.exitStatus().getAsInt() == 0
                                        || run.stopped()
                                        || !run.messages().isEmpty(),
                                "%s, and without any message.",
                                run.ending());
                    }
                });
        recorder.check("protocol.counts", () -> runs.forEach(ProtocolChecks::counts));
        recorder.check(
                "protocol.orphans",
                () -> {
                    for (Transcript run : runs) {
                        Recorder.require(
                                run.left() == 0,
                                "\"%s\" left %d processes behind.",
                                run.verb(),
                                run.left());
                    }
                });
        recorder.check("protocol.secrets", () -> secrets(runs, secrets));
    }

    /** The counts of a source's states against the records before them. */
    private static void counts(Transcript run) {
        if (!run.verb().equals("read")) {
            return;
        }
        var since = new HashMap<String, Long>();
        for (JsonNode message : run.messages()) {
            if (message.path("type").asString("").equals("RECORD")) {
                JsonNode record = message.path("record");
                since.merge(
                        key(
                                record.path("namespace").asString(""),
                                record.path("stream").asString("")),
                        1L,
                        Long::sum);
                continue;
            }
            JsonNode state = message.path("state");
            JsonNode said = state.path("sourceStats").path("recordCount");
            if (!message.path("type").asString("").equals("STATE")) {
                continue;
            }
            JsonNode descriptor = state.path("stream").path("stream_descriptor");
            boolean single = state.has("stream");
            String key =
                    key(
                            descriptor.path("namespace").asString(""),
                            descriptor.path("name").asString(""));
            long counted =
                    single
                            ? since.getOrDefault(key, 0L)
                            : since.values().stream().mapToLong(Long::longValue).sum();
            Recorder.require(
                    !said.isNumber() || said.asDouble() == counted,
                    "A state says that %s records came before it%s, and %d did.",
                    said.asString(""),
                    single ? " of " + descriptor.path("name").asString("") : "",
                    counted);
            if (single) {
                since.remove(key);
            } else {
                since.clear();
            }
        }
    }

    private static String key(String namespace, String name) {
        return namespace + "\0" + name;
    }

    private static void secrets(List<Transcript> runs, Collection<String> secrets) {
        if (secrets.isEmpty()) {
            throw new Recorder.Skipped("the configuration holds no secret");
        }
        for (Transcript run : runs) {
            for (String line : run.told()) {
                Recorder.require(
                        secrets.stream().noneMatch(line::contains),
                        "\"%s\" told a secret of the configuration.",
                        run.verb());
            }
        }
    }

    /**
     * Values of a configuration that are secret.
     *
     * @param options the connectionSpecification
     */
    static Set<String> secretsOf(JsonNode options, JsonNode values) {
        var secrets = new HashSet<String>();
        if (options instanceof tools.jackson.databind.node.ObjectNode schema
                && values instanceof tools.jackson.databind.node.ObjectNode config) {
            secrets.addAll(SecretFields.values(schema, config));
        }
        // What is as short as this stands in other words as well.
        secrets.removeIf(secret -> secret.length() < 4);
        return secrets;
    }

    /** States must be about what was asked for. */
    void stateScope() throws InterruptedException {
        recorder.check(
                "protocol.state_scope",
                () -> {
                    boolean any = false;
                    for (Transcript run : subject.transcripts()) {
                        if (!run.verb().equals("read") || !run.succeeded()) {
                            continue;
                        }
                        var read = new HashSet<String>();
                        run.streams().forEach(read::add);
                        for (JsonNode state : run.states()) {
                            any = true;
                            for (JsonNode descriptor : ReadChecks.descriptors(state)) {
                                Recorder.require(
                                        read.contains(descriptor.path("name").asString("")),
                                        "A state came of the stream %s, which was not to be"
                                                + " read.",
                                        descriptor.path("name").asString("?"));
                            }
                        }
                    }
                    if (!any) {
                        throw new Recorder.Skipped("no state came");
                    }
                });
    }

    void sigterm(String verb, Map<String, JsonNode> files) throws InterruptedException {
        recorder.check(
                "protocol.sigterm",
                () ->
                        Recorder.require(
                                subject.askToEnd(verb, files, STARTED_WITHIN, STOPPED_WITHIN)
                                        .isPresent(),
                                "\"%s\" did not end within %d s of SIGTERM.",
                                verb,
                                STOPPED_WITHIN.toSeconds()));
    }

    /** Whatever ends with a failure must have told it. */
    void errorsTold(String verb, Map<String, JsonNode> failing) throws InterruptedException {
        recorder.check(
                "protocol.errors_told",
                () -> {
                    subject.run(verb, failing, STARTED_WITHIN);
                    for (Transcript run : subject.transcripts()) {
                        Recorder.require(
                                run.stopped()
                                        || run.exitStatus().isEmpty()
                                        || run.succeeded()
                                        || run.errorTraces().findAny().isPresent(),
                                "%s, without a TRACE ERROR that says why.",
                                run.ending());
                    }
                });
    }
}

package io.millrace.cli.acceptance;

import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.process.GuestCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Tests one connector. One thread. */
public final class AcceptanceSuite {
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(60);

    private final Path folder;
    private final AcceptanceConfig config;
    private final Optional<Path> previous;
    private final Recorder recorder;
    private final Optional<JsonNode> metadata;

    private AcceptanceSuite(
            Path folder, AcceptanceConfig config, Optional<Path> previous, Recorder recorder) {
        this.folder = folder;
        this.config = config;
        this.previous = previous;
        this.recorder = recorder;
        Path described = folder.resolve("metadata.yaml");
        this.metadata =
                Files.exists(described)
                        ? Optional.of(AcceptanceConfig.read(described))
                        : Optional.empty();
    }

    /**
     * Reads a connector's own configuration of its tests.
     *
     * @param given the folder as the user named it
     * @param previous a folder with the version before
     * @param only a check, or a part of the suite
     * @throws WrongConfigurationException where something is wrong with the configuration
     */
    public static AcceptanceSuite load(
            String given, Path folder, Optional<Path> previous, Optional<String> only) {
        previous.filter(path -> !Files.isDirectory(path))
                .ifPresent(path -> {
                    throw new WrongConfigurationException("There is no folder " + path + ".");
                });
        var config = AcceptanceConfig.load(folder);
        return new AcceptanceSuite(folder, config, previous, new Recorder(given, only));
    }

    /** The image that the configuration names, for folders that don't say how they are started. */
    public Optional<String> image() {
        return config.image();
    }

    /** Variables that the configuration asks for. */
    public Map<String, String> environment() {
        return config.environment();
    }

    /**
     * Runs the checks.
     *
     * @param image the image that {@code command} runs, if it is one
     * @throws WrongConfigurationException where the configuration names a file that isn't there
     */
    public Report run(GuestCommand command, Optional<String> image) throws InterruptedException {
        var subject = new Subject(command);
        Optional<ImageFacts> facts =
                image.isPresent()
                        ? Optional.of(ImageFacts.fetch(image.get(), folder, metadata))
                        : Optional.empty();
        if (config.hasSourceTests()) {
            source(subject, facts);
        }
        if (config.destinationTests().isPresent()) {
            destination(subject, config.destinationTests().get());
        }
        List<CheckResult> results = recorder.results();
        if (results.isEmpty()) {
            throw new WrongConfigurationException(
                    "There is nothing to test: no such check, or no tests in %s."
                            .formatted(AcceptanceConfig.FILE));
        }
        return new Report(name(), results);
    }

    /**
     * What a connector says of itself.
     *
     * @param catalog of its first working configuration; empty for a destination
     */
    public record Answers(JsonNode specification, Optional<JsonNode> catalog) {}

    /**
     * Asks for what a registry keeps.
     *
     * @throws WrongConfigurationException where it doesn't answer, which its tests would tell
     */
    public Answers answers(GuestCommand command) throws InterruptedException {
        var subject = new Subject(command);
        try {
            JsonNode specification = SpecificationChecks.fetch(subject, CONNECTION_TIMEOUT);
            Optional<JsonNode> values =
                    config.hasSourceTests() ? workingConfiguration() : Optional.empty();
            return new Answers(
                    specification,
                    values.isPresent()
                            ? Optional.of(
                                    DiscoveryChecks.fetch(
                                            subject, values.get(), CONNECTION_TIMEOUT))
                            : Optional.empty());
        } catch (Recorder.Finding finding) {
            throw new WrongConfigurationException(String.valueOf(finding.getMessage()));
        }
    }

    private String name() {
        return metadata.flatMap(data -> data.path("data").path("dockerRepository").asStringOpt())
                .orElseGet(() -> String.valueOf(folder.toAbsolutePath().normalize().getFileName()));
    }

    private void source(Subject subject, Optional<ImageFacts> facts) throws InterruptedException {
        var discovery = new DiscoveryChecks(subject, recorder, config, previous.map(Previous::new));
        boolean certified =
                metadata.map(data -> data.path("data").path("supportLevel").asString(""))
                        .filter(level -> level.equals("certified"))
                        .isPresent();
        var reads = new ReadChecks(subject, recorder, config, certified);
        part(
                "spec",
                List.of("spec.config_match_spec"),
                () ->
                        new SpecificationChecks(
                                        subject,
                                        recorder,
                                        config,
                                        previous.map(Previous::new),
                                        facts)
                                .run());
        part("connection", List.of("connection.check"), () -> connection(subject));
        part("discovery", List.of("discovery.discover"), discovery::run);
        part("basic_read", List.of("basic_read.records_exist"), reads::basicRead);
        part("full_refresh", List.of("full_refresh.sequential_reads"), reads::fullRefresh);
        part(
                "incremental",
                List.of(
                        "incremental.two_sequential_reads",
                        "incremental.read_sequential_slices",
                        "incremental.state_with_abnormally_large_values"),
                reads::incremental);
        var attributes = new AttributeChecks(subject, recorder, config, folder, metadata);
        asked(AttributeChecks.ATTRIBUTES, attributes::attributes);
        asked(AttributeChecks.DOCUMENTATION, attributes::documentation);
        if (recorder.wantsPart("protocol")) {
            protocolOfSource(subject);
        }
    }

    /** A suite that most connectors need not pass: nothing is said where it isn't configured. */
    private void asked(String suite, Recorder.Probe checks) throws InterruptedException {
        if (config.configured(suite)) {
            part(suite, List.of(suite), checks);
        }
    }

    private void part(String suite, List<String> named, Recorder.Probe checks)
            throws InterruptedException {
        if (!recorder.wantsPart(suite)) {
            return;
        }
        Optional<String> bypassed = config.bypassed(suite);
        if (bypassed.isPresent()) {
            recorder.skip(named, bypassed.get());
        } else {
            checks.run();
        }
    }

    private void connection(Subject subject) throws InterruptedException {
        for (JsonNode test : config.tests("connection")) {
            recorder.check(
                    "connection.check",
                    () -> {
                        String expected = test.path("status").asString("succeed");
                        JsonNode values =
                                config.file(
                                        test.path("config_path").asString("secrets/config.json"));
                        Transcript run =
                                subject.run(
                                        "check",
                                        Map.of("config", values),
                                        Timeout.of(test, CONNECTION_TIMEOUT));
                        if (expected.equals("exception")) {
                            Recorder.require(
                                    !run.succeeded() && run.errorTraces().count() == 1,
                                    "A failure with exactly one TRACE ERROR was expected, and %s.",
                                    run.ending());
                            return;
                        }
                        String status = expected.equals("failed") ? "FAILED" : "SUCCEEDED";
                        List<JsonNode> came = run.all("CONNECTION_STATUS", "connectionStatus");
                        Recorder.require(
                                came.size() == 1
                                        && came.getFirst()
                                                .path("status")
                                                .asString("")
                                                .equals(status),
                                "Exactly one CONNECTION_STATUS %s was expected for %s, and this"
                                        + " came: %s (%s)",
                                status,
                                test.path("config_path").asString("secrets/config.json"),
                                came,
                                run.ending());
                    });
        }
    }

    /** The first configuration that is meant to work. */
    private Optional<JsonNode> workingConfiguration() {
        for (String suite : List.of("basic_read", "full_refresh", "incremental", "discovery")) {
            for (JsonNode test : config.tests(suite)) {
                return Optional.of(
                        config.file(test.path("config_path").asString("secrets/config.json")));
            }
        }
        return Optional.empty();
    }

    private void protocolOfSource(Subject subject) throws InterruptedException {
        var protocol = new ProtocolChecks(subject, recorder);
        Optional<JsonNode> values = workingConfiguration();
        if (values.isEmpty()) {
            return;
        }
        var secrets = new HashSet<String>();
        Optional<JsonNode> catalog = Optional.empty();
        try {
            JsonNode specification = SpecificationChecks.fetch(subject, CONNECTION_TIMEOUT);
            secrets.addAll(
                    ProtocolChecks.secretsOf(
                            specification.path("connectionSpecification"), values.get()));
            JsonNode found = DiscoveryChecks.fetch(subject, values.get(), CONNECTION_TIMEOUT);
            catalog =
                    Optional.of(
                            DiscoveryChecks.configured(
                                    config,
                                    tools.jackson.databind.node.MissingNode.getInstance(),
                                    found,
                                    false));
        } catch (Recorder.Finding _) {
            // Its own check has told that.
        }
        if (catalog.isPresent()) {
            var files = new LinkedHashMap<String, JsonNode>();
            files.put("config", values.get());
            files.put("catalog", oneStream(catalog.get()));
            // Of one stream alone, so that states of others show.
            subject.run("read", files, CONNECTION_TIMEOUT.multipliedBy(10));
            files.put("catalog", catalog.get());
            protocol.sigterm("read", files);
        }
        protocol.stateScope();
        var failing = new LinkedHashMap<String, JsonNode>();
        failing.put("config", values.get());
        failing.put("catalog", ReadChecks.unknownStream());
        protocol.errorsTold("read", failing);
        protocol.ofTranscripts(secrets);
    }

    private static JsonNode oneStream(JsonNode catalog) {
        var streams = Json.array();
        catalog.path("streams").valueStream().limit(1).forEach(streams::add);
        return Json.object().set("streams", streams);
    }

    private void destination(Subject subject, JsonNode tests) throws InterruptedException {
        var checks = new DestinationChecks(subject, recorder, config, tests, folder);
        if (recorder.wantsPart("destination")) {
            checks.run();
        }
        if (!recorder.wantsPart("protocol")) {
            return;
        }
        checks.sample();
        var protocol = new ProtocolChecks(subject, recorder);
        JsonNode specification;
        try {
            specification = SpecificationChecks.fetch(subject, CONNECTION_TIMEOUT);
        } catch (Recorder.Finding _) {
            specification = Json.object();
        }
        var failing = new LinkedHashMap<String, JsonNode>();
        failing.put("config", checks.values());
        failing.put("catalog", Json.array());
        protocol.sigterm("write", checks.anyFiles());
        protocol.errorsTold("write", failing);
        protocol.ofTranscripts(
                ProtocolChecks.secretsOf(
                        specification.path("connectionSpecification"), checks.values()));
    }
}

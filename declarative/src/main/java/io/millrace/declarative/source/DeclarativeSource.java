package io.millrace.declarative.source;

import io.millrace.declarative.authentication.Authenticators;
import io.millrace.declarative.config.Configurations;
import io.millrace.declarative.config.Spec;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.http.Reach;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.stream.DeclarativeStream;
import io.millrace.declarative.stream.StreamCompiler;
import io.millrace.declarative.stream.StreamDefinitions;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonSchemas;
import io.millrace.protocol.text.NearestName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A manifest with a configuration, as a source. */
public final class DeclarativeSource implements Source {
    private final Manifest manifest;
    private final Spec spec;
    private final Compilation compilation;
    private final Path directory;
    private final ConcurrencyLevel concurrency;
    private final HttpSettings http;
    private final Reach reach = Reach.ofSync();

    private DeclarativeSource(
            Manifest manifest,
            Spec spec,
            Compilation compilation,
            Path directory,
            ConcurrencyLevel concurrency,
            HttpSettings http) {
        this.manifest = manifest;
        this.spec = spec;
        this.compilation = compilation;
        this.directory = directory;
        this.concurrency = concurrency;
        this.http = http;
    }

    /**
     * A source for one configuration, which is migrated and transformed as the manifest says; one
     * that was migrated is kept in its file and told to the log. Connects to nothing yet.
     *
     * @throws SyncFailure where the configuration misses the specification
     */
    public static DeclarativeSource create(
            Manifest manifest, Map<String, Object> config, SourceSettings settings) {
        var given = Compilation.of(config, settings.clock(), settings.pause(), settings.log());
        Spec spec = Spec.compile(specification(manifest, settings.directory()), given);
        Map<String, Object> migrated = spec.migrated(config);
        if (!migrated.equals(config)) {
            settings.configFile().ifPresent(file -> Configurations.save(migrated, file));
            settings.log().configuration(settings.withManifest(migrated, manifest));
        }
        Map<String, Object> transformed = spec.transformed(migrated);
        spec.check(transformed);
        return new DeclarativeSource(
                manifest,
                spec,
                given.withConfig(settings.withManifest(transformed, manifest)),
                settings.directory(),
                ConcurrencyLevel.of(manifest.root(), given),
                settings.http());
    }

    /**
     * The component Spec: the manifest's, or the one in a file beside it; without either, one that
     * takes any configuration.
     */
    public static Definition specification(Manifest manifest, Path directory) {
        Optional<Definition> written = manifest.root().find("spec");
        if (written.isPresent()) {
            return written.get();
        }
        for (String name : List.of("spec.yaml", "spec.json")) {
            Path file = directory.resolve(name);
            if (Files.exists(file)) {
                return Definition.of(SpecFile.read(file), name);
            }
        }
        return Definition.of(Map.of("type", "Spec"), "spec");
    }

    /** Something that is done with the streams of the source. */
    private interface Operation<T> {
        T run(StreamCompiler compiler) throws InterruptedException;
    }

    private <T> T operate(Compilation with, Operation<T> operation) throws InterruptedException {
        return operate(with, http, reach, operation);
    }

    private <T> T operate(
            Compilation with, HttpSettings settings, Reach reached, Operation<T> operation)
            throws InterruptedException {
        spec.validate(compilation.config());
        try (var engine =
                HttpEngine.open(
                        with,
                        manifest.root().find("api_budget"),
                        new Authenticators(),
                        settings,
                        reached)) {
            return operation.run(new StreamCompiler(with, directory, engine));
        }
    }

    /**
     * Why the source can't be read, if so.
     *
     * @throws SyncFailure where that can't be found out
     */
    public Optional<SyncFailure> findProblem() throws InterruptedException {
        Definition check = manifest.root().child("check");
        Compilation overridden = compilation.withConfig(checkConfig(check));
        try {
            return operate(
                    overridden,
                    http,
                    Reach.ofCheck(),
                    compiler -> StreamCheck.run(manifest.root(), overridden.config(), compiler));
        } catch (io.millrace.declarative.interpolation.python.PythonError error) {
            return Optional.of(Failures.of(error, "check"));
        }
    }

    /** The configuration with what the manifest replaces of it while it is checked. */
    private Map<String, Object> checkConfig(Definition check) {
        Map<String, Object> overrides = check.mapping("config_overrides");
        if (overrides.isEmpty()) {
            return compilation.config();
        }
        for (String key : overrides.keySet()) {
            if (key.startsWith("__airbyte")) {
                throw check.malformed(
                        "config_overrides", "an object without keys that begin with __airbyte");
            }
        }
        Map<String, Object> config = new LinkedHashMap<>(compilation.config());
        config.putAll(overrides);
        return config;
    }

    @Override
    public void check() throws InterruptedException {
        Optional<SyncFailure> problem = findProblem();
        if (problem.isPresent()) {
            throw problem.get();
        }
    }

    /**
     * A stream that the source offers.
     *
     * @param fileBased whether it gives files beside its records
     */
    public record Described(StreamDescription description, boolean fileBased) {}

    @Override
    public List<StreamDescription> discover() throws InterruptedException {
        return describe().stream().map(Described::description).toList();
    }

    /** The streams, with what is told of them to platforms only. */
    public List<Described> describe() throws InterruptedException {
        return operate(
                compilation,
                compiler -> {
                    StreamGroups groups = StreamGroups.compile(manifest.root());
                    List<Described> streams = new ArrayList<>();
                    for (Definition definition :
                            compiler.definitions(manifest.root(), true).all()) {
                        DeclarativeStream stream =
                                compiler.compile(definition, Map.of(), List.of()).stream();
                        groups.requirePossible(stream);
                        streams.add(new Described(describe(stream), stream.isFileBased()));
                    }
                    return streams;
                });
    }

    /**
     * Reads a few pages of a stream, for a person to look at. Requests that fail are not tried
     * again.
     *
     * @throws SyncFailure where the stream isn't there, or can't be compiled
     */
    public Sample sample(String stream, Sample.Limits limits) throws InterruptedException {
        var reading = new SampleReading(stream, limits);
        return operate(
                compilation,
                http.forSample(reading),
                reach,
                compiler -> {
                    List<Definition> all = compiler.definitions(manifest.root(), true).all();
                    List<String> names = all.stream().map(each -> each.text("name")).toList();
                    int index = names.indexOf(stream);
                    if (index < 0) {
                        throw new ConfigurationFailure(
                                "The manifest has no stream %s%s"
                                        .formatted(stream, NearestName.hint(stream, names)));
                    }
                    return reading.run(
                            compiler.compile(all.get(index), Map.of(), List.of()).stream());
                });
    }

    private static StreamDescription describe(DeclarativeStream stream)
            throws InterruptedException {
        JsonNode schema = Trees.toTree(stream.schema());
        Optional<String> cursor = stream.cursorField();
        return new StreamDescription(
                StreamName.of(stream.name()),
                JsonSchemas.parse(schema),
                stream.primaryKey(),
                cursor.map(List::of).orElse(List.of()),
                cursor.isPresent() && !stream.takesOtherCursor(),
                cursor.isPresent(),
                false,
                false,
                Optional.of(schema));
    }

    /**
     * Reads streams; returns when each of them has ended, whether it is complete or not.
     *
     * @throws SyncFailure where no stream could be begun
     */
    public void read(List<StreamSelection> selections, ReadSinks sinks)
            throws InterruptedException {
        read(selections, sinks, compilation);
    }

    private void read(List<StreamSelection> selections, ReadSinks sinks, Compilation with)
            throws InterruptedException {
        operate(
                with,
                compiler -> {
                    read(selections, sinks, compiler, compiler.definitions(manifest.root(), true));
                    return selections.size();
                });
    }

    private void read(
            List<StreamSelection> selections,
            ReadSinks sinks,
            StreamCompiler compiler,
            StreamDefinitions definitions)
            throws InterruptedException {
        Map<String, Definition> byName = new LinkedHashMap<>();
        definitions.all().forEach(stream -> byName.put(stream.text("name"), stream));
        StreamGroups groups = StreamGroups.compile(manifest.root());
        Map<String, Map<String, Object>> chosen = new LinkedHashMap<>();
        selections.forEach(selection ->
                selection.jsonSchema().ifPresent(schema -> chosen.put(selection.name(), schema)));
        compiler.choose(chosen);
        List<Reading.Job> jobs = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (StreamSelection selection : selections) {
            Definition definition = byName.get(selection.name());
            if (definition == null) {
                missing.add(selection.name());
                continue;
            }
            StreamCompiler.Compiled compiled =
                    compiler.compile(definition, selection.state(), selection.cursorField());
            groups.requirePossible(compiled.stream());
            StreamSink sink = sinks.stream(selection.name());
            if (compiled.cleared()) {
                compilation.log().log(
                        LogLevel.WARN,
                        ("The state of stream %s is older than what the API keeps; it is"
                                        + " read from the beginning.")
                                .formatted(selection.name()));
                sink.state(Map.of());
            }
            jobs.add(new Reading.Job(compiled.stream(), compiled.state(), sink));
        }
        if (!jobs.isEmpty()) {
            missing.forEach(sinks::missing);
        }
        Reading.run(jobs, concurrency, groups, compiler::largestAnswer);
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        Map<String, StreamRequest> requests = new LinkedHashMap<>();
        List<StreamSelection> selections = new ArrayList<>();
        for (StreamRequest request : plan.streams()) {
            requests.put(request.name().name(), request);
            selections.add(selection(request));
        }
        List<OutputSink> open = new ArrayList<>();
        try {
            read(
                    selections,
                    new ReadSinks() {
                        @Override
                        public StreamSink stream(String name) {
                            StreamRequest request = requests.get(name);
                            if (request == null) {
                                throw new IllegalStateException("nobody asked for " + name);
                            }
                            var sink =
                                    new OutputSink(
                                            output.stream(request.name()),
                                            request.schema(),
                                            state(request),
                                            request.syncMode().incremental(),
                                            compilation.clock());
                            open.add(sink);
                            return sink;
                        }

                        @Override
                        public void missing(String name) {
                            throw new ConfigurationFailure(
                                    "The source has no stream %s. Discover its streams anew."
                                            .formatted(name));
                        }
                    },
                    compilation.withLog(new OutputLog(output, compilation.log())));
        } finally {
            open.forEach(OutputSink::discard);
        }
    }

    private static StreamSelection selection(StreamRequest request) {
        return new StreamSelection(
                request.name().name(),
                KnownRecords.without(state(request)),
                request.cursor(),
                request.stream().jsonSchema().map(Trees::toMap));
    }

    /** Where a read goes on, with the records that it need not give again; empty for nowhere. */
    private static Map<String, Object> state(StreamRequest request) {
        // A comparison looks at everything, wherever the last sync ended.
        boolean incremental =
                request.syncMode().incremental()
                        && request.purpose() != StreamRequest.Purpose.COMPARE;
        return incremental ? request.state().map(Trees::toMap).orElse(Map.of()) : Map.of();
    }
}

package io.millrace.declarative.source;

import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.stream.DeclarativeStream;
import io.millrace.declarative.stream.StreamCompiler;
import io.millrace.declarative.stream.StreamDefinitions;
import io.millrace.declarative.stream.StreamRead;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.text.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the streams that a manifest names for it can be read: from each the first record is read,
 * if there is one (reference: declarative 1.10). What is given back says why one can't; what is
 * thrown, that the check itself can't be done.
 */
final class StreamCheck {
    private static final String CHOSEN_NAMES = "__airbyte_check_stream_names";

    private final Definition check;
    private final StreamCompiler compiler;
    private final StreamDefinitions definitions;
    private final Map<String, Definition> byName = new LinkedHashMap<>();

    private StreamCheck(Definition check, StreamCompiler compiler, StreamDefinitions definitions) {
        this.check = check;
        this.compiler = compiler;
        this.definitions = definitions;
        definitions.all().forEach(stream -> byName.put(stream.findText("name").orElse(""), stream));
    }

    static Optional<SyncFailure> run(
            Definition manifest, Map<String, Object> config, StreamCompiler compiler)
            throws InterruptedException {
        Optional<Definition> custom = CustomComponents.find(manifest);
        if (custom.isPresent()) {
            return Optional.of(CustomComponents.refused(custom.get()));
        }
        Definition check = manifest.child("check");
        return switch (check.type()) {
            case "CheckStream" -> {
                List<String> _ = names(check, config); // complains where they are no names
                StreamDefinitions definitions;
                try {
                    definitions = definitions(manifest, check, config, compiler);
                } catch (RuntimeException error) {
                    yield Optional.of(Failures.of(error, "(dynamic)"));
                }
                var run = new StreamCheck(check, compiler, definitions);
                yield definitions.all().isEmpty() ? Optional.of(nothing()) : run.named(config);
            }
            case "CheckDynamicStream" -> {
                StreamDefinitions definitions = compiler.definitions(manifest, true);
                var run = new StreamCheck(check, compiler, definitions);
                yield definitions.all().isEmpty() ? Optional.of(nothing()) : run.first();
            }
            default -> throw check.unknownType("a check");
        };
    }

    /** Streams are made of templates only where one of them is asked for. */
    private static StreamDefinitions definitions(
            Definition manifest,
            Definition check,
            Map<String, Object> config,
            StreamCompiler compiler)
            throws InterruptedException {
        StreamDefinitions fixed = compiler.definitions(manifest, false);
        boolean needsAll =
                check.has("dynamic_streams_check_configs")
                        || !fixedNames(fixed).containsAll(names(check, config));
        return needsAll && manifest.has("dynamic_streams")
                ? compiler.definitions(manifest, true)
                : fixed;
    }

    private static SyncFailure nothing() {
        return new ConfigurationFailure("No streams to connect to from the manifest.");
    }

    private static Set<String> fixedNames(StreamDefinitions definitions) {
        return definitions.fixed().stream()
                .map(stream -> stream.findText("name").orElse(""))
                .collect(Collectors.toSet());
    }

    private Optional<SyncFailure> named(Map<String, Object> config) throws InterruptedException {
        if (!check.has("stream_names") && !check.has("dynamic_streams_check_configs")) {
            throw check.malformed("stream_names", "a list of streams");
        }
        for (String name : names(check, config)) {
            Definition stream = byName.get(name);
            if (stream == null) {
                throw new SystemFailure(
                        "The manifest checks stream %s, which it doesn't have%s"
                                .formatted(name, NearestName.hint(name, byName.keySet())));
            }
            Optional<SyncFailure> problem = problem(stream, name);
            if (problem.isPresent()) {
                return problem;
            }
        }
        for (Definition dynamic : check.children("dynamic_streams_check_configs")) {
            String name = dynamic.text("dynamic_stream_name");
            List<Definition> generated = definitions.generated().get(name);
            if (generated == null) {
                return Optional.of(
                        new SystemFailure(
                                "Dynamic stream %s is not found in the manifest.".formatted(name)));
            }
            OptionalLong count = dynamic.findInteger("stream_count");
            Optional<SyncFailure> problem =
                    problem(
                            generated,
                            count.isPresent() ? Math.max(1, count.getAsLong()) : generated.size());
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    /** The configuration may name other streams than the manifest. */
    private static List<String> names(Definition check, Map<String, Object> config) {
        Object chosen = config.get(CHOSEN_NAMES);
        if (chosen == null || (chosen instanceof List<?> list && list.isEmpty())) {
            return check.texts("stream_names");
        }
        List<String> names = new ArrayList<>();
        if (chosen instanceof List<?> list) {
            for (Object name : list) {
                if (name instanceof String text) {
                    names.add(text);
                }
            }
            if (names.size() == list.size()) {
                return names;
            }
        }
        // Whoever runs the check sets it, no user.
        throw new SystemFailure("%s has to be a list of names.".formatted(CHOSEN_NAMES));
    }

    private Optional<SyncFailure> first() throws InterruptedException {
        long count =
                check.findInteger("stream_count")
                        .orElseThrow(() -> check.malformed("stream_count", "a number"));
        if (!check.flag("use_check_availability", true)) {
            definitions.all().forEach(this::compile);
            return Optional.empty();
        }
        // What can't be compiled is no answer about the API.
        first(definitions.all(), count).forEach(this::compile);
        return problem(definitions.all(), count);
    }

    private Optional<SyncFailure> problem(List<Definition> streams, long count)
            throws InterruptedException {
        for (Definition stream : first(streams, count)) {
            Optional<SyncFailure> problem = problem(stream, stream.text("name"));
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static List<Definition> first(List<Definition> streams, long count) {
        return streams.subList(0, (int) Math.min(Math.max(count, 0), streams.size()));
    }

    private DeclarativeStream compile(Definition definition) {
        return compiler.compile(definition, Map.of(), List.of()).stream();
    }

    private Optional<SyncFailure> problem(Definition definition, String name)
            throws InterruptedException {
        var probe = new Probe();
        try {
            StreamRead read = compile(definition).start(Map.of());
            boolean _ =
                    read.generate(slice -> {
                        probe.sliced = true;
                        read.open(slice)
                                .read(record -> {
                                    requireObject(record);
                                    throw new Found();
                                });
                        return false;
                    });
        } catch (Found _) {
            return Optional.empty();
        } catch (RuntimeException error) {
            return Optional.of(unavailable(name, Failures.of(error, name)));
        }
        return probe.sliced
                ? Optional.empty()
                : Optional.of(
                        new ConfigurationFailure(
                                ("Stream %s is not available: Cannot attempt to connect to stream"
                                                + " %s - no stream slices were found")
                                        .formatted(name, name)));
    }

    private static void requireObject(SourceRecord record) {
        if (!record.isObject()) {
            throw new SystemFailure(
                    "A record is no object. Point the extractor's field_path at objects.");
        }
    }

    private static SyncFailure unavailable(String name, SyncFailure reason) {
        String message = "Stream %s is not available: %s".formatted(name, reason.getMessage());
        return switch (reason) {
            case ConfigurationFailure _ ->
                    new ConfigurationFailure(message, reason.detail(), reason);
            case SystemFailure _ -> new SystemFailure(message, reason.detail(), reason);
            case TransientFailure _ -> new TransientFailure(message, reason.detail(), reason);
        };
    }

    private static final class Probe {
        private boolean sliced;
    }

    /** There is a record, so nothing more is read. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Found() {
            super(null, null, false, false);
        }
    }
}

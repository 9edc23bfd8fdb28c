package io.millrace.cli.manifest;

import io.millrace.cli.command.Terminal;
import io.millrace.declarative.config.Spec;
import io.millrace.declarative.jsonschema.Violation;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.node.ObjectNode;

/** {@code {manifest: ./shipstation.yaml}}: a low-code connector, run in this process. */
public final class ManifestLauncher implements Launcher {
    private final Pause pause;

    /**
     * @param terminal knows how to wait
     */
    public ManifestLauncher(Terminal terminal) {
        this.pause = terminal::pause;
    }

    @Override
    public String kind() {
        return "manifest";
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        var problems = new ArrayList<LaunchProblem>();
        if (role == Role.DESTINATION) {
            return List.of(
                    new LaunchProblem(
                            "/manifest", "A manifest describes a source, no destination.", false));
        }
        if (!reference.environment().isEmpty()) {
            problems.add(
                    new LaunchProblem(
                            "/env",
                            "A manifest has no process of its own: this has no effect.",
                            true));
        }
        if (!reference.target().isString()) {
            problems.add(
                    new LaunchProblem(
                            "/manifest",
                            "A manifest is named by its file, such as \"./shop.yaml\".",
                            false));
            return problems;
        }
        // A pipeline's reader has resolved it; of any other the folder isn't known here.
        Path file = Path.of(reference.target().asString());
        if (!file.isAbsolute()) {
            return problems;
        }
        try {
            problems.addAll(configurationProblems(open(file), reference));
        } catch (SyncFailure failure) {
            problems.add(new LaunchProblem("/manifest", failure.getMessage(), false));
        }
        return problems;
    }

    /** A manifest with the specification of its configuration. */
    private record Opened(Manifest manifest, Path folder, Definition specification) {
        Spec spec(Map<String, Object> config) {
            return Spec.compile(
                    specification,
                    Compilation.of(config, Instant::now, Pause.none(), EngineLog.none()));
        }
    }

    private static Opened open(Path file) {
        Manifest manifest = Manifest.parse(text(file));
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
        return new Opened(manifest, folder, DeclarativeSource.specification(manifest, folder));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigurationFailure(
                    "There is no manifest %s. Check the path.".formatted(file),
                    missing.toString(),
                    missing);
        } catch (IOException unreadable) {
            throw new ConfigurationFailure(
                    "The manifest %s can't be read. Check the path and the rights.".formatted(file),
                    unreadable.toString(),
                    unreadable);
        }
    }

    private static List<LaunchProblem> configurationProblems(
            Opened opened, ConnectorReference reference) {
        Map<String, Object> config = Trees.toMap(reference.config());
        Spec spec = opened.spec(config);
        return spec.violations(spec.transformed(spec.migrated(config))).stream()
                .map(violation ->
                        new LaunchProblem(pointer(violation), violation.toString(), false))
                .toList();
    }

    private static String pointer(Violation violation) {
        JsonPointer pointer = JsonPointer.empty().appendProperty("config");
        for (Object step : violation.path()) {
            pointer = pointer.appendProperty(String.valueOf(step));
        }
        return pointer.toString();
    }

    @Override
    public SecretMasker masker(ConnectorReference reference, Role role) {
        return SecretMasker.of(SecretFields.valuesByName(reference.config()));
    }

    private static SecretMasker masker(Opened opened, ObjectNode config) {
        return SecretMasker.of(
                        SecretFields.values(
                                Trees.toTree(
                                        opened.specification().mapping("connection_specification")),
                                config))
                .and(SecretMasker.of(SecretFields.valuesByName(config)));
    }

    @Override
    public Source source(ConnectorReference reference, LaunchContext context) {
        if (!reference.target().isString()) {
            throw new ConfigurationFailure(
                    "A manifest is named by its file, such as \"./shop.yaml\".");
        }
        Opened opened = open(context.directory().resolve(reference.target().asString()));
        return DeclarativeSource.create(
                opened.manifest(),
                Trees.toMap(reference.config()),
                new SourceSettings(
                        context.clock(),
                        pause,
                        new MaskedLog(context, masker(opened, reference.config())),
                        opened.folder(),
                        false,
                        Optional.empty()));
    }

    @Override
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        throw new ConfigurationFailure("A manifest describes a source, no destination.");
    }
}

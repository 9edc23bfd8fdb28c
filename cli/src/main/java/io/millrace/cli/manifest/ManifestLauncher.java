package io.millrace.cli.manifest;

import io.millrace.declarative.config.Spec;
import io.millrace.declarative.jsonschema.Violation;
import io.millrace.declarative.lint.ManifestLint;
import io.millrace.declarative.lint.PythonClass;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
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
import io.millrace.protocol.message.ConnectorSpecification;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.process.Guests;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code {manifest: ./shipstation.yaml}}: a low-code connector, run in this process, or where it
 * has Python classes by a Python.
 */
public final class ManifestLauncher implements Launcher {
    /** The key by which a pipeline names a manifest. */
    public static final String KIND = "manifest";

    private final Pause pause;
    private final UnaryOperator<@Nullable String> environment;

    /**
     * @param pause how to wait
     * @param environment a variable's value, null where it is not set; they may name a Python
     */
    public ManifestLauncher(Pause pause, UnaryOperator<@Nullable String> environment) {
        this.pause = pause;
        this.environment = environment;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        var problems = new ArrayList<LaunchProblem>();
        if (role == Role.DESTINATION) {
            return List.of(
                    new LaunchProblem(
                            "/manifest", "A manifest describes a source, no destination.", false));
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
            Opened opened = open(file);
            problems.addAll(configurationProblems(opened, reference));
            problems.addAll(classProblems(opened, reference));
            problems.addAll(ignoredFields(opened));
        } catch (SyncFailure failure) {
            problems.add(new LaunchProblem("/manifest", failure.getMessage(), false));
        }
        return problems;
    }

    /** Classes are told with their places; whether there is a Python for them isn't known yet. */
    private static List<LaunchProblem> classProblems(Opened opened, ConnectorReference reference) {
        if (opened.classes().isEmpty()) {
            return reference.environment().isEmpty()
                    ? List.of()
                    : List.of(
                            new LaunchProblem(
                                    "/env",
                                    "This manifest has no process of its own: this has no effect.",
                                    true));
        }
        return opened.classes().stream()
                .map(each ->
                        new LaunchProblem(
                                "/manifest",
                                ("Line %d of the manifest names the Python class %s (%s), which"
                                                + " needs Python 3 with airbyte-cdk to run.")
                                        .formatted(
                                                each.place().line(), each.name(), each.component()),
                                true))
                .toList();
    }

    /** The sync goes on without them, and may so deliver less than the author believes. */
    private static List<LaunchProblem> ignoredFields(Opened opened) {
        return ManifestLint.ignoredFields(opened.manifest(), opened.text()).stream()
                .map(each ->
                        new LaunchProblem(
                                "/manifest",
                                each.message(),
                                true,
                                Optional.of(
                                        new LaunchProblem.Place(
                                                opened.file(),
                                                each.place().line(),
                                                each.place().column()))))
                .toList();
    }

    /**
     * A manifest with the specification of its configuration.
     *
     * @param text as it was written
     * @param classes the Python classes that it needs
     */
    private record Opened(
            Path file,
            String text,
            Manifest manifest,
            Path folder,
            Definition specification,
            List<PythonClass> classes) {
        Spec spec(Map<String, Object> config) {
            return Spec.compile(
                    specification,
                    Compilation.of(config, Instant::now, Pause.none(), EngineLog.none()));
        }
    }

    private static Opened open(Path file) {
        String text = text(file);
        Manifest manifest = Manifest.parse(text);
        Path folder = PythonKit.folder(file);
        return new Opened(
                file,
                text,
                manifest,
                folder,
                DeclarativeSource.specification(manifest, folder),
                CustomComponents.find(manifest.root()).isPresent()
                        ? ManifestLint.pythonClasses(text)
                        : List.of());
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

    /** Config transformations that are Python classes change it into something unknown here. */
    private static List<LaunchProblem> configurationProblems(
            Opened opened, ConnectorReference reference) {
        if (opened.classes().stream()
                .anyMatch(each -> each.component().equals("CustomConfigTransformation"))) {
            return List.of();
        }
        Map<String, Object> config = Trees.toMap(reference.config());
        Spec spec = opened.spec(config);
        Map<String, Object> used = spec.transformed(spec.migrated(config));
        var problems = new ArrayList<LaunchProblem>();
        for (Violation violation : spec.violations(used)) {
            problems.add(new LaunchProblem(pointer(violation.path()), violation.toString(), false));
        }
        // What the manifest itself takes away from the configuration has served its purpose.
        for (var option : ManifestLint.unusedOptions(opened.manifest(), used)) {
            String pointer = pointer(option.path());
            if (!reference.config().at(pointer.substring("/config".length())).isMissingNode()) {
                problems.add(new LaunchProblem(pointer, option.message(), true));
            }
        }
        return problems;
    }

    private static String pointer(List<?> path) {
        JsonPointer pointer = JsonPointer.empty().appendProperty("config");
        for (Object step : path) {
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
        if (opened.classes().isEmpty()) {
            return here(opened, reference, context);
        }
        return new PythonManifestSource(
                opened.file(),
                opened.classes(),
                () -> PythonKit.find(environment, context),
                kit -> throughKit(kit, opened, reference, context),
                () -> here(opened, reference, context),
                context);
    }

    private static Source throughKit(
            PythonKit kit, Opened opened, ConnectorReference reference, LaunchContext context) {
        var specification =
                Trees.toTree(opened.specification().mapping("connection_specification"))
                                instanceof ObjectNode schema
                        ? Optional.of(ConnectorSpecification.of(schema))
                        : Optional.<ConnectorSpecification>empty();
        return Guests.source(
                kit.command(
                        opened.file(),
                        PythonKit.componentsBeside(opened.file()),
                        specification,
                        reference.environment()),
                reference,
                context);
    }

    private Source here(Opened opened, ConnectorReference reference, LaunchContext context) {
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

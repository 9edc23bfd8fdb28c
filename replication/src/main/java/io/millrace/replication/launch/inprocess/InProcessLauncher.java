package io.millrace.replication.launch.inprocess;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.DestinationDefinition;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.option.OptionProblem;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.UnknownKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code {connector: NAME}}: built in. */
public final class InProcessLauncher implements Launcher {
    private final ConnectorRegistry registry;

    public InProcessLauncher(ConnectorRegistry registry) {
        this.registry = registry;
    }

    @Override
    public String kind() {
        return "connector";
    }

    /** Whether a connector of this name is built in, whatever its options are. */
    public boolean has(ConnectorReference reference, Role role) {
        return reference
                .target()
                .asStringOpt()
                .filter(name ->
                        switch (role) {
                            case SOURCE -> registry.findSource(name).isPresent();
                            case DESTINATION -> registry.findDestination(name).isPresent();
                        })
                .isPresent();
    }

    @Override
    public List<LaunchProblem> lint(ConnectorReference reference, Role role) {
        var problems = new ArrayList<LaunchProblem>();
        ConnectorDefinition<?> definition;
        try {
            definition = definition(reference, role);
        } catch (ConfigurationFailure failure) {
            return List.of(new LaunchProblem("/connector", failure.getMessage(), false));
        }
        if (!reference.environment().isEmpty()) {
            problems.add(
                    new LaunchProblem(
                            "/env",
                            "A built-in connector has no process of its own: this has no effect.",
                            true));
        }
        for (OptionProblem problem : problems(definition, reference)) {
            problems.add(
                    new LaunchProblem(
                            "/config" + problem.pointer(),
                            problem.message(),
                            problem.severity() == OptionProblem.Severity.WARNING));
        }
        return List.copyOf(problems);
    }

    private static List<OptionProblem> problems(
            ConnectorDefinition<?> definition, ConnectorReference reference) {
        return OptionSchema.of(definition.optionsType())
                .bind(reference.config(), UnknownKeys.REFUSE)
                .problems();
    }

    @Override
    public SecretMasker masker(ConnectorReference reference, Role role) {
        return OptionSchema.of(definition(reference, role).optionsType())
                .masker(reference.config());
    }

    @Override
    public Source source(ConnectorReference reference, LaunchContext context) {
        return create(registry.loadSource(name(reference)), reference, context);
    }

    @Override
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        return create(registry.loadDestination(name(reference)), reference, context);
    }

    private static <C extends Record> Source create(
            SourceDefinition<C> definition, ConnectorReference reference, LaunchContext context) {
        return definition.create(options(definition, reference), connectorContext(context));
    }

    private static <C extends Record> Destination create(
            DestinationDefinition<C> definition,
            ConnectorReference reference,
            LaunchContext context) {
        return definition.create(options(definition, reference), connectorContext(context));
    }

    private static <C extends Record> C options(
            ConnectorDefinition<C> definition, ConnectorReference reference) {
        return OptionSchema.of(definition.optionsType())
                .bind(reference.config(), UnknownKeys.REFUSE)
                .load();
    }

    private static ConnectorContext connectorContext(LaunchContext context) {
        return new ConnectorContext(context.clock(), context.directory(), context.cache());
    }

    private ConnectorDefinition<?> definition(ConnectorReference reference, Role role) {
        return switch (role) {
            case SOURCE -> registry.loadSource(name(reference));
            case DESTINATION -> registry.loadDestination(name(reference));
        };
    }

    private static String name(ConnectorReference reference) {
        return Optional.of(reference.target())
                .filter(target -> target.isString())
                .map(target -> target.asString())
                .orElseThrow(() ->
                        new ConfigurationFailure(
                                "A connector is named by a text, such as \"postgres\"."));
    }
}

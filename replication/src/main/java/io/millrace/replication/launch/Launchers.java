package io.millrace.replication.launch;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The launchers of a program, by kind. */
public final class Launchers {
    private final Map<String, Launcher> byKind;

    private Launchers(Map<String, Launcher> byKind) {
        this.byKind = byKind;
    }

    public static Launchers of(List<Launcher> launchers) {
        var byKind = new LinkedHashMap<String, Launcher>();
        for (Launcher launcher : launchers) {
            if (byKind.put(launcher.kind(), launcher) != null) {
                throw new IllegalArgumentException("two launchers of " + launcher.kind());
            }
        }
        return new Launchers(byKind);
    }

    /** The launcher of a kind. */
    public Optional<Launcher> find(String kind) {
        return Optional.ofNullable(byKind.get(kind));
    }

    /** The keys by which connectors can be named. */
    public Set<String> kinds() {
        return byKind.keySet();
    }

    /**
     * Reads the value of {@code source} or {@code destination} and tells everything that is wrong
     * with it, without starting anything.
     */
    public ConnectorReference.Parsed parse(JsonNode node, Launcher.Role role) {
        var parsed = ConnectorReference.parse(node, kinds());
        if (parsed.reference().isEmpty()) {
            return parsed;
        }
        var problems = new ArrayList<>(parsed.problems());
        problems.addAll(launcher(parsed.reference().get()).lint(parsed.reference().get(), role));
        boolean usable = problems.stream().allMatch(LaunchProblem::warning);
        return new ConnectorReference.Parsed(
                usable ? parsed.reference() : Optional.empty(), problems);
    }

    /** See {@link Launcher#source}. */
    public Source source(ConnectorReference reference, LaunchContext context) {
        return launcher(reference).source(reference, context);
    }

    /** See {@link Launcher#destination}. */
    public Destination destination(ConnectorReference reference, LaunchContext context) {
        return launcher(reference).destination(reference, context);
    }

    /** See {@link Launcher#masker}. */
    public SecretMasker masker(ConnectorReference reference, Launcher.Role role) {
        return launcher(reference).masker(reference, role);
    }

    private Launcher launcher(ConnectorReference reference) {
        Launcher launcher = byKind.get(reference.kind());
        if (launcher == null) {
            throw new ConfigurationFailure(
                    "Connectors named by \"%s\" can't be run here; these can: %s."
                            .formatted(
                                    reference.kind(),
                                    kinds().stream().sorted().collect(Collectors.joining(", "))));
        }
        return launcher;
    }
}

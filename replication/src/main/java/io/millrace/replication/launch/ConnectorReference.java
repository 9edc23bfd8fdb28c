package io.millrace.replication.launch;

import io.millrace.protocol.text.DurationText;
import io.millrace.protocol.text.NearestName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A connector as a pipeline names it: the value of {@code source} or {@code destination}.
 *
 * @param kind the key that names it: {@code connector}, {@code command}, {@code image}…
 * @param target that key's value: a name, a path, a list of words
 * @param settings what else stands beside it and belongs to its kind, such as {@code network}
 * @param config its configuration, as its specification has it; an object
 * @param environment variables for its process, beside ours
 */
public record ConnectorReference(
        String kind,
        JsonNode target,
        ObjectNode settings,
        ObjectNode config,
        Map<String, String> environment,
        Timeouts timeouts) {
    /** Keys that every kind takes. */
    private static final List<String> COMMON = List.of("config", "env", "timeouts");

    /** Keys that a kind takes beside its own and the common ones (CONNECTORS section 1). */
    private static final Map<String, List<String>> SETTINGS =
            Map.of(
                    "python", List.of("entrypoint"),
                    "npm", List.of("program"),
                    "singer", List.of("entrypoint"),
                    "image", List.of("network", "memory", "cpus", "mounts"));

    private static final List<String> TIMEOUTS = List.of("check", "discover", "heartbeat", "stop");

    public ConnectorReference {
        environment = Map.copyOf(environment);
    }

    /**
     * What {@link #parse} makes of a text.
     *
     * @param reference empty where there is an error
     */
    public record Parsed(Optional<ConnectorReference> reference, List<LaunchProblem> problems) {
        public Parsed {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Reads the value of {@code source} or {@code destination}, and tells everything that is wrong
     * with its form.
     *
     * @param kinds the kinds that there are, see {@link Launchers#kinds}
     */
    public static Parsed parse(JsonNode node, Collection<String> kinds) {
        var problems = new ArrayList<LaunchProblem>();
        if (!node.isObject()) {
            problems.add(
                    error(JsonPointer.empty(), "It must be an object that names a connector."));
            return new Parsed(Optional.empty(), problems);
        }
        List<String> named = node.propertyNames().stream().filter(kinds::contains).toList();
        if (named.size() != 1) {
            problems.add(
                    named.isEmpty()
                            ? error(
                                    JsonPointer.empty(),
                                    "It names no connector: one of %s is needed."
                                            .formatted(String.join(", ", sorted(kinds))))
                            : error(
                                    at(named.get(1)),
                                    "\"%s\" and \"%s\" exclude each other. Keep one of them."
                                            .formatted(named.get(0), named.get(1))));
        }
        String kind = named.isEmpty() ? "" : named.getFirst();
        List<String> own = SETTINGS.getOrDefault(kind, List.of());
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        for (var property : node.properties()) {
            String key = property.getKey();
            if (own.contains(key)) {
                settings.set(key, property.getValue());
            } else if (!COMMON.contains(key) && !named.contains(key)) {
                var known = new ArrayList<>(COMMON);
                known.addAll(own);
                if (named.isEmpty()) {
                    known.addAll(kinds);
                }
                problems.add(
                        error(
                                at(key),
                                "There is no key \"%s\" here%s"
                                        .formatted(key, NearestName.hint(key, known))));
            }
        }
        ObjectNode config = config(node.path("config"), problems);
        Map<String, String> environment = environment(node.path("env"), problems);
        Timeouts timeouts = timeouts(node.path("timeouts"), problems);
        return new Parsed(
                problems.isEmpty()
                        ? Optional.of(
                                new ConnectorReference(
                                        kind,
                                        node.path(kind),
                                        settings,
                                        config,
                                        environment,
                                        timeouts))
                        : Optional.empty(),
                problems);
    }

    /** The same connector with another configuration. */
    public ConnectorReference withConfig(ObjectNode newConfig) {
        return new ConnectorReference(kind, target, settings, newConfig, environment, timeouts);
    }

    private static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }

    private static ObjectNode config(JsonNode node, List<LaunchProblem> problems) {
        if (node instanceof ObjectNode config) {
            return config;
        }
        if (!node.isMissingNode() && !node.isNull()) {
            problems.add(error(at("config"), "It must be an object."));
        }
        return JsonNodeFactory.instance.objectNode();
    }

    private static Map<String, String> environment(JsonNode node, List<LaunchProblem> problems) {
        var environment = new LinkedHashMap<String, String>();
        if (node.isMissingNode() || node.isNull()) {
            return environment;
        }
        if (!node.isObject()) {
            problems.add(error(at("env"), "It must be an object of names and texts."));
            return environment;
        }
        for (var entry : node.properties()) {
            JsonPointer place = at("env").appendProperty(entry.getKey());
            if (entry.getKey().isEmpty() || entry.getKey().contains("=")) {
                problems.add(error(place, "No variable can be called so."));
            } else if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                problems.add(error(place, "It must be a text."));
            } else {
                environment.put(entry.getKey(), entry.getValue().asString());
            }
        }
        return environment;
    }

    private static Timeouts timeouts(JsonNode node, List<LaunchProblem> problems) {
        if (node.isMissingNode() || node.isNull()) {
            return Timeouts.DEFAULT;
        }
        if (!node.isObject()) {
            problems.add(error(at("timeouts"), "It must be an object of names and times."));
            return Timeouts.DEFAULT;
        }
        for (String key : node.propertyNames()) {
            if (!TIMEOUTS.contains(key)) {
                problems.add(
                        error(
                                at("timeouts").appendProperty(key),
                                "There is no timeout \"%s\"%s"
                                        .formatted(key, NearestName.hint(key, TIMEOUTS))));
            }
        }
        return new Timeouts(
                time(node, "check", problems).orElse(Timeouts.DEFAULT.check()),
                time(node, "discover", problems).orElse(Timeouts.DEFAULT.discover()),
                time(node, "heartbeat", problems).orElse(Timeouts.DEFAULT.heartbeat()),
                time(node, "stop", problems));
    }

    private static Optional<Duration> time(
            JsonNode timeouts, String key, List<LaunchProblem> problems) {
        JsonNode value = timeouts.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        Optional<Duration> time =
                value.isString() ? DurationText.parse(value.asString()) : Optional.empty();
        if (time.isEmpty() || time.get().isZero()) {
            problems.add(
                    error(
                            at("timeouts").appendProperty(key),
                            "It must be a time with its unit, such as 30s or 5m."));
        }
        return time;
    }

    private static JsonPointer at(String key) {
        return JsonPointer.empty().appendProperty(key);
    }

    private static LaunchProblem error(JsonPointer at, String message) {
        return new LaunchProblem(at.toString(), message, false);
    }

    /** Without configuration and environment, which may hold secrets (invariant 7). */
    @Override
    public String toString() {
        return kind + " " + target;
    }
}

package io.millrace.replication.launch.docker;

import io.millrace.protocol.text.NearestName;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How an image is run.
 *
 * @param network none, host, or a network's name
 * @param memory as the engine takes it: 256m
 * @param cpus how many, with fractions; empty for no limit
 */
record ContainerOptions(
        String image, String network, String memory, Optional<String> cpus, List<Mount> mounts) {
    /** Enough for connectors on a virtual machine; a runaway one doesn't take the computer down. */
    private static final String DEFAULT_MEMORY = "2g";

    private static final Pattern MEMORY = Pattern.compile("[1-9][0-9]{0,12}[bkmgBKMG]?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:/@-]*");
    private static final List<String> MOUNT_KEYS = List.of("host", "path", "write");

    ContainerOptions {
        mounts = List.copyOf(mounts);
    }

    /** {@link #memory} in bytes. */
    long memoryBytes() {
        String digits = memory.replaceAll("[^0-9]", "");
        int shift =
                switch (Character.toLowerCase(memory.charAt(memory.length() - 1))) {
                    case 'k' -> 10;
                    case 'm' -> 20;
                    case 'g' -> 30;
                    default -> 0;
                };
        return Long.parseLong(digits) << shift;
    }

    /** {@link #cpus} in billionths of one. */
    Optional<Long> nanoCpus() {
        return cpus.map(text -> Math.round(Double.parseDouble(text) * 1e9));
    }

    /**
     * A folder or file of this machine in the container.
     *
     * @param host its path here; relative ones start at the pipeline file
     */
    record Mount(String host, String path, boolean write) {}

    static ContainerOptions of(ConnectorReference reference) {
        ObjectNode settings = reference.settings();
        return new ContainerOptions(
                reference.target().asString(),
                settings.path("network").asStringOpt().orElse("none"),
                Optional.of(settings.path("memory").asString(""))
                        .filter(text -> !text.isEmpty())
                        .orElse(DEFAULT_MEMORY),
                Optional.of(settings.path("cpus").asString("")).filter(text -> !text.isEmpty()),
                settings.path("mounts")
                        .valueStream()
                        .map(mount ->
                                new Mount(
                                        mount.path("host").asString(),
                                        mount.path("path").asString(),
                                        mount.path("write").asBoolean(false)))
                        .toList());
    }

    static List<LaunchProblem> lint(ConnectorReference reference) {
        var problems = new ArrayList<LaunchProblem>();
        // What begins with a dash would be taken for an option.
        if (!matches(reference.target(), NAME)) {
            problems.add(error("/image", "It must be an image, such as \"repo/source-x:1.2.3\"."));
        }
        ObjectNode settings = reference.settings();
        if (settings.has("network") && !matches(settings.path("network"), NAME)) {
            problems.add(error("/network", "It must be none, host, or the name of a network."));
        }
        JsonNode memory = settings.path("memory");
        if (!memory.isMissingNode() && !MEMORY.matcher(memory.asString("")).matches()) {
            problems.add(error("/memory", "It must be a size, such as 256m or 2g."));
        }
        JsonNode cpus = settings.path("cpus");
        if (!cpus.isMissingNode() && !positive(cpus)) {
            problems.add(error("/cpus", "It must be a number above 0, such as 1 or 0.5."));
        }
        mounts(settings.path("mounts"), problems);
        return problems;
    }

    private static boolean matches(JsonNode node, Pattern pattern) {
        return node.isString() && pattern.matcher(node.asString()).matches();
    }

    private static boolean positive(JsonNode node) {
        try {
            return Double.parseDouble(node.asString("")) > 0;
        } catch (NumberFormatException _) {
            return false;
        }
    }

    private static void mounts(JsonNode mounts, List<LaunchProblem> problems) {
        if (mounts.isMissingNode()) {
            return;
        }
        if (!mounts.isArray()) {
            problems.add(
                    error("/mounts", "It must be a list, such as [{host: ./data, path: /data}]."));
            return;
        }
        int index = 0;
        for (JsonNode mount : mounts) {
            String at = "/mounts/" + index++;
            for (String key : mount.propertyNames()) {
                if (!MOUNT_KEYS.contains(key)) {
                    problems.add(
                            error(
                                    at + "/" + key,
                                    "There is no key \"%s\" here%s"
                                            .formatted(key, NearestName.hint(key, MOUNT_KEYS))));
                }
            }
            for (String key : List.of("host", "path")) {
                String value = mount.path(key).asString("");
                // The engine's own form has commas between its parts.
                if (value.isEmpty() || value.contains(",") || value.contains("\"")) {
                    problems.add(error(at + "/" + key, "It must be a path, without commas."));
                }
            }
            if (!mount.path("path").asString("/").startsWith("/")) {
                problems.add(error(at + "/path", "It must begin with a slash."));
            }
            if (mount.has("write") && !mount.path("write").isBoolean()) {
                problems.add(error(at + "/write", "It must be true or false."));
            }
        }
    }

    private static LaunchProblem error(String pointer, String message) {
        return new LaunchProblem(pointer, message, false);
    }
}

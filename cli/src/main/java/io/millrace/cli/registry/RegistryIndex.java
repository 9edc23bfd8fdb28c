package io.millrace.cli.registry;

import io.millrace.cli.registry.Registry.Published;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The lists of a registry, which are made of its versions and of nothing else. */
final class RegistryIndex {
    /** The registries of the reference, each with a list and an entry of each version. */
    static final List<String> REGISTRIES = List.of("oss", "cloud");

    /** Where the lists lie in a registry. */
    static final List<String> PATHS =
            List.of(
                    "registries/v0/oss_registry.json",
                    "registries/v0/cloud_registry.json",
                    "registries/v0/specs_secrets_mask.yaml");

    private RegistryIndex() {}

    /** The lists by their path in the registry. */
    static Map<String, String> of(Registry registry, Listing listing) throws InterruptedException {
        var files = new LinkedHashMap<String, String>();
        var secrets = new TreeSet<String>();
        for (String name : REGISTRIES) {
            ObjectNode list = JsonMapper.shared().createObjectNode();
            ArrayNode sources = list.putArray("sources");
            ArrayNode destinations = list.putArray("destinations");
            for (String connector : listing.byName().keySet()) {
                Optional<Published> newest = listing.newestRelease(connector);
                if (newest.isPresent()) {
                    Optional<ObjectNode> entry = entry(registry, listing, newest.get(), name);
                    entry.ifPresent(each -> {
                        (each.has("destinationDefinitionId") ? destinations : sources).add(each);
                        collectSecrets(each.path("spec").path("connectionSpecification"), secrets);
                    });
                }
            }
            files.put("registries/v0/%s_registry.json".formatted(name), text(list));
        }
        var mask = new StringBuilder("properties:\n");
        secrets.forEach(secret ->
                mask.append("  - ")
                        .append(JsonMapper.shared().writeValueAsString(secret))
                        .append('\n'));
        files.put(
                "registries/v0/specs_secrets_mask.yaml",
                secrets.isEmpty() ? "properties: []\n" : mask.toString());
        return files;
    }

    /** As every file of a registry is written. */
    static String text(JsonNode node) {
        return node.toPrettyString() + "\n";
    }

    /** The newest version as a list shows it; empty where it is not for that registry. */
    private static Optional<ObjectNode> entry(
            Registry registry, Listing listing, Published newest, String name)
            throws InterruptedException {
        Optional<JsonNode> found = ofRegistry(registry, newest, name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode entry = (ObjectNode) found.get();
        Optional<Published> candidate = listing.candidate(newest.name());
        if (candidate.isPresent()) {
            ofRegistry(registry, candidate.get(), name)
                    .ifPresent(each ->
                            entry.withObjectProperty("releases")
                                    .withObjectProperty("releaseCandidates")
                                    .set(candidate.get().version().toString(), each));
        }
        return Optional.of(entry);
    }

    private static Optional<JsonNode> ofRegistry(
            Registry registry, Published published, String name) throws InterruptedException {
        JsonNode shown = registry.entry(published).path("generated").path("registries");
        boolean enabled =
                !shown.isArray()
                        || shown.valueStream().anyMatch(each -> name.equals(each.asString("")));
        if (!enabled) {
            return Optional.empty();
        }
        // A version of a registry that knew one list alone has one entry.
        String file =
                registry.file(published, name + ".json").isPresent()
                        ? name + ".json"
                        : Registry.ENTRY;
        return Optional.of(
                file.equals(Registry.ENTRY)
                        ? registry.entry(published)
                        : JsonMapper.shared()
                                .readTree(registry.file(published, file).orElseThrow().toFile()));
    }

    private static void collectSecrets(JsonNode schema, Set<String> names) {
        for (var property : schema.path("properties").properties()) {
            if (property.getValue().path("airbyte_secret").asBoolean(false)) {
                names.add(property.getKey());
            }
            collectSecrets(property.getValue(), names);
        }
        for (String several : List.of("oneOf", "anyOf", "allOf")) {
            schema.path(several).forEach(each -> collectSecrets(each, names));
        }
        if (schema.path("items").isObject()) {
            collectSecrets(schema.path("items"), names);
        }
    }
}

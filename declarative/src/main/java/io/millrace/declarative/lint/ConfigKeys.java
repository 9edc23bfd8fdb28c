package io.millrace.declarative.lint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a configuration can hold, by the specification of a manifest and what it does with it. */
final class ConfigKeys {
    private final Optional<Map<?, ?>> schema;

    /** The first keys of what the manifest itself writes into configurations. */
    private final Set<String> written = new HashSet<>();

    private ConfigKeys(Optional<Map<?, ?>> schema) {
        this.schema = schema;
    }

    static ConfigKeys of(Map<?, ?> manifest) {
        Optional<Map<?, ?>> schema =
                manifest.get("spec") instanceof Map<?, ?> spec
                                && spec.get("connection_specification")
                                        instanceof Map<?, ?> specification
                                && specification.get("properties") instanceof Map<?, ?> properties
                                && !properties.isEmpty()
                        ? Optional.of(specification)
                        : Optional.empty();
        var keys = new ConfigKeys(schema);
        keys.collect(manifest);
        return keys;
    }

    /** Transformations, overrides and renewed tokens put keys of their own into it. */
    private void collect(@Nullable Object value) {
        if (value instanceof List<?> list) {
            list.forEach(this::collect);
        } else if (value instanceof Map<?, ?> map) {
            if ("ConfigAddFields".equals(map.get("type"))
                    && map.get("fields") instanceof List<?> fields) {
                for (Object field : fields) {
                    if (field instanceof Map<?, ?> added
                            && added.get("path") instanceof List<?> path) {
                        addFirst(path);
                    }
                }
            }
            if (map.get("config_overrides") instanceof Map<?, ?> overrides) {
                overrides.keySet().forEach(key -> written.add(String.valueOf(key)));
            }
            if (map.get("refresh_token_updater") instanceof Map<?, ?> updater) {
                written.add("credentials");
                updater.values()
                        .forEach(path -> {
                            if (path instanceof List<?> steps) {
                                addFirst(steps);
                            }
                        });
            }
            if (map.get("class_name") != null) {
                // What a Python class writes is known to nobody.
                written.add("*");
            }
            map.values().forEach(this::collect);
        }
    }

    private void addFirst(List<?> path) {
        if (!path.isEmpty()) {
            String first = String.valueOf(path.getFirst());
            written.add(first.contains("{") || first.contains("*") ? "*" : first);
        }
    }

    /**
     * A key of a path that no valid configuration has.
     *
     * @param known what may stand in its place
     */
    record Unknown(String path, String key, Set<String> known) {}

    /** The first key of {@code path} that no valid configuration has, if there is one. */
    Optional<Unknown> unknown(List<String> path) {
        if (schema.isEmpty()
                || written.contains("*")
                || written.contains(path.getFirst())
                || path.getFirst().startsWith("_")) {
            return Optional.empty();
        }
        List<Map<?, ?>> at = List.of(schema.get());
        for (int i = 0; i < path.size(); i++) {
            List<Map<?, ?>> alternatives = new ArrayList<>();
            at.forEach(each -> addAlternatives(each, alternatives));
            Set<String> known = new TreeSet<>();
            List<Map<?, ?>> next = new ArrayList<>();
            boolean free = false;
            for (Map<?, ?> alternative : alternatives) {
                free |= isFree(alternative);
                if (alternative.get("properties") instanceof Map<?, ?> properties) {
                    properties.keySet().forEach(key -> known.add(String.valueOf(key)));
                    if (properties.get(path.get(i)) instanceof Map<?, ?> property) {
                        next.add(property);
                    }
                }
            }
            if (known.contains(path.get(i))) {
                at = next;
            } else if (free || known.isEmpty()) {
                return Optional.empty();
            } else {
                return Optional.of(
                        new Unknown(String.join(".", path.subList(0, i + 1)), path.get(i), known));
            }
        }
        return Optional.empty();
    }

    /** The keys of a configuration that no valid one has, each with its path. */
    List<List<String>> unknownOf(Map<?, ?> configuration) {
        List<List<String>> paths = new ArrayList<>();
        collectUnknown(configuration, List.of(), paths);
        return paths;
    }

    private void collectUnknown(Map<?, ?> at, List<String> above, List<List<String>> paths) {
        at.forEach((key, value) -> {
            List<String> path = new ArrayList<>(above);
            path.add(String.valueOf(key));
            if (unknown(path).isPresent()) {
                paths.add(path);
            } else if (value instanceof Map<?, ?> within) {
                collectUnknown(within, path, paths);
            }
        });
    }

    /** Text and lists have methods and items, which are no keys. */
    private static boolean isFree(Map<?, ?> schema) {
        return schema.get("additionalProperties") instanceof Map<?, ?>
                || schema.containsKey("patternProperties")
                || schema.containsKey("$ref")
                || schema.containsKey("if");
    }

    private static void addAlternatives(Map<?, ?> schema, List<Map<?, ?>> into) {
        into.add(schema);
        for (String word : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.get(word) instanceof List<?> parts) {
                for (Object part : parts) {
                    if (part instanceof Map<?, ?> map) {
                        addAlternatives(map, into);
                    }
                }
            }
        }
    }
}

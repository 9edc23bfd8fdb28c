package io.millrace.declarative.lint;

import io.millrace.declarative.manifest.Located;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts what references name in their place, as the loader of manifests does, but keeps where each
 * part was written, goes on behind a reference that leads nowhere, and notes what is never used.
 */
final class LocatedReferences {
    private static final String MARK = "#/";
    private static final String KEY = "$ref";
    private static final String VERBATIM = "config_overrides";

    /** What the root has only to be referred to. */
    private static final List<String> LIBRARIES = List.of("definitions", "schemas");

    private final Located.Mapping document;
    private final List<Finding> findings;
    private final Map<String, Located> resolved = new HashMap<>();
    private final Set<String> open = new LinkedHashSet<>();

    /** By place: what has an anchor is a part of its own wherever an alias names it. */
    private final Set<Use> used = new HashSet<>();

    /** An object and its first part may begin at the same place, but are of different kinds. */
    private record Use(Located.Place place, Class<?> kind) {
        static Use of(Located node) {
            return new Use(node.place(), node.getClass());
        }
    }

    LocatedReferences(Located.Mapping document, List<Finding> findings) {
        this.document = document;
        this.findings = findings;
    }

    /** The document without references, and without what is there only to be referred to. */
    Located.Mapping resolve() {
        Map<Object, Located.Entry> entries = new LinkedHashMap<>();
        document.entries()
                .forEach((key, entry) -> {
                    if (LIBRARIES.contains(key)) {
                        reportDangling(entry.value());
                    } else {
                        entries.put(key, new Located.Entry(entry.place(), value(entry.value())));
                    }
                });
        return new Located.Mapping(document.place(), entries);
    }

    private Located value(Located node) {
        used.add(Use.of(node));
        return switch (node) {
            case Located.Mapping map when map.entries().containsKey(KEY) -> overlay(map);
            case Located.Mapping map -> object(map);
            case Located.Items list ->
                    new Located.Items(
                            list.place(), list.items().stream().map(this::value).toList());
            case Located.Scalar scalar ->
                    scalar.value() instanceof String text && text.startsWith(MARK)
                            ? target(text, scalar)
                            : scalar;
        };
    }

    private Located.Mapping object(Located.Mapping map) {
        Map<Object, Located.Entry> entries = new LinkedHashMap<>();
        map.entries()
                .forEach((key, entry) -> {
                    if (!KEY.equals(key)) {
                        entries.put(
                                key,
                                VERBATIM.equals(key)
                                        ? entry
                                        : new Located.Entry(entry.place(), value(entry.value())));
                    }
                });
        return new Located.Mapping(map.place(), entries);
    }

    private Located overlay(Located.Mapping map) {
        Located.Mapping own = object(map);
        Located.Entry reference = map.entries().get(KEY);
        if (reference == null) {
            return own;
        }
        Located referenced = value(reference.value());
        if (!(referenced instanceof Located.Mapping base)) {
            return referenced;
        }
        Map<Object, Located.Entry> entries = new LinkedHashMap<>(base.entries());
        entries.putAll(own.entries());
        return new Located.Mapping(own.entries().isEmpty() ? base.place() : map.place(), entries);
    }

    private Located target(String reference, Located.Scalar at) {
        Located known = resolved.get(reference);
        if (known != null) {
            return known;
        }
        if (!open.add(reference)) {
            findings.add(
                    Finding.error(
                            at.place(), "The reference %s leads to itself.".formatted(reference)));
            return new Located.Scalar(at.place(), null);
        }
        Optional<Located> found = lookUp(reference, true);
        if (found.isEmpty()) {
            findings.add(
                    Finding.error(
                            at.place(), "The reference %s leads nowhere.".formatted(reference)));
        }
        Located result = found.map(this::value).orElse(new Located.Scalar(at.place(), null));
        open.remove(reference);
        if (found.isPresent()) {
            resolved.put(reference, result);
        }
        return result;
    }

    private Optional<Located> lookUp(String reference, boolean isUse) {
        Optional<Located> node = Optional.of(document);
        String rest = reference.substring(MARK.length());
        while (node.isPresent()) {
            if (isUse) {
                used.add(Use.of(node.get()));
            }
            if (node.get() instanceof Located.Mapping map && map.entries().containsKey(rest)) {
                return entry(map, rest);
            }
            int slash = rest.indexOf('/');
            String head = slash < 0 ? rest : rest.substring(0, slash);
            node = step(node.get(), head);
            if (slash < 0) {
                return node;
            }
            rest = rest.substring(slash + 1);
        }
        return Optional.empty();
    }

    private static Optional<Located> entry(Located.Mapping map, Object key) {
        return Optional.ofNullable(map.entries().get(key)).map(Located.Entry::value);
    }

    private static Optional<Located> step(Located node, String key) {
        boolean number = key.matches("[0-9]{1,9}");
        return switch (node) {
            case Located.Mapping map ->
                    entry(map, key)
                            .or(() -> number ? entry(map, Long.valueOf(key)) : Optional.empty());
            case Located.Items list ->
                    number && Integer.parseInt(key) < list.items().size()
                            ? Optional.of(list.items().get(Integer.parseInt(key)))
                            : Optional.empty();
            case Located.Scalar _ -> Optional.empty();
        };
    }

    // ---------------------------------------------------------------- what isn't used

    /** References within parts that nothing uses have to lead somewhere all the same. */
    private void reportDangling(Located node) {
        switch (node) {
            case Located.Mapping map ->
                    map.entries()
                            .forEach((key, entry) -> {
                                if (!VERBATIM.equals(key)) {
                                    reportDangling(entry.value());
                                }
                            });
            case Located.Items list -> list.items().forEach(this::reportDangling);
            case Located.Scalar scalar -> {
                if (scalar.value() instanceof String text
                        && text.startsWith(MARK)
                        && lookUp(text, false).isEmpty()) {
                    findings.add(
                            Finding.error(
                                    scalar.place(),
                                    "The reference %s leads nowhere.".formatted(text)));
                }
            }
        }
    }

    /** Warns of the outermost parts of the libraries that no component came to use. */
    void reportUnused() {
        for (String library : LIBRARIES) {
            entry(document, library).ifPresent(node -> reportUnused(node, library));
        }
    }

    private void reportUnused(Located node, String path) {
        if (!(node instanceof Located.Mapping map)) {
            return;
        }
        map.entries()
                .forEach((key, entry) -> {
                    Located value = entry.value();
                    String place = path + "." + key;
                    if (!anyUsed(value)) {
                        boolean empty =
                                value instanceof Located.Mapping inner && inner.entries().isEmpty();
                        if (!empty) {
                            findings.add(
                                    Finding.warning(
                                            entry.place(), "%s is never used.".formatted(place)));
                        }
                    } else if (value instanceof Located.Mapping inner && isGroup(inner)) {
                        reportUnused(inner, place);
                    }
                });
    }

    /** Parts of one thing are used together, even where a merge replaces some of them. */
    private static boolean isGroup(Located.Mapping map) {
        return map.entries().values().stream()
                        .noneMatch(entry -> entry.value() instanceof Located.Scalar)
                && !map.entries().containsKey("type")
                && !map.entries().containsKey(KEY);
    }

    private boolean anyUsed(Located node) {
        if (used.contains(Use.of(node))) {
            return true;
        }
        return switch (node) {
            case Located.Mapping map ->
                    map.entries().values().stream().anyMatch(entry -> anyUsed(entry.value()));
            case Located.Items list -> list.items().stream().anyMatch(this::anyUsed);
            case Located.Scalar _ -> false;
        };
    }
}

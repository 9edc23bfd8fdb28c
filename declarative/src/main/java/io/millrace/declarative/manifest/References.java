package io.millrace.declarative.manifest;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts what references name in their place. Any text that starts with {@code #/} is a reference; an
 * object with the key {@code $ref} is the object that it names, overlaid with its other keys.
 */
final class References {
    private static final String MARK = "#/";
    private static final String KEY = "$ref";

    /** These replace keys of the configuration as they stand. */
    private static final String VERBATIM = "config_overrides";

    private final Map<?, ?> document;

    /** What references came to; the values are shared, since nobody changes a resolved document. */
    private final Map<String, Optional<Object>> resolved = new HashMap<>();

    private final Set<String> open = new LinkedHashSet<>();

    private References(Map<?, ?> document) {
        this.document = document;
    }

    /**
     * {@code document} without references.
     *
     * @throws ConfigurationFailure where a reference leads nowhere, or to itself
     */
    static Map<Object, Object> resolve(Map<?, ?> document) {
        return new References(document).object(document);
    }

    private @Nullable Object value(@Nullable Object node) {
        return switch (node) {
            case Map<?, ?> map when map.containsKey(KEY) -> overlay(map);
            case Map<?, ?> map -> object(map);
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(value(item));
                }
                yield items;
            }
            case String text when text.startsWith(MARK) -> target(text);
            case null, default -> node;
        };
    }

    private Map<Object, Object> object(Map<?, ?> map) {
        Map<Object, Object> result = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, item) -> {
            if (!KEY.equals(key)) {
                result.put(key, VERBATIM.equals(key) ? item : value(item));
            }
        });
        return result;
    }

    private @Nullable Object overlay(Map<?, ?> map) {
        Map<Object, Object> own = object(map);
        Object referenced = value(map.get(KEY));
        if (!(referenced instanceof Map<?, ?> base)) {
            return referenced;
        }
        if (own.isEmpty()) {
            return base;
        }
        Map<Object, Object> result = new LinkedHashMap<>(base);
        result.putAll(own);
        return result;
    }

    private @Nullable Object target(String reference) {
        Optional<Object> known = resolved.get(reference);
        if (known != null) {
            return known.orElse(null);
        }
        if (!open.add(reference)) {
            throw new ConfigurationFailure(
                    "The manifest is not valid: the reference %s leads to itself (%s)."
                            .formatted(reference, String.join(" → ", open)));
        }
        Object result = value(lookUp(reference));
        open.remove(reference);
        resolved.put(reference, Optional.ofNullable(result));
        return result;
    }

    private @Nullable Object lookUp(String reference) {
        Object node = document;
        String rest = reference.substring(MARK.length());
        while (true) {
            // A key that has slashes in it goes before what they would lead to.
            if (node instanceof Map<?, ?> map && map.containsKey(rest)) {
                return map.get(rest);
            }
            int slash = rest.indexOf('/');
            String head = slash < 0 ? rest : rest.substring(0, slash);
            node = step(node, head, reference);
            if (slash < 0) {
                return node;
            }
            rest = rest.substring(slash + 1);
        }
    }

    private static @Nullable Object step(@Nullable Object node, String key, String reference) {
        boolean isNumber =
                !key.isEmpty()
                        && key.length() < 10
                        && key.chars().allMatch(c -> c >= '0' && c <= '9');
        if (node instanceof Map<?, ?> map) {
            if (map.containsKey(key)) {
                return map.get(key);
            }
            if (isNumber && map.containsKey(Long.valueOf(key))) {
                return map.get(Long.valueOf(key));
            }
        }
        if (node instanceof List<?> list && isNumber && Integer.parseInt(key) < list.size()) {
            return list.get(Integer.parseInt(key));
        }
        throw new ConfigurationFailure(
                "The manifest is not valid: the reference %s leads nowhere.".formatted(reference));
    }
}

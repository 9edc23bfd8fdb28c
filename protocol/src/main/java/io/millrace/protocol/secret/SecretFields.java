package io.millrace.protocol.secret;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/** Finds the secrets of a configuration. */
public final class SecretFields {
    /** Names of properties that hold secrets whatever a specification says (reference: 6.2.5). */
    private static final Set<String> TELLING_NAMES =
            Set.of(
                    "access_token",
                    "api_key",
                    "api_secret",
                    "api_token",
                    "apikey",
                    "auth_token",
                    "bearer_token",
                    "certificate",
                    "client_key",
                    "client_secret",
                    "client_token",
                    "credentials",
                    "jwt",
                    "key",
                    "passphrase",
                    "passwd",
                    "password",
                    "private_key",
                    "refresh_token",
                    "secret",
                    "secret_access_key",
                    "secret_key",
                    "service_account",
                    "service_account_info",
                    "ssh_key",
                    "token",
                    "tunnel_user_password");

    private SecretFields() {}

    /**
     * Where {@code config} holds values that {@code schema} marks with {@code airbyte_secret}.
     * Every branch of a {@code oneOf} counts, whichever is chosen: a secret in the wrong branch is
     * one, too.
     */
    public static List<JsonPointer> find(JsonNode schema, JsonNode config) {
        var found = new LinkedHashSet<JsonPointer>();
        collect(schema, config, JsonPointer.empty(), false, found);
        return List.copyOf(found);
    }

    /** The texts at {@link #find}. */
    public static List<String> values(JsonNode schema, JsonNode config) {
        return find(schema, config).stream().map(pointer -> config.at(pointer).asString()).toList();
    }

    /**
     * The texts in {@code config} under names that tell a secret ({@code password}, {@code
     * api_key}…), for connectors whose specification is not known.
     */
    public static List<String> valuesByName(JsonNode config) {
        var values = new ArrayList<String>();
        collectByName(config, false, values);
        return List.copyOf(values);
    }

    /** Whether a property of this name holds a secret by its name alone. */
    public static boolean tellsSecret(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replace('-', '_');
        return TELLING_NAMES.contains(plain)
                || plain.endsWith("_password")
                || plain.endsWith("_secret")
                || plain.endsWith("_token")
                || plain.endsWith("_api_key")
                || plain.endsWith("_private_key");
    }

    private static void collect(
            JsonNode schema,
            JsonNode value,
            JsonPointer at,
            boolean secretAbove,
            Set<JsonPointer> found) {
        boolean secret = secretAbove || schema.path("airbyte_secret").asBoolean(false);
        switch (value.getNodeType()) {
            case OBJECT -> {
                for (var property : value.properties()) {
                    JsonPointer below = at.appendProperty(property.getKey());
                    boolean described = false;
                    for (JsonNode part : parts(schema)) {
                        JsonNode child = part.path("properties").path(property.getKey());
                        if (child.isMissingNode()) {
                            child = part.path("additionalProperties");
                        }
                        if (child.isObject()) {
                            described = true;
                            collect(child, property.getValue(), below, secret, found);
                        }
                    }
                    if (secret && !described) {
                        collect(schema, property.getValue(), below, true, found);
                    }
                }
            }
            case ARRAY -> {
                int index = 0;
                for (JsonNode element : value) {
                    JsonPointer below = at.appendIndex(index++);
                    for (JsonNode part : parts(schema)) {
                        collect(part.path("items"), element, below, secret, found);
                    }
                }
            }
            case STRING, NUMBER -> {
                boolean marked = secret;
                for (JsonNode part : parts(schema)) {
                    marked |= part.path("airbyte_secret").asBoolean(false);
                }
                if (marked && !value.asString().isEmpty()) {
                    found.add(at);
                }
            }
            default -> {
                // Neither true nor null gives anything away.
            }
        }
    }

    /** A schema and its alternatives, at any depth. */
    private static List<JsonNode> parts(JsonNode schema) {
        var parts = new ArrayList<JsonNode>();
        parts.add(schema);
        for (String keyword : List.of("oneOf", "anyOf", "allOf")) {
            for (JsonNode branch : schema.path(keyword)) {
                parts.addAll(parts(branch));
            }
        }
        return parts;
    }

    private static void collectByName(JsonNode node, boolean secret, List<String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(property ->
                            collectByName(
                                    property.getValue(), tellsSecret(property.getKey()), values));
        } else if (node.isArray()) {
            node.forEach(element -> collectByName(element, secret, values));
        } else if (secret && (node.isString() || node.isNumber()) && !node.asString().isEmpty()) {
            values.add(node.asString());
        }
    }
}

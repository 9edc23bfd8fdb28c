package io.millrace.cli.secret;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The connector that credentials are for.
 *
 * @param name such as {@code source-prices}
 * @param named configurations by the names of secrets, where its metadata says so
 */
public record TestedConnector(String name, Map<String, String> named) {
    public TestedConnector {
        named = Map.copyOf(named);
    }

    /**
     * @param metadata of the connector: {@code testSecrets} of its test suites (reference: protocol
     *     8.2)
     */
    public static TestedConnector of(String name, JsonNode metadata) {
        var named = new HashMap<String, String>();
        for (JsonNode suite : metadata.path("connectorTestSuitesOptions")) {
            for (JsonNode secret : suite.path("testSecrets")) {
                named.put(
                        secret.path("name").asString(""),
                        secret.path("fileName")
                                .asString(SecretName.DEFAULT)
                                .replaceFirst("\\.json$", ""));
            }
        }
        return new TestedConnector(name, named);
    }

    /** The configuration that a secret is; empty where it is another connector's. */
    Optional<String> configuration(String secret) {
        for (var each : named.entrySet()) {
            if (SecretName.plain(each.getKey()).equals(SecretName.plain(secret))) {
                return Optional.of(each.getValue());
            }
        }
        return SecretName.configuration(name, secret);
    }

    /** How a configuration is called where secrets have names. */
    String secret(String configuration) {
        return named.entrySet().stream()
                .filter(each -> each.getValue().equals(configuration))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> SecretName.of(name, configuration));
    }
}

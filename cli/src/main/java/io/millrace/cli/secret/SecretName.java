package io.millrace.cli.secret;

import java.util.Locale;
import java.util.Optional;

/**
 * The reference's naming: {@code SECRET_<NAME>_CREDS}, where NAME is the connector's, in capitals,
 * and tells the configuration where that is not {@code config}. Between the words dashes or
 * underscores may stand.
 */
final class SecretName {
    static final String DEFAULT = "config";

    private SecretName() {}

    /** Such as {@code SECRET_SOURCE-PRICES_OAUTH__CREDS}. */
    static String of(String connector, String configuration) {
        String rest = configuration.replace(DEFAULT, "").replaceAll("^[_-]+|[_-]+$", "");
        String name =
                rest.isEmpty()
                        ? "SECRET_%s__CREDS".formatted(connector)
                        : "SECRET_%s_%s__CREDS".formatted(connector, rest);
        return name.toUpperCase(Locale.ROOT);
    }

    /** The configuration that a secret is, by its name alone; empty where it is of another. */
    static Optional<String> configuration(String connector, String name) {
        String plain = plain(name);
        String begin = "SECRET_" + plain(connector) + "_";
        if (!plain.startsWith(begin) || !plain.endsWith("CREDS")) {
            return Optional.empty();
        }
        String rest =
                plain.substring(begin.length(), plain.length() - "CREDS".length())
                        .replaceAll("_+$", "");
        return Optional.of(
                rest.isEmpty() ? DEFAULT : DEFAULT + "_" + rest.toLowerCase(Locale.ROOT));
    }

    /** Without what shells and services change in names. */
    static String plain(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
    }
}

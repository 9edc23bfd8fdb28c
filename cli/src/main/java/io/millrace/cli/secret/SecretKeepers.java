package io.millrace.cli.secret;

import io.millrace.cli.http.HttpCalls;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The places where credentials may be kept, as users name them. */
public final class SecretKeepers {
    /** For the help of commands. */
    public static final String FORMS =
            "env, dir:PATH, vault:PATH or gsm:PROJECT (variables as their own programs have them)";

    private SecretKeepers() {}

    /**
     * @param variables of the environment
     * @throws ConfigurationFailure where there is no such place
     */
    public static SecretKeeper parse(String named, Map<String, String> variables, HttpCalls calls) {
        int colon = named.indexOf(':');
        String kind = colon < 0 ? named : named.substring(0, colon);
        String rest = colon < 0 ? "" : named.substring(colon + 1);
        if (kind.equals("env") && rest.isEmpty()) {
            return new EnvironmentSecrets(variables);
        }
        if (rest.isBlank()) {
            throw unknown(named);
        }
        return switch (kind) {
            case "dir" -> new DirectorySecrets(Path.of(rest));
            case "vault" -> vault(rest, variables, calls);
            case "gsm" ->
                    new GoogleSecrets(
                            calls,
                            find(variables, "MILLRACE_GSM_ENDPOINT")
                                    .orElse("https://secretmanager.googleapis.com"),
                            new GoogleToken(calls, name -> find(variables, name)),
                            rest);
            default -> throw unknown(named);
        };
    }

    private static ConfigurationFailure unknown(String named) {
        return new ConfigurationFailure(
                "\"%s\" is no place for secrets: %s.".formatted(named, FORMS));
    }

    private static Optional<String> find(Map<String, String> variables, String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    private static SecretKeeper vault(String path, Map<String, String> variables, HttpCalls calls) {
        String address = find(variables, "VAULT_ADDR").orElse("https://127.0.0.1:8200");
        Path kept = Path.of(System.getProperty("user.home"), ".vault-token");
        Optional<String> token = find(variables, "VAULT_TOKEN");
        try {
            if (token.isEmpty() && Files.isRegularFile(kept)) {
                token = Optional.of(Files.readString(kept).strip());
            }
            return new VaultSecrets(
                    calls,
                    URI.create(address.replaceAll("/+$", "")),
                    token.orElseThrow(() ->
                            new ConfigurationFailure(
                                    "Vault wants a token: set VAULT_TOKEN, or use 'vault login'.")),
                    find(variables, "VAULT_NAMESPACE"),
                    path);
        } catch (IllegalArgumentException wrong) {
            throw new ConfigurationFailure(
                    "VAULT_ADDR is \"%s\", which is no address.".formatted(address), "", wrong);
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(kept),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }
}

package io.millrace.cli.secret;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.Map;
import java.util.TreeMap;

/** Configurations in variables named {@code SECRET_<NAME>_CREDS}. */
record EnvironmentSecrets(Map<String, String> variables) implements SecretKeeper {
    @Override
    public String name() {
        return "the environment";
    }

    @Override
    public Map<String, String> fetch(TestedConnector connector) {
        var found = new TreeMap<String, String>();
        variables.forEach((name, value) ->
                connector
                        .configuration(name)
                        .ifPresent(configuration -> found.put(configuration, value)));
        return found;
    }

    @Override
    public void store(TestedConnector connector, String configuration, String text) {
        throw new ConfigurationFailure(
                "A variable can't be changed from here; write back to dir:, vault: or gsm:.");
    }

    @Override
    public String toString() {
        return name(); // Invariant 7.
    }
}

package io.millrace.cli.secret;

import java.util.Map;

/**
 * Where the configurations of connectors are kept. A configuration is a JSON object, named like its
 * file in {@code secrets} without {@code .json}. Calls block.
 */
public interface SecretKeeper {
    /** How messages name it; never a secret. */
    String name();

    /** The texts of a connector's configurations, by name; empty where there is none. */
    Map<String, String> fetch(TestedConnector connector) throws InterruptedException;

    /** Keeps a new version of a configuration. */
    void store(TestedConnector connector, String configuration, String text)
            throws InterruptedException;
}

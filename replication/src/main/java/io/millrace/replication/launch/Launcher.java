package io.millrace.replication.launch;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.secret.SecretMasker;
import java.util.List;

/** Starts connectors of one kind. */
public interface Launcher {

    /** The key by which a pipeline names its connectors: {@code command}. */
    String kind();

    /**
     * Everything that is wrong with {@code reference} as far as it can be told without starting
     * anything or going to any network.
     */
    List<LaunchProblem> lint(ConnectorReference reference, Role role);

    /**
     * Masks the secrets of the configuration, as far as they are known without starting anything.
     */
    SecretMasker masker(ConnectorReference reference, Role role);

    /**
     * The source. Connects to nothing and starts nothing yet.
     *
     * @throws io.millrace.protocol.failure.ConfigurationFailure where {@link #lint} finds an error
     */
    Source source(ConnectorReference reference, LaunchContext context);

    /**
     * The destination. Connects to nothing and starts nothing yet.
     *
     * @throws io.millrace.protocol.failure.ConfigurationFailure where {@link #lint} finds an error
     */
    Destination destination(ConnectorReference reference, LaunchContext context);

    /** Which end of a pipeline a connector is. */
    enum Role {
        SOURCE,
        DESTINATION
    }
}

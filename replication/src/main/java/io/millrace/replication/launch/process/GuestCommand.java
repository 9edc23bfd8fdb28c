package io.millrace.replication.launch.process;

import io.millrace.protocol.message.ConnectorSpecification;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** How the programs of one guest are found and started. Safe for all threads. */
public interface GuestCommand {

    /** As a person would name it; holds no secret. */
    String name();

    /**
     * What to start for {@code verb}. Makes ready what that needs, such as an environment: may
     * block for minutes, and go to a network.
     *
     * @param files by flag, such as {@code catalog}
     * @param place where to write them
     * @throws io.millrace.protocol.failure.SyncFailure where it can't be made ready
     */
    GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
            throws IOException, InterruptedException;

    /** Its specification, where that is known without asking it. */
    default Optional<ConnectorSpecification> specification() {
        return Optional.empty();
    }

    /**
     * What tells this program from every other and from its other versions, where there is such a
     * thing: its specification is asked for once. May block like {@link #call}.
     */
    default Optional<String> identity() throws InterruptedException {
        return Optional.empty();
    }
}

package io.millrace.replication.launch;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * What a connector gets from the pipeline that it runs in.
 *
 * @param directory the pipeline file's folder: where relative paths start, and where programs run
 * @param cache a folder for what may be lost; may not exist yet
 * @param configurationKeeper keeps the whole new configuration of a connector that sends one while
 *     it is checked or discovers
 * @param log takes what connectors tell, already without secrets; called from any thread
 */
public record LaunchContext(
        Clock clock, Path directory, Path cache, Consumer<JsonNode> configurationKeeper, Log log) {

    /** Takes lines of a connector's log. */
    @FunctionalInterface
    public interface Log {
        void line(LogLevel level, String message);
    }
}

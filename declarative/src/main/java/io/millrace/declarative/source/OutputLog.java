package io.millrace.declarative.source;

import io.millrace.declarative.manifest.EngineLog;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.util.Map;

/**
 * Tells the output of a sync what concerns it, and the source's own log the rest.
 *
 * @param log knows which secrets no message may hold
 */
record OutputLog(SourceOutput output, EngineLog log) implements EngineLog {

    @Override
    public void log(LogLevel level, String message) {
        log.log(level, message);
    }

    @Override
    public void waiting(String message) {
        output.log(LogLevel.WARN, log.masked(message));
    }

    @Override
    public String masked(String message) {
        return log.masked(message);
    }

    @Override
    public void rateLimited(String streamName) {
        log.rateLimited(streamName);
    }

    @Override
    public void configuration(Map<String, Object> configuration) {
        output.configuration(Trees.toTree(configuration));
    }

    @Override
    public void secret(String secret) {
        log.secret(secret);
    }
}

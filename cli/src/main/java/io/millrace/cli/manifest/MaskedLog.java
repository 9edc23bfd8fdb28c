package io.millrace.cli.manifest;

import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.LaunchContext;
import java.util.List;
import java.util.Map;

/** The log of a pipeline, without the secrets of its source (invariant 7). */
final class MaskedLog implements EngineLog {
    private final LaunchContext context;
    private volatile SecretMasker masker;

    MaskedLog(LaunchContext context, SecretMasker masker) {
        this.context = context;
        this.masker = masker;
    }

    @Override
    public void log(LogLevel level, String message) {
        context.log().line(level, masked(message));
    }

    @Override
    public String masked(String message) {
        return masker.mask(message);
    }

    @Override
    public void rateLimited(String streamName) {
        context.log().line(LogLevel.INFO, "Stream %s waits: rate limit.".formatted(streamName));
    }

    @Override
    public void configuration(Map<String, Object> configuration) {
        context.configurationKeeper().accept(Trees.toTree(configuration));
    }

    @Override
    public synchronized void secret(String secret) {
        masker = masker.and(SecretMasker.of(List.of(secret)));
    }
}

package io.millrace.protocol.message;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The streams that a run moves, and how (reference: protocol 1.3.9). */
public record ConfiguredCatalog(List<Stream> streams, Additional additional) {
    public ConfiguredCatalog {
        streams = List.copyOf(streams);
    }

    public static ConfiguredCatalog of(List<Stream> streams) {
        return new ConfiguredCatalog(streams, Additional.NONE);
    }

    /**
     * For sources, which can't guess what a mode that they don't know would have them read.
     *
     * @throws ConfigurationFailure where a stream's sync mode is none of {@link SourceSyncMode}
     */
    public void requireKnownSyncModes() {
        for (Stream stream : streams) {
            if (stream.syncMode().known().isEmpty()) {
                throw new ConfigurationFailure(
                        "The catalog has a sync mode for stream %s that there is not: \"%s\"."
                                .formatted(stream.stream().name(), stream.syncMode().text()));
            }
        }
    }

    /**
     * @param generationId grows with each refresh of the stream
     * @param minimumGenerationId rows of smaller generations are gone once the run succeeded
     * @param syncId the same for all attempts of a job
     */
    public record Stream(
            Catalog.Stream stream,
            OpenValue<SourceSyncMode> syncMode,
            OpenValue<DestinationSyncMode> destinationSyncMode,
            Optional<List<String>> cursorField,
            Optional<List<List<String>>> primaryKey,
            Optional<String> destinationObjectName,
            OptionalLong generationId,
            OptionalLong minimumGenerationId,
            OptionalLong syncId,
            Optional<Boolean> includeFiles,
            Additional additional) {
        public Stream {
            cursorField = cursorField.map(List::copyOf);
            primaryKey = primaryKey.map(Catalog::copyOfPaths);
        }

        /**
         * The key in force: the configured one, else the source's; empty without any (reference:
         * protocol 1.3.12).
         */
        public List<List<String>> effectivePrimaryKey() {
            return primaryKey
                    .filter(key -> !key.isEmpty())
                    .or(stream::sourceDefinedPrimaryKey)
                    .orElse(List.of());
        }

        /**
         * The cursor in force: the source's own where it defines one, else the configured, else the
         * default; empty without any (reference: protocol 1.3.11).
         */
        public List<String> effectiveCursor() {
            if (stream.sourceDefinedCursor().orElse(false)) {
                return stream.defaultCursorField().orElse(List.of());
            }
            return cursorField
                    .filter(path -> !path.isEmpty())
                    .or(stream::defaultCursorField)
                    .orElse(List.of());
        }
    }
}

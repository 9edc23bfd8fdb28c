package io.millrace.connector.files.destination;

import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.DestinationDefinition;
import java.util.Set;

/** Declares destination {@code files}. */
public final class FilesDestinationDefinition implements DestinationDefinition<FilesOptions> {

    @Override
    public String name() {
        return "files";
    }

    @Override
    public String title() {
        return "Files";
    }

    @Override
    public String description() {
        return "Writes each stream as Parquet, JSON lines or CSV into a folder of its own.";
    }

    @Override
    public Class<FilesOptions> optionsType() {
        return FilesOptions.class;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return FilesDestination.MODES;
    }

    @Override
    public Destination create(FilesOptions options, ConnectorContext context) {
        if (options.path().isBlank()) {
            throw new ConfigurationFailure("path is to be a directory, such as lake.");
        }
        return new FilesDestination(
                context.resolve(options.path().strip()),
                options.format(),
                options.rowsPerFile(),
                options.metadataColumns() == FilesOptions.MetadataColumns.AIRBYTE,
                context.clock(),
                context.cache());
    }
}

package io.millrace.connector.files.source;

import io.millrace.protocol.connector.Source;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;

/** Declares the source {@code files}. */
public final class FilesSourceDefinition implements SourceDefinition<FilesOptions> {

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
        return "Reads CSV, JSON lines and Parquet files, compressed with gzip or zstd or not. An"
                + " incremental sync reads the files that are new or have changed; of a file"
                + " that has only grown, the new lines.";
    }

    @Override
    public Class<FilesOptions> optionsType() {
        return FilesOptions.class;
    }

    @Override
    public Source create(FilesOptions options, ConnectorContext context) {
        return new FilesSource(options, context);
    }
}

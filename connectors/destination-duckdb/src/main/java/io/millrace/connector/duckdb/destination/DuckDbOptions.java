package io.millrace.connector.duckdb.destination;

import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import java.util.Optional;

/** What a user fills in; Airbyte's configuration for its own DuckDB destination fits as it is. */
public record DuckDbOptions(
        @Option(
                        value =
                                "Path to the DuckDB file. A relative one starts at the pipeline"
                                    + " file. The file and its directory are made when they don't"
                                    + " exist.",
                        title = "Destination DB",
                        aliases = "path",
                        examples = "\"shop.duckdb\"")
                String destinationPath,
        @Option(
                        value = "Schema for streams without a namespace of their own.",
                        title = "Destination Schema",
                        defaultValue = "\"main\"")
                String schema,
        @Option(
                        value =
                                "Accepted for compatibility, and without effect: databases of"
                                        + " MotherDuck (paths that begin with md:) are refused.",
                        title = "MotherDuck API Key",
                        ignored = true)
                Optional<Secret> motherduckApiKey,
        @Option(
                        value =
                                "Which columns are added to each table: Airbyte's four (raw id,"
                                        + " time of extraction, changes, generation), or none.",
                        defaultValue = "\"airbyte\"")
                MetadataColumns metadataColumns) {

    /** The columns that are added to a stream's own. */
    public enum MetadataColumns {
        AIRBYTE,
        NONE
    }
}

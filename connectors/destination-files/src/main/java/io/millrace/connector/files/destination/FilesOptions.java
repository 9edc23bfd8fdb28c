package io.millrace.connector.files.destination;

import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.Option;

/** What a user fills in. */
public record FilesOptions(
        @Option(
                        value =
                                "Directory that gets a folder for each stream. A relative one"
                                        + " starts at the pipeline file; it is made when it doesn't"
                                        + " exist.",
                        title = "Directory",
                        aliases = "destination_path",
                        examples = "\"lake\"")
                String path,
        @Option(value = "Format of the files: parquet, jsonl or csv.", defaultValue = "\"parquet\"")
                FileFormat format,
        @Option(value = "Rows of a file at most.", defaultValue = "1000000") @Bounds(min = 1)
                long rowsPerFile,
        @Option(
                        value =
                                "Which columns are added to each record: Airbyte's four (raw id,"
                                        + " time of extraction, changes, generation), or none.",
                        defaultValue = "\"airbyte\"")
                MetadataColumns metadataColumns) {

    /** The columns that are added to a stream's own. */
    public enum MetadataColumns {
        AIRBYTE,
        NONE
    }
}

package io.millrace.connector.files.source;

import io.millrace.sdk.option.Alternative;
import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.Option;
import java.util.List;
import java.util.Optional;

/** What a user fills in. */
record FilesOptions(
        @Option(
                        value =
                                "A file, a folder (read with all below it), or a glob such as"
                                        + " data/**/*.csv; relative to the pipeline file",
                        examples = "\"data/*.csv.gz\"")
                Optional<String> path,
        @Option("How the files are written; where absent, their ending says it")
                Optional<Format> format,
        @Option(
                        value =
                                "The streams and their files; where absent, there is one for each"
                                        + " file name without its ending",
                        defaultValue = "[]")
                List<StreamOptions> streams,
        @Option(
                        value =
                                "Whether a row that can't be read is rejected, with its line"
                                        + " number, or fails the sync",
                        defaultValue = "\"reject\"")
                OnBadRow onBadRow,
        @Option(
                        value =
                                "What becomes of a last line that no line break ends. auto: it is"
                                    + " taken if it is whole; in incremental modes an unfinished"
                                    + " one waits for the next sync, and in a CSV file that is"
                                    + " known to grow any. leave: it is never read before it ends",
                        defaultValue = "\"auto\"")
                UnfinishedLine unfinishedLine) {

    FilesOptions {
        if (path.isEmpty() && streams.isEmpty()) {
            throw new IllegalArgumentException(
                    "Say which files to read: set \"path\" to a file, a folder or a glob, or list"
                            + " \"streams\".");
        }
    }

    enum UnfinishedLine {
        AUTO,
        LEAVE
    }

    enum OnBadRow {
        REJECT,
        FAIL
    }

    /** One stream. */
    record StreamOptions(
            @Option("Name of the stream") String name,
            @Option(
                            "Its files: a file, a folder or a glob, relative to the folder at path"
                                    + " where that is given, else to the pipeline file")
                    String path,
            @Option("How its files are written; where absent, as for the others")
                    Optional<Format> format,
            @Option(value = "Columns of its key, in order", defaultValue = "[]")
                    List<String> primaryKey) {
        StreamOptions {
            if (name.isBlank()) {
                throw new IllegalArgumentException("A stream needs a name.");
            }
        }
    }

    /** How a file is written. */
    sealed interface Format {
        @Alternative(
                field = "filetype",
                value = "csv",
                title = "CSV",
                description = "Values between delimiters, a record in each line.")
        record Csv(
                @Option(
                                value =
                                        "What parts values, one character; where absent, it is"
                                            + " found out if it is unambiguous, and a comma else",
                                examples = {"\",\"", "\";\"", "\"\\t\""})
                        Optional<String> delimiter,
                @Option(
                                value =
                                        "The character set, such as utf-8, latin-1, utf-16; where"
                                                + " absent, utf-8 or what a byte order mark says")
                        Optional<String> encoding,
                @Option(
                                value =
                                        "Whether the first line has the names of the columns;"
                                                + " otherwise they are column_1, column_2, ...",
                                defaultValue = "true")
                        boolean header,
                @Option(
                                value =
                                        "What stands around values with delimiters or line breaks;"
                                                + " doubled within. An empty text: values are never"
                                                + " quoted",
                                defaultValue = "\"\\\"\"",
                                aliases = "quote_char")
                        String quote,
                @Option(
                                value =
                                        "Lines before the header, or the first record, to leave"
                                                + " out",
                                defaultValue = "0",
                                aliases = "skip_rows_before_header")
                        @Bounds(min = 0)
                        int skipRows,
                @Option(
                                value =
                                        "Texts without quotes that mean null, beside the empty one,"
                                                + " such as \\N",
                                defaultValue = "[]")
                        List<String> nullValues)
                implements Format {
            static Csv standard(Optional<String> delimiter) {
                return new Csv(delimiter, Optional.empty(), true, "\"", 0, List.of());
            }
        }

        @Alternative(
                field = "filetype",
                value = "jsonl",
                title = "JSON lines",
                description = "An object in each line; or one array of objects.")
        record Jsonl(
                @Option("The character set; where absent, utf-8 or what a byte order mark says")
                        Optional<String> encoding)
                implements Format {}

        @Alternative(
                field = "filetype",
                value = "parquet",
                title = "Parquet",
                description = "Columns with their types.")
        record Parquet() implements Format {}
    }
}

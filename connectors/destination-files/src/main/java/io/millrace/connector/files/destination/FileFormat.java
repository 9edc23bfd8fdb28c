package io.millrace.connector.files.destination;

/** What the files of a stream are. */
public enum FileFormat {
    PARQUET("parquet"),
    JSONL("jsonl"),
    CSV("csv");

    private final String ending;

    FileFormat(String ending) {
        this.ending = ending;
    }

    /** The ending of file names, without the dot. */
    String ending() {
        return ending;
    }
}

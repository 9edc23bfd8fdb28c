package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FilesOptions.Format;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the name of a file tells. */
final class FileNames {
    private static final List<String> COMPRESSIONS = List.of(".gz", ".gzip", ".zst", ".zstd");

    private FileNames() {}

    /** How the file is written, by its ending before one of compression. */
    static Optional<Format> format(String name) {
        String plain = withoutCompression(name).toLowerCase(Locale.ROOT);
        return switch (plain.substring(plain.lastIndexOf('.') + 1)) {
            case "csv" -> Optional.of(Format.Csv.standard(Optional.empty()));
            case "tsv" -> Optional.of(Format.Csv.standard(Optional.of("\t")));
            case "jsonl", "ndjson", "json" -> Optional.of(new Format.Jsonl(Optional.empty()));
            case "parquet", "pq" -> Optional.of(new Format.Parquet());
            default -> Optional.empty();
        };
    }

    /** The name without its ending: {@code data.csv.gz} is {@code data}. */
    static String streamName(String name) {
        String plain = withoutCompression(name);
        int dot = plain.lastIndexOf('.');
        return dot > 0 ? plain.substring(0, dot) : plain;
    }

    private static String withoutCompression(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (String ending : COMPRESSIONS) {
            if (lower.endsWith(ending) && lower.length() > ending.length()) {
                return name.substring(0, name.length() - ending.length());
            }
        }
        return name;
    }

    /** As in the destination for files: what begins so isn't data. */
    static boolean isHidden(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(".") || name.startsWith("_");
    }
}

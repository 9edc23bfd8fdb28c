package io.millrace.connector.duckdb.common;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says who is to act when DuckDB refuses. */
public final class DuckDbFailures {
    private static final Pattern HOLDER =
            Pattern.compile("held in (.+?) \\(PID (\\d+)\\)", Pattern.DOTALL);

    private DuckDbFailures() {}

    /** Whether another process has the file open. */
    public static boolean isLock(DuckDbException refused) {
        return refused.getMessage().contains("Could not set lock");
    }

    /**
     * The failure for {@code refused}.
     *
     * @param path the file or directory that was worked on
     */
    public static SyncFailure of(DuckDbException refused, Path path) {
        String message = refused.getMessage();
        String detail = message + "\nin: " + refused.statement();
        if (isLock(refused)) {
            return new TransientFailure(
                    "The DuckDB file %s is in use by %s. Close it there, then run again."
                            .formatted(path, holder(message)),
                    detail,
                    refused);
        }
        if (message.contains("No space left")
                || message.contains("Disk quota exceeded")
                || message.contains("max_temp_directory_size")
                || message.contains("File too large")) {
            return new TransientFailure(
                    "The disk %s that holds %s is full. Make room, then run again: what was"
                                    .formatted(disk(path), path)
                            + " committed stays.",
                    detail,
                    refused);
        }
        if (message.contains("not a valid DuckDB database file")) {
            return new ConfigurationFailure(
                    "The file %s is not a DuckDB database. Name another path, or move that file away."
                            .formatted(path),
                    detail,
                    refused);
        }
        if (message.contains("version number") || message.contains("storage version")) {
            return new ConfigurationFailure(
                    "The file %s was written by another version of DuckDB, which this one (%s) can't read."
                                    .formatted(path, DuckDbLibrary.VERSION)
                            + " Export it there and import it anew, or name another path.",
                    detail,
                    refused);
        }
        if (message.contains("Permission denied")
                || message.contains("Read-only file system")
                || message.contains("read-only mode")
                || message.contains("Is a directory")) {
            return new ConfigurationFailure(
                    "The DuckDB file %s can't be written: %s. Give the right to, or name another path."
                            .formatted(path, reason(message)),
                    detail,
                    refused);
        }
        if (refused.is("IO")) {
            return new TransientFailure(
                    "DuckDB could not read or write %s: %s".formatted(path, firstLine(message)),
                    detail,
                    refused);
        }
        if (refused.is("TransactionContext")) {
            return new TransientFailure(
                    "Another transaction changed %s at the same time: %s"
                            .formatted(path, firstLine(message)),
                    detail,
                    refused);
        }
        return new SystemFailure(
                "DuckDB refused a statement: " + firstLine(message), detail, refused);
    }

    private static String reason(String message) {
        for (String known :
                new String[] {
                    "Permission denied", "Read-only file system", "Is a directory", "read-only mode"
                }) {
            if (message.contains(known)) {
                return known;
            }
        }
        return firstLine(message);
    }

    private static String holder(String message) {
        Matcher matcher = HOLDER.matcher(message);
        if (!matcher.find()) {
            return "another process";
        }
        return "process %s (%s)".formatted(matcher.group(2), matcher.group(1).strip());
    }

    /** The disk that holds {@code path}, as a person would find it: {@code / (/dev/vda)}. */
    static String disk(Path path) {
        Path existing = path.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null) {
            return path.toString();
        }
        try {
            FileStore store = Files.getFileStore(existing);
            return store.toString();
        } catch (IOException _) {
            return existing.toString();
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}

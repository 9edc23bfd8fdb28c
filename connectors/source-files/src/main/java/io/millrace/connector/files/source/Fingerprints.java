package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FileProgress.Fingerprint;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Tells files apart by size, time and the hashes of their first and last bytes: reading them whole
 * would cost as much as reading them again.
 */
final class Fingerprints {
    static final int HEAD_BYTES = 64 << 10;
    private static final int TAIL_BYTES = 4 << 10;
    private static final int HASH_BYTES = 12;

    private Fingerprints() {}

    /** The fingerprint of {@code file} as it is now. */
    static Fingerprint of(InputFile file) throws IOException {
        try (RandomAccessFile content = open(file)) {
            long size = content.length();
            var attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
            return new Fingerprint(
                    size,
                    attributes.lastModifiedTime().toMillis(),
                    head(content, size),
                    tail(content, size),
                    Optional.ofNullable(attributes.fileKey()).map(Object::toString));
        }
    }

    /**
     * Whether {@code file} is larger now than {@code before}, and still begins with what it was
     * then, as far as head and tail tell.
     */
    static boolean hasGrown(InputFile file, Fingerprint before) throws IOException {
        try (RandomAccessFile content = open(file)) {
            long size = before.size();
            return size > 0
                    && content.length() > size
                    && before.head().equals(head(content, size))
                    && before.tail().equals(tail(content, size));
        }
    }

    /** Whether the byte before {@code position} ends a line. */
    static boolean endedWithLine(InputFile file, long position) throws IOException {
        try (RandomAccessFile content = open(file)) {
            content.seek(position - 1);
            int last = content.read();
            return last == '\n' || last == '\r';
        }
    }

    private static RandomAccessFile open(InputFile file) throws IOException {
        file.openRaw().close(); // tells what is wrong better than the other
        return new RandomAccessFile(file.path().toFile(), "r");
    }

    private static String head(RandomAccessFile content, long size) throws IOException {
        return hash(content, 0, Math.min(size, HEAD_BYTES));
    }

    private static String tail(RandomAccessFile content, long size) throws IOException {
        long from = Math.max(0, size - TAIL_BYTES);
        return hash(content, from, size - from);
    }

    private static String hash(RandomAccessFile content, long from, long count) throws IOException {
        byte[] bytes = new byte[(int) count];
        content.seek(from);
        content.readFully(bytes);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException failure) {
            throw new AssertionError("every Java has SHA-256", failure);
        }
    }
}

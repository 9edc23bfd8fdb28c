package io.millrace.connector.files.source;

import com.github.luben.zstd.ZstdInputStream;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file to read.
 *
 * @param path where it lies
 * @param key its name in states and messages: relative to the pipeline's folder where it lies below
 */
record InputFile(Path path, String key) {
    private static final int PEEKED = 64;

    /** What wraps the bytes of a file. */
    enum Compression {
        NONE,
        GZIP,
        ZSTD;

        private static Compression of(byte[] head, int size) {
            if (size >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
                return GZIP;
            }
            if (size >= 4
                    && (head[0] & 0xFF) == 0x28
                    && (head[1] & 0xFF) == 0xB5
                    && (head[2] & 0xFF) == 0x2F
                    && (head[3] & 0xFF) == 0xFD) {
                return ZSTD;
            }
            return NONE;
        }
    }

    /** As {@link #open(Optional, long, long, boolean)}, to an end that may be any. */
    InputStream open(Optional<String> encoding, long offset) throws IOException {
        return open(encoding, offset, Files.size(path), true);
    }

    /**
     * Its text in UTF-8 from {@code offset} on, counted in the decompressed UTF-8 bytes behind the
     * byte order mark. That is quick where the file lies as it is read, and reads over what stands
     * before it elsewhere. The caller closes it.
     *
     * @param encoding as the user gave it
     * @param end bytes of the file that count, where it isn't compressed
     * @param cut whether the text may end in the middle of a character, which is then left out
     */
    InputStream open(Optional<String> encoding, long offset, long end, boolean cut)
            throws IOException {
        FileInputStream file = openRaw();
        boolean opened = false;
        try {
            byte[] head = new byte[PEEKED];
            int size = file.readNBytes(head, 0, PEEKED);
            file.getChannel().position(0);
            Compression compression = Compression.of(head, size);
            InputStream plain =
                    switch (compression) {
                        case NONE -> file;
                        case GZIP -> new GZIPInputStream(file, 1 << 16);
                        case ZSTD -> new ZstdInputStream(file);
                    };
            if (compression != Compression.NONE) {
                size = plain.readNBytes(head, 0, PEEKED);
            }
            int mark = ByteOrderMark.length(head, size);
            Optional<Charset> marked = ByteOrderMark.charset(head, size);
            Charset charset =
                    marked.orElseGet(
                            () -> encoding.map(this::charset).orElse(StandardCharsets.UTF_8));
            boolean utf8 = charset.equals(StandardCharsets.UTF_8);
            InputStream text;
            if (compression == Compression.NONE && utf8) {
                file.getChannel().position(mark + offset);
                text = new BoundedStream(file, end - mark - offset);
            } else {
                InputStream rest =
                        compression == Compression.NONE
                                ? new BoundedStream(positioned(file, mark), end - mark)
                                : new SequenceInputStream(
                                        new ByteArrayInputStream(head, mark, size - mark), plain);
                if (!utf8) {
                    rest = new Transcoder(rest, charset, cut);
                }
                rest.skipNBytes(offset);
                text = rest;
            }
            opened = true;
            return text;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** Whether {@code file} is compressed. */
    static boolean isCompressed(InputFile file) throws IOException {
        try (FileInputStream content = file.openRaw()) {
            byte[] head = new byte[4];
            return Compression.of(head, content.readNBytes(head, 0, 4)) != Compression.NONE;
        }
    }

    private static InputStream positioned(FileInputStream file, long position) throws IOException {
        file.getChannel().position(position);
        return file;
    }

    FileInputStream openRaw() throws IOException {
        try {
            return new FileInputStream(path.toFile());
        } catch (FileNotFoundException failure) {
            // FileInputStream tells everything as "not found".
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString());
            }
            throw new AccessDeniedException(path.toString(), null, failure.getMessage());
        }
    }

    /** The failure that an exception while reading stands for. */
    SyncFailure failure(IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ ->
                    new TransientFailure(
                            "The file %s is gone. If it was removed for good, the next sync goes on without it."
                                    .formatted(key),
                            cause.toString(),
                            cause);
            case AccessDeniedException _ ->
                    new ConfigurationFailure(
                            "The file %s may not be read. Give this user the right to read it."
                                    .formatted(key),
                            cause.toString(),
                            cause);
            case UndecodableLineException undecodable ->
                    new ConfigurationFailure(
                            "The file %s has bytes in line %d that are no text of the encoding it was read with. Correct the line, or set the format's \"encoding\"."
                                    .formatted(key, undecodable.line()),
                            cause.toString(),
                            cause);
            case CharacterCodingException _ ->
                    new ConfigurationFailure(
                            "The file %s has another encoding than the one it was read with. Set the format's \"encoding\"."
                                    .formatted(key),
                            cause.toString(),
                            cause);
            case ZipException _ ->
                    new ConfigurationFailure(
                            "The compressed file %s is damaged. Write it again.".formatted(key),
                            cause.toString(),
                            cause);
            case BoundedStream.FileShrankException _ ->
                    new TransientFailure(
                            "The file %s became shorter while it was read. The next sync reads it anew."
                                    .formatted(key),
                            cause.toString(),
                            cause);
            case EOFException _ ->
                    new ConfigurationFailure(
                            "The file %s ends too early: it was cut off. Write it again."
                                    .formatted(key),
                            cause.toString(),
                            cause);
            case com.github.luben.zstd.ZstdIOException _ ->
                    new ConfigurationFailure(
                            "The compressed file %s is damaged. Write it again.".formatted(key),
                            cause.toString(),
                            cause);
            default ->
                    new TransientFailure(
                            "The file %s could not be read: %s".formatted(key, cause.getMessage()),
                            cause.toString(),
                            cause);
        };
    }

    private Charset charset(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        try {
            return switch (lower) {
                case "utf8", "utf_8", "utf-8-sig", "utf_8_sig" -> StandardCharsets.UTF_8;
                case "latin-1", "latin_1" -> StandardCharsets.ISO_8859_1;
                default -> Charset.forName(name);
            };
        } catch (IllegalCharsetNameException | UnsupportedCharsetException failure) {
            throw new ConfigurationFailure(
                    "There is no encoding \"%s\". Take one such as utf-8, latin-1, windows-1252 or utf-16."
                            .formatted(name),
                    failure.toString(),
                    failure);
        }
    }
}

package io.millrace.sdk.http;

import io.millrace.protocol.failure.SystemFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Bodies of answers: taken out of their transport encoding, and read into memory within a limit.
 */
public final class Bodies {
    /**
     * The most that one answer may take in memory: a quarter of the heap, so that a few of them and
     * their records fit. Without it, a compressed bomb or an endless line would end the process.
     */
    private static final long LIMIT =
            Math.min(Integer.MAX_VALUE - 16L, Runtime.getRuntime().maxMemory() / 4);

    private static final int CHUNK = 64 * 1024;

    private Bodies() {}

    /**
     * The body without its transport encoding. A server that announces an encoding and doesn't use
     * it is forgiven.
     *
     * @param encoding the Content-Encoding header; several are undone from last to first
     */
    public static InputStream decoded(InputStream body, String encoding) throws IOException {
        InputStream result = body;
        String[] encodings = encoding.toLowerCase(Locale.ROOT).split(",", -1);
        for (int i = encodings.length - 1; i >= 0; i--) {
            result =
                    switch (encodings[i].strip()) {
                        case "gzip", "x-gzip" -> unzipped(result);
                        case "deflate" -> inflated(result);
                        default -> result;
                    };
        }
        return result;
    }

    private static InputStream unzipped(InputStream body) throws IOException {
        var pushback = new PushbackInputStream(body, 2);
        byte[] start = pushback.readNBytes(2);
        pushback.unread(start);
        boolean isZipped =
                start.length == 2 && (start[0] & 0xFF) == 0x1F && (start[1] & 0xFF) == 0x8B;
        return isZipped ? new GZIPInputStream(pushback, CHUNK) : pushback;
    }

    /** With or without the zlib header: servers disagree on what deflate means. */
    private static InputStream inflated(InputStream body) throws IOException {
        var pushback = new PushbackInputStream(body, 2);
        byte[] start = pushback.readNBytes(2);
        pushback.unread(start);
        if (start.length < 2) {
            return pushback;
        }
        boolean hasHeader =
                (start[0] & 0x0F) == 8 && ((start[0] & 0xFF) * 256 + (start[1] & 0xFF)) % 31 == 0;
        return new InflaterInputStream(pushback, new Inflater(!hasHeader), CHUNK);
    }

    /**
     * All of a body.
     *
     * @param length what the server announced; negative where it didn't, or where the body is
     *     compressed
     * @param request what was asked for, whose text messages may show
     */
    public static byte[] read(InputStream body, long length, Object request) throws IOException {
        return read(body, length, LIMIT, request);
    }

    /** The same with another limit, in bytes. */
    public static byte[] read(InputStream body, long length, long limit, Object request)
            throws IOException {
        if (length == 0) {
            return new byte[0];
        }
        if (length > limit) {
            throw tooLarge(limit, request);
        }
        byte[] result = new byte[length > 0 ? (int) length : CHUNK];
        int size = 0;
        while (true) {
            int count = body.read(result, size, result.length - size);
            if (count < 0) {
                return size == result.length ? result : Arrays.copyOf(result, size);
            }
            size += count;
            if (size == result.length) {
                if (length > 0) {
                    return result;
                }
                if (size >= limit) {
                    throw tooLarge(limit, request);
                }
                result = Arrays.copyOf(result, (int) Math.min(limit, size * 2L));
            }
        }
    }

    public static InputStream empty() {
        return new ByteArrayInputStream(new byte[0]);
    }

    private static SystemFailure tooLarge(long limit, Object request) {
        return new SystemFailure(
                ("The answer to %s is larger than %d MB, the most that is held in memory. Ask for"
                                + " smaller pages (page_size), use a decoder that streams"
                                + " (JsonlDecoder, CsvDecoder, JsonItemsDecoder), or run with a"
                                + " larger heap.")
                        .formatted(request, limit / (1024 * 1024)));
    }
}

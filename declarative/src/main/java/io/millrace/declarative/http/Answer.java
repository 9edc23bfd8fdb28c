package io.millrace.declarative.http;

import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.http.Headers;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One answer of an API. Its body has been decompressed. It is either in memory, as {@link #bytes},
 * or, where the requester was asked for that, read once through {@link #stream} while it arrives.
 * For one thread at a time.
 */
public final class Answer implements AutoCloseable {
    private static final Pattern CHARSET =
            Pattern.compile("charset=\\s*[\"']?([^\\s\"';]+)", Pattern.CASE_INSENSITIVE);

    private final int status;
    private final String url;
    private final Headers headers;
    private final byte @Nullable [] body;
    private final @Nullable InputStream open;

    private Answer(
            int status,
            String url,
            Headers headers,
            byte @Nullable [] body,
            @Nullable InputStream open) {
        this.status = status;
        this.url = url;
        this.headers = headers;
        this.body = body;
        this.open = open;
    }

    /** An answer whose body is at hand; the array belongs to it from then on. */
    public static Answer of(int status, String url, Headers headers, byte[] body) {
        return new Answer(status, url, headers, body, null);
    }

    /** An answer whose body still arrives; closing it closes {@code open}. */
    static Answer streamed(int status, String url, Headers headers, InputStream open) {
        return new Answer(status, url, headers, null, open);
    }

    public int status() {
        return status;
    }

    /** Where it came from, after redirects. It may hold a secret in its query. */
    public String url() {
        return url;
    }

    public Headers headers() {
        return headers;
    }

    /** Whether the status is one of 400 and up. */
    public boolean isError() {
        return status >= 400;
    }

    /** Whether the body arrives while it is read, so that {@link #bytes} can't be asked for. */
    public boolean isStreamed() {
        return open != null;
    }

    /** The body. Nobody changes the array. */
    public byte[] bytes() {
        if (body == null) {
            throw new IllegalStateException("This answer is streamed; read its stream.");
        }
        return body;
    }

    /**
     * The body as a stream. One that still arrives can be asked for once; reading it fails with a
     * {@link TransientFailure} where the connection breaks.
     */
    public InputStream stream() {
        InputStream arriving = open;
        if (arriving == null) {
            return new ByteArrayInputStream(bytes());
        }
        return new Arriving(arriving, url);
    }

    /** The body as text, in the character set that the headers name, else UTF-8. */
    public String text() {
        return new String(bytes(), charset().orElse(StandardCharsets.UTF_8));
    }

    /** The character set that the headers name, if it is one that is known here. */
    public Optional<Charset> charset() {
        Matcher matcher = CHARSET.matcher(headers.find("Content-Type").orElse(""));
        if (!matcher.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Charset.forName(matcher.group(1)));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            return Optional.empty();
        }
    }

    /**
     * Ends a body that still arrives; the connection can be used again if it was read to its end.
     */
    @Override
    public void close() {
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // What was wanted of it has been read; a connection that can't be ended in good
                // order is not used again.
                return;
            }
        }
    }

    @Override
    public String toString() {
        return "%d from %s".formatted(status, Addresses.printable(url));
    }

    /**
     * Tells a broken connection as what it is, instead of as an exception that each reader maps.
     */
    private static final class Arriving extends FilterInputStream {
        private final String url;

        Arriving(InputStream in, String url) {
            super(in);
            this.url = url;
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException error) {
                throw broken(error);
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException error) {
                throw broken(error);
            }
        }

        private TransientFailure broken(IOException error) {
            return new TransientFailure(
                    ("The connection broke while an answer from %s was being read. The sync can be"
                                    + " run again.")
                            .formatted(Addresses.printable(url)),
                    String.valueOf(error.getMessage()),
                    error);
        }
    }
}

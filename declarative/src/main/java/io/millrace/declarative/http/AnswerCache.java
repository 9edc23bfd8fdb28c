package io.millrace.declarative.http;

import io.millrace.sdk.http.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are kept for the time of one command (reference 3.8), so that a stream and the
 * streams whose parent it is ask the API once. Bodies are in memory as far as a few megabytes go,
 * and in a temporary file beyond. Safe for all threads.
 */
final class AnswerCache implements AutoCloseable {
    private static final long IN_MEMORY =
            Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 32);

    /** Credentials don't make a request another one: renewed tokens ask for the same. */
    private static final Set<String> IGNORED_HEADERS =
            Set.of(
                    "authorization",
                    "x-api-key",
                    "x-auth-token",
                    "x-access-token",
                    "api-key",
                    "apikey",
                    "x-rapidapi-key",
                    "cookie");

    private static final Set<String> IGNORED_PARAMETERS =
            Set.of("access_token", "api_key", "apikey");

    /** A body is in memory, or at a place of the file. */
    private record Kept(
            int status,
            String url,
            Headers headers,
            @Nullable Body body,
            long position,
            int size) {}

    private record Body(ByteBuffer bytes) {}

    private final Map<String, Kept> answers = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable FileChannel file;
    private long inMemory;
    private long inFile;

    /** What makes two requests the same: the requester, and what is sent but for credentials. */
    static String key(String requester, OutgoingRequest request) {
        List<String> pairs = new ArrayList<>(List.of(Addresses.query(request.url()).split("&")));
        pairs.removeIf(pair -> IGNORED_PARAMETERS.contains(pair.split("=", 2)[0]));
        pairs.sort(null);
        var text = new StringBuilder();
        text.append(requester)
                .append('\n')
                .append(request.method())
                .append('\n')
                .append(Addresses.printable(request.url()))
                .append('\n')
                .append(String.join("&", pairs))
                .append('\n');
        Map<String, String> headers = new TreeMap<>();
        request.headers()
                .forEach((name, value) -> {
                    String lower = name.toLowerCase(Locale.ROOT);
                    if (!IGNORED_HEADERS.contains(lower)) {
                        headers.put(lower, value);
                    }
                });
        text.append(headers).append('\n').append(request.body().orElse(""));
        return digest(text.toString());
    }

    static String digest(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException("Every Java has SHA-256.", error);
        }
    }

    Optional<Answer> find(String key) {
        lock.lock();
        try {
            Kept kept = answers.get(key);
            if (kept == null) {
                return Optional.empty();
            }
            byte[] bytes = new byte[kept.size()];
            if (kept.body() != null) {
                kept.body().bytes().get(0, bytes);
            } else {
                read(ByteBuffer.wrap(bytes), kept.position());
            }
            return Optional.of(Answer.of(kept.status(), kept.url(), kept.headers(), bytes));
        } finally {
            lock.unlock();
        }
    }

    private void read(ByteBuffer into, long position) {
        try {
            FileChannel channel = file();
            long at = position;
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    throw new IOException("The file of kept answers was cut.");
                }
                at += count;
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Keeps an answer that is in memory. */
    void store(String key, Answer answer) {
        byte[] bytes = answer.bytes();
        lock.lock();
        try {
            if (answers.containsKey(key)) {
                return;
            }
            if (inMemory + bytes.length <= IN_MEMORY) {
                inMemory += bytes.length;
                answers.put(
                        key,
                        new Kept(
                                answer.status(),
                                answer.url(),
                                answer.headers(),
                                new Body(ByteBuffer.wrap(bytes)),
                                0,
                                bytes.length));
                return;
            }
            long position = inFile;
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                inFile += file().write(buffer, inFile);
            }
            answers.put(
                    key,
                    new Kept(
                            answer.status(),
                            answer.url(),
                            answer.headers(),
                            null,
                            position,
                            bytes.length));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } finally {
            lock.unlock();
        }
    }

    private FileChannel file() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            Path path = Files.createTempFile("millrace-answers", null);
            channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
            file = channel;
        }
        return channel;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            answers.clear();
            if (file != null) {
                file.close();
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } finally {
            lock.unlock();
        }
    }
}

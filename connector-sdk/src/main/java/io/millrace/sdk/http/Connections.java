package io.millrace.sdk.http;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client and its copies, made when the first request needs one: reading the
 * trusted certificates takes a tenth of a second, which a verb that asks nothing need not wait for.
 * Safe for all threads.
 */
final class Connections implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(30);

    private final Map<String, String> environment;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable HttpClient client;

    /**
     * @param environment may name proxies and certificates
     */
    Connections(Map<String, String> environment) {
        this.environment = environment;
    }

    HttpClient client() {
        lock.lock();
        try {
            HttpClient present = client;
            if (present == null) {
                HttpClient.Builder builder =
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .connectTimeout(CONNECT_WITHIN)
                                // Followed by whoever sends, so that credentials stay where they
                                // belong.
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .proxy(new Proxies(environment));
                TrustedCertificates.context(environment).ifPresent(builder::sslContext);
                present = builder.build();
                client = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (client != null) {
                client.shutdownNow();
            }
        } finally {
            lock.unlock();
        }
    }
}

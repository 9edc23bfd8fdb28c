package io.millrace.declarative.http;

import io.millrace.sdk.http.Bodies;
import io.millrace.sdk.http.Headers;
import io.millrace.sdk.http.Proxies;
import io.millrace.sdk.http.TrustedCertificates;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over pooled connections, and follows redirects. Apache's client under it keeps the
 * names of headers as the server wrote them, which templates see, and takes addresses and headers
 * that the JDK's client refuses.
 *
 * <p>Safe for all threads; a request blocks its thread, which is meant to be a virtual one.
 */
final class Transport implements AutoCloseable {
    private static final int REDIRECTS = 30;
    private static final int CONNECTIONS_PER_HOST = 64;
    private static final int CONNECTIONS = 256;
    private static final int LONGEST_HEADER = 1 << 20;
    private static final Timeout CONNECT = Timeout.ofSeconds(30);

    private final CloseableHttpClient client;
    private final RequestConfig usual;
    private final boolean onlyPublic;

    /**
     * @param environment may name proxies, certificates, and forbid what isn't public
     * @param silence how long a server may say nothing
     */
    Transport(Map<String, String> environment, Duration silence) {
        Timeout patience = Timeout.of(silence);
        onlyPublic = PublicAddresses.areRequired(environment);
        var connections =
                PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(CONNECTIONS)
                        .setMaxConnPerRoute(CONNECTIONS_PER_HOST)
                        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
                        .setDnsResolver(
                                onlyPublic
                                        ? new PublicAddresses()
                                        : SystemDefaultDnsResolver.INSTANCE)
                        .setTlsSocketStrategy(new LazyTls(environment))
                        .setConnectionFactory(
                                ManagedHttpClientConnectionFactory.builder()
                                        .http1Config(
                                                Http1Config.custom()
                                                        .setMaxLineLength(LONGEST_HEADER)
                                                        .setMaxHeaderCount(1000)
                                                        .setBufferSize(16 * 1024)
                                                        .build())
                                        .charCodingConfig(
                                                CharCodingConfig.custom()
                                                        .setCharset(StandardCharsets.ISO_8859_1)
                                                        .build())
                                        .build())
                        .setDefaultSocketConfig(
                                SocketConfig.custom()
                                        .setTcpNoDelay(true)
                                        .setSoKeepAlive(true)
                                        .setSoTimeout(patience)
                                        .build())
                        .setDefaultConnectionConfig(
                                ConnectionConfig.custom()
                                        .setConnectTimeout(CONNECT)
                                        .setSocketTimeout(patience)
                                        .setValidateAfterInactivity(
                                                TimeValue.of(500, TimeUnit.MILLISECONDS))
                                        .build());

        usual =
                RequestConfig.custom()
                        .setProtocolUpgradeEnabled(false)
                        .setAuthenticationEnabled(false)
                        .setResponseTimeout(patience)
                        .setConnectionRequestTimeout(Timeout.DISABLED)
                        .build();
        client =
                HttpClients.custom()
                        .setConnectionManager(connections.build())
                        .setProxySelector(new Proxies(environment))
                        .setDefaultRequestConfig(usual)
                        .disableAutomaticRetries()
                        .disableRedirectHandling()
                        .disableContentCompression()
                        .disableCookieManagement()
                        .disableAuthCaching()
                        .disableConnectionState()
                        .setUserAgent("Millrace")
                        .build();
    }

    /**
     * Sends a request and follows redirects.
     *
     * @param streamed whether the body of an answer without error is left to be read as it arrives
     * @throws IOException where no whole answer came
     */
    Answer send(OutgoingRequest request, boolean streamed, Cookies cookies, Patience patience)
            throws IOException, InterruptedException {
        OutgoingRequest current = request;
        for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
            Answer answer = sendOnce(current, streamed, cookies, patience);
            String location = answer.headers().find("Location").orElse("");
            if (location.isEmpty() || !isRedirect(answer.status())) {
                return answer;
            }
            answer.close();
            current = redirected(current, answer.status(), location);
        }
        throw new IOException("Exceeded %d redirects.".formatted(REDIRECTS));
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static OutgoingRequest redirected(OutgoingRequest from, int status, String location) {
        String to =
                Addresses.prepared(
                        Addresses.join(
                                from.url(),
                                location.startsWith("//")
                                        ? Addresses.scheme(from.url()) + ":" + location
                                        : location),
                        "");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(from.headers());
        boolean keepsBody = status == 307 || status == 308;
        if (!keepsBody) {
            headers.remove("Content-Type");
        }
        if (!maySeeCredentials(from.url(), to)) {
            headers.remove("Authorization");
        }
        headers.remove("Host");
        headers.remove("Cookie");
        // 303 asks for a GET; for 301 and 302, that is what all clients have made of a POST.
        boolean becomesGet =
                status == 303 || status == 302 || (status == 301 && from.method().equals("POST"));
        return new OutgoingRequest(
                becomesGet ? "GET" : from.method(),
                to,
                headers,
                keepsBody ? from.body() : Optional.empty());
    }

    /** The same host on the same port, or the change from http to https on their usual ports. */
    private static boolean maySeeCredentials(String from, String to) {
        String fromHost = Addresses.hostAndPort(from);
        String toHost = Addresses.hostAndPort(to);
        boolean isUpgrade =
                Addresses.scheme(from).equals("http")
                        && Addresses.scheme(to).equals("https")
                        && withoutPort(fromHost, ":80").equals(withoutPort(toHost, ":443"));
        return isUpgrade || Addresses.origin(from).equals(Addresses.origin(to));
    }

    private static String withoutPort(String host, String port) {
        return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
    }

    private Answer sendOnce(
            OutgoingRequest request, boolean streamed, Cookies cookies, Patience patience)
            throws IOException, InterruptedException {
        var message =
                new BasicClassicHttpRequest(
                        request.method(), host(request.url()), Addresses.target(request.url()));
        message.setHeader("Accept", "*/*");
        message.setHeader("Accept-Encoding", "gzip, deflate");
        request.headers()
                .forEach((name, value) -> {
                    // The client counts the body itself.
                    if (!name.equalsIgnoreCase("Content-Length")
                            && !name.equalsIgnoreCase("Transfer-Encoding")) {
                        message.setHeader(name, onWire(value));
                    }
                });
        cookies.find(request.url())
                .ifPresent(value -> {
                    if (!message.containsHeader("Cookie")) {
                        message.setHeader("Cookie", value);
                    }
                });
        request.body()
                .ifPresent(body ->
                        message.setEntity(
                                new ByteArrayEntity(body.getBytes(StandardCharsets.UTF_8), null)));
        try {
            ClassicHttpResponse response = client.executeOpen(null, message, context(patience));
            return answer(request, response, streamed, cookies);
        } catch (InterruptedIOException error) {
            if (Thread.interrupted()) {
                throw interrupted(error);
            }
            throw error;
        } catch (IOException error) {
            if (Thread.interrupted()) {
                throw interrupted(error);
            }
            throw error;
        }
    }

    private HttpClientContext context(Patience patience) {
        HttpClientContext context = HttpClientContext.create();
        if (!patience.equals(Patience.USUAL)) {
            context.setRequestConfig(config(patience));
        }
        return context;
    }

    @SuppressWarnings("deprecation") // what replaces it holds for all requests to a host
    private RequestConfig config(Patience patience) {
        RequestConfig.Builder config = RequestConfig.copy(usual);
        patience.connect().ifPresent(wait -> config.setConnectTimeout(Timeout.of(wait)));
        patience.silence().ifPresent(wait -> config.setResponseTimeout(Timeout.of(wait)));
        return config.build();
    }

    private static InterruptedException interrupted(IOException cause) {
        var interrupted = new InterruptedException("stopped while waiting for an answer");
        interrupted.initCause(cause);
        return interrupted;
    }

    /** Header values are Latin-1 on the wire; what doesn't fit is sent as the bytes of UTF-8. */
    private static String onWire(String value) {
        String single =
                value.indexOf('\n') < 0 && value.indexOf('\r') < 0
                        ? value
                        : value.replace('\n', ' ').replace('\r', ' ');
        return single.chars().allMatch(c -> c < 256)
                ? single
                : new String(single.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private HttpHost host(String url) throws IOException {
        String scheme = Addresses.scheme(url);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new UnsupportedSchemeException(scheme);
        }
        if (onlyPublic) {
            PublicAddresses.check(scheme);
        }
        try {
            var uri = new URI(scheme + "://" + Addresses.hostAndPort(url));
            if (uri.getHost() == null) {
                throw new UnknownHostException(
                        "'%s' is not a valid name of a host".formatted(Addresses.hostAndPort(url)));
            }
            return new HttpHost(scheme, uri.getHost(), uri.getPort());
        } catch (URISyntaxException error) {
            throw new IOException(error.getMessage(), error);
        }
    }

    private static Answer answer(
            OutgoingRequest request,
            ClassicHttpResponse response,
            boolean streamed,
            Cookies cookies)
            throws IOException {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        for (Header header : response.getHeaders()) {
            String value = header.getValue();
            fields.add(Map.entry(header.getName(), value == null ? "" : value));
        }
        Headers headers = Headers.of(fields);
        cookies.store(request.url(), fields);
        int status = response.getCode();
        boolean isLeftOpen = false;
        try {
            HttpEntity entity = response.getEntity();
            String encoding = headers.find("Content-Encoding").orElse("");
            InputStream raw = entity == null ? Bodies.empty() : entity.getContent();
            InputStream body = Bodies.decoded(raw, encoding);
            if (streamed && status < 300) {
                isLeftOpen = true;
                return Answer.streamed(status, request.url(), headers, new Owning(body, response));
            }
            boolean isPlain = encoding.isEmpty() || encoding.equalsIgnoreCase("identity");
            long length = isPlain && entity != null ? entity.getContentLength() : -1;
            byte[] bytes = Bodies.read(body, length, request);
            // Chunked bodies end with a last chunk, which has to be read before the connection can
            // serve again.
            raw.readNBytes(1);
            return Answer.of(status, request.url(), headers, bytes);
        } catch (IOException broken) {
            isLeftOpen = true; // it is closed here, where that can't hide what broke
            try {
                response.close();
            } catch (IOException more) {
                broken.addSuppressed(more);
            }
            throw broken;
        } finally {
            if (!isLeftOpen) {
                response.close();
            }
        }
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    /** The address isn't one of HTTP, which no repetition changes. */
    static final class UnsupportedSchemeException extends IOException {
        private static final long serialVersionUID = 1L;

        UnsupportedSchemeException(String scheme) {
            super(
                    "No connection adapters were found for '%s'"
                            .formatted(scheme.toLowerCase(Locale.ROOT)));
        }
    }

    /** Reads the trusted certificates when they are first needed: it takes a tenth of a second. */
    private static final class LazyTls implements TlsSocketStrategy {
        private final Map<String, String> environment;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable TlsSocketStrategy strategy;

        LazyTls(Map<String, String> environment) {
            this.environment = environment;
        }

        private TlsSocketStrategy strategy() {
            lock.lock();
            try {
                TlsSocketStrategy present = strategy;
                if (present == null) {
                    present =
                            TrustedCertificates.context(environment)
                                    .map(DefaultClientTlsStrategy::new)
                                    .orElseGet(DefaultClientTlsStrategy::createSystemDefault);
                    strategy = present;
                }
                return present;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public SSLSocket upgrade(
                Socket socket, String target, int port, Object attachment, HttpContext context)
                throws IOException {
            return strategy().upgrade(socket, target, port, attachment, context);
        }
    }

    /** A body that gives its connection back when it is closed. */
    private static final class Owning extends FilterInputStream {
        private final ClassicHttpResponse response;

        Owning(InputStream in, ClassicHttpResponse response) {
            super(in);
            this.response = response;
        }

        @Override
        public void close() throws IOException {
            // Closing the response alone drops the connection of a body that wasn't read to its
            // end, where closing the stream first would read all the rest.
            response.close();
        }
    }
}

package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.http.Proxies;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {

    private static OutgoingRequest get(String url) {
        return OutgoingRequest.of("GET", url, Map.of(), Map.of(), Optional.empty());
    }

    private static Answer send(Map<String, String> environment, String url)
            throws IOException, InterruptedException {
        try (var transport = new Transport(environment, Duration.ofMinutes(2))) {
            return transport.send(get(url), false, new Cookies(), Patience.USUAL);
        }
    }

    @Test
    void anInterruptEndsAWaitForAnAnswer() throws Exception {
        var accepted = new CountDownLatch(1);
        var ended = new AtomicReference<Throwable>();
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var transport = new Transport(Map.of(), Duration.ofMinutes(2))) {
            Thread.ofVirtual()
                    .start(() -> {
                        try (Socket socket = server.accept()) {
                            socket.getInputStream().read();
                            accepted.countDown();
                            Thread.sleep(Duration.ofMinutes(1));
                        } catch (IOException | InterruptedException _) {
                            // The test is over.
                            return;
                        }
                    });
            Thread waiting =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    transport.send(
                                            get("http://127.0.0.1:" + server.getLocalPort()),
                                            false,
                                            new Cookies(),
                                            Patience.USUAL);
                                } catch (IOException | InterruptedException error) {
                                    ended.set(error);
                                }
                            });
            accepted.await();
            waiting.interrupt();
            assertThat(waiting.join(Duration.ofSeconds(5))).isTrue();
            assertThat(ended.get()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void certificatesOfTheEnvironmentAreTrusted(@TempDir Path directory) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        X509Certificate certificate = certificate(pair);
        Path file = directory.resolve("own.pem");
        var pem = new StringWriter();
        try (var writer = new JcaPEMWriter(pem)) {
            writer.writeObject(certificate);
        }
        Files.writeString(file, pem.toString());
        HttpsServer server = server(pair, certificate);
        try {
            String url = "https://localhost:%d/".formatted(server.getAddress().getPort());
            for (String variable : List.of("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")) {
                assertThat(send(Map.of(variable, file.toString()), url).status()).isEqualTo(200);
            }
            assertThatThrownBy(() -> send(Map.of(), url)).isInstanceOf(SSLException.class);
            Files.writeString(file, "no certificate");
            assertThatThrownBy(() -> send(Map.of("SSL_CERT_FILE", file.toString()), url))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("SSL_CERT_FILE");
        } finally {
            server.stop(0);
        }
    }

    private static X509Certificate certificate(KeyPair pair) throws Exception {
        var name = new X500Name("CN=localhost");
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plusSeconds(3600)),
                        name,
                        pair.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withRSA")
                                        .build(pair.getPrivate())));
    }

    private static HttpsServer server(KeyPair pair, X509Certificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] password = "password".toCharArray();
        store.setKeyEntry("own", pair.getPrivate(), password, new X509Certificate[] {certificate});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "::1",
                "fe80::1",
                "fd00::1"
            })
    void whereOnlyPublicAddressesMayBeAskedOthersAreRefused(String host) throws IOException {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(host))).isFalse();
        String url = "https://%s/".formatted(host.contains(":") ? "[" + host + "]" : host);
        assertThatThrownBy(() -> send(Map.of("DEPLOYMENT_MODE", "cloud"), url))
                .isInstanceOf(PublicAddresses.PrivateAddressException.class);
    }

    @Test
    void whereOnlyPublicAddressesMayBeAskedTheyAreAskedOverTls() throws IOException {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName("93.184.216.34"))).isTrue();
        assertThatThrownBy(() -> send(Map.of("DEPLOYMENT_MODE", "cloud"), "http://93.184.216.34/"))
                .isInstanceOf(Transport.UnsupportedSchemeException.class);
    }

    private static String proxy(Map<String, String> environment, String url) {
        Proxy proxy = new Proxies(environment).select(URI.create(url)).getFirst();
        return proxy.type() == Proxy.Type.DIRECT ? "direct" : proxy.address().toString();
    }

    @Test
    void proxiesOfTheEnvironmentAreUsedButForThisMachineAndExemptHosts() {
        Map<String, String> environment =
                Map.of(
                        "HTTPS_PROXY", "http://user:pass@proxy:3128",
                        "http_proxy", "other",
                        "NO_PROXY", "internal.example, .corp");
        assertThat(proxy(environment, "https://api.example")).contains("proxy").contains("3128");
        assertThat(proxy(environment, "http://api.example")).contains("other").contains("80");
        for (String url :
                List.of(
                        "https://internal.example",
                        "https://a.internal.example",
                        "https://x.corp",
                        "http://127.0.0.1:5",
                        "http://localhost")) {
            assertThat(proxy(environment, url)).as(url).isEqualTo("direct");
        }
        assertThat(proxy(Map.of("ALL_PROXY", "p:1", "NO_PROXY", "*"), "https://h"))
                .isEqualTo("direct");
        assertThat(proxy(Map.of("ALL_PROXY", "p:1"), "https://h")).contains("p");
    }
}

package io.millrace.sdk.http;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whose certificates are trusted: those that Java brings, and those of the file that the
 * environment names, in PEM, as behind the proxies of companies.
 */
public final class TrustedCertificates {
    private static final List<String> VARIABLES =
            List.of("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE");

    private TrustedCertificates() {}

    /** How to speak TLS where the environment names certificates; empty where it doesn't. */
    public static Optional<SSLContext> context(Map<String, String> environment) {
        for (String variable : VARIABLES) {
            String file = environment.get(variable);
            if (file != null && !file.isEmpty()) {
                return Optional.of(context(variable, Path.of(file)));
            }
        }
        return Optional.empty();
    }

    private static SSLContext context(String variable, Path file) {
        try (InputStream content = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (X509Certificate usual : usual().getAcceptedIssuers()) {
                store.setCertificateEntry("usual" + count++, usual);
            }
            for (Certificate own :
                    CertificateFactory.getInstance("X.509").generateCertificates(content)) {
                store.setCertificateEntry("own" + count++, own);
            }
            TrustManagerFactory factory = factory(Optional.of(store));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException error) {
            throw new ConfigurationFailure(
                    ("The certificates in %s can't be read, which the environment variable %s"
                                    + " names. It has to be a file of certificates in PEM.")
                            .formatted(file, variable),
                    String.valueOf(error.getMessage()),
                    error);
        }
    }

    private static X509TrustManager usual() throws GeneralSecurityException {
        for (TrustManager manager : factory(Optional.empty()).getTrustManagers()) {
            if (manager instanceof X509TrustManager certificates) {
                return certificates;
            }
        }
        throw new GeneralSecurityException("Java brings no trusted certificates.");
    }

    @SuppressWarnings("NullAway") // null asks for the certificates that Java brings
    private static TrustManagerFactory factory(Optional<KeyStore> store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store.orElse(null));
        return factory;
    }
}

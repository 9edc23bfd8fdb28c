package io.millrace.connector.postgres.common;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.sdk.option.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * TLS with certificates that are given as text; the driver itself only takes files. Public because
 * the driver makes it by its name.
 */
public final class PemSocketFactory extends SSLSocketFactory {
    private static final String AUTHORITY = "millrace.ca_certificate";
    private static final String CERTIFICATE = "millrace.client_certificate";
    private static final String KEY = "millrace.client_key";
    private static final String KEY_PASSWORD = "millrace.client_key_password";

    private final SSLSocketFactory factory;

    /**
     * @param properties the connection's, as {@link #configure} filled them
     */
    public PemSocketFactory(Properties properties) {
        Optional<Secret> certificate = secret(properties, CERTIFICATE);
        Optional<Secret> key = secret(properties, KEY);
        if (certificate.isPresent() != key.isPresent()) {
            throw new ConfigurationFailure(
                    "client_certificate and client_key only work together. Give both, or none.");
        }
        try {
            KeyManager @Nullable [] keyManagers = null;
            if (certificate.isPresent() && key.isPresent()) {
                keyManagers =
                        keyManagers(
                                Pem.certificates(certificate.get(), "client_certificate"),
                                Pem.privateKey(
                                        key.get(), secret(properties, KEY_PASSWORD), "client_key"));
            }
            var context = SSLContext.getInstance("TLS");
            Secret authority =
                    secret(properties, AUTHORITY)
                            .orElseThrow(
                                    () -> new ConfigurationFailure("ca_certificate is missing."));
            context.init(
                    keyManagers,
                    trust(Pem.certificates(authority, "ca_certificate")).getTrustManagers(),
                    null);
            factory = context.getSocketFactory();
        } catch (GeneralSecurityException | IOException failure) {
            throw new SystemFailure("TLS could not be set up.", "", failure);
        }
    }

    /** Makes the driver use this class, with these certificates. */
    static void configure(
            Properties properties,
            Secret authority,
            Optional<Secret> certificate,
            Optional<Secret> key,
            Optional<Secret> keyPassword) {
        PGProperty.SSL_FACTORY.set(properties, PemSocketFactory.class.getName());
        properties.setProperty(AUTHORITY, authority.reveal());
        put(properties, CERTIFICATE, certificate);
        put(properties, KEY, key);
        put(properties, KEY_PASSWORD, keyPassword);
    }

    private static void put(Properties properties, String name, Optional<Secret> value) {
        value.map(Secret::reveal)
                .filter(text -> !text.isBlank())
                .ifPresent(text -> properties.setProperty(name, text));
    }

    private static Optional<Secret> secret(Properties properties, String name) {
        return Optional.ofNullable(properties.getProperty(name)).map(Secret::new);
    }

    private static TrustManagerFactory trust(List<Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust;
    }

    private static KeyManager[] keyManagers(List<Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        char[] password = new char[0]; // the store never leaves memory
        store.setKeyEntry("client", key, password, chain.toArray(Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        return keys.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return factory.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
            throws IOException {
        return factory.createSocket(socket, host, port, autoClose);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return factory.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return factory.createSocket(host, port, localAddress, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return factory.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return factory.createSocket(host, port, localAddress, localPort);
    }
}

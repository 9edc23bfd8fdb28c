package io.millrace.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificates of one server, valid from an hour ago for ten years; files in PEM, keys as
 * unencrypted PKCS #8.
 *
 * @param authority the authority that signed the server's and the client's certificate
 * @param serverCertificate for the names {@code localhost} and {@code 127.0.0.1}
 * @param serverKey readable by its owner only, as PostgreSQL demands
 * @param clientCertificate for the user {@code postgres}
 * @param clientKey of the client's certificate
 * @param otherAuthority an authority that signed nothing here
 */
public record TestCertificates(
        Path authority,
        Path serverCertificate,
        Path serverKey,
        Path clientCertificate,
        Path clientKey,
        Path otherAuthority) {
    private static final Duration VALIDITY = Duration.ofDays(3650);
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private record Identity(KeyPair keys, X509Certificate certificate) {}

    static TestCertificates create(Path folder) throws IOException {
        try {
            Identity authority = authority("Millrace test authority");
            Identity server = signed(authority, "localhost");
            Identity client = signed(authority, TestPostgres.SUPERUSER);
            return new TestCertificates(
                    certificate(folder.resolve("authority.pem"), authority),
                    certificate(folder.resolve("server.pem"), server),
                    key(folder.resolve("server.key"), server),
                    certificate(folder.resolve("client.pem"), client),
                    key(folder.resolve("client.key"), client),
                    certificate(
                            folder.resolve("other-authority.pem"),
                            authority("Another test authority")));
        } catch (GeneralSecurityException | OperatorCreationException failure) {
            throw new IllegalStateException("Making test certificates", failure);
        }
    }

    private static Identity authority(String name)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPair keys = createKeys();
        var subject = new X500Name("CN=" + name);
        var builder = builder(subject, subject, keys);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        return new Identity(keys, sign(builder, keys));
    }

    private static Identity signed(Identity authority, String name)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPair keys = createKeys();
        var issuer =
                X500Name.getInstance(
                        authority.certificate().getSubjectX500Principal().getEncoded());
        var builder = builder(issuer, new X500Name("CN=" + name), keys);
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                        new GeneralName[] {
                            new GeneralName(GeneralName.dNSName, name),
                            new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                        }));
        return new Identity(keys, sign(builder, authority.keys()));
    }

    private static KeyPair createKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair keys) {
        Instant start = Instant.now().minus(Duration.ofHours(1));
        return new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(start),
                Date.from(start.plus(VALIDITY)),
                subject,
                keys.getPublic());
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair signer)
            throws GeneralSecurityException, OperatorCreationException {
        var signature = new JcaContentSignerBuilder("SHA256withRSA").build(signer.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signature));
    }

    private static Path certificate(Path file, Identity identity)
            throws IOException, CertificateEncodingException {
        return Files.writeString(
                file, pem("CERTIFICATE", identity.certificate().getEncoded()), US_ASCII);
    }

    private static Path key(Path file, Identity identity) throws IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(
                file, pem("PRIVATE KEY", identity.keys().getPrivate().getEncoded()), US_ASCII);
    }

    private static String pem(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, lines, type);
    }
}

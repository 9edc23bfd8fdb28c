package io.millrace.connector.postgres.common;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.option.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/** Certificates and keys as text. */
final class Pem {
    private static final Pattern PKCS8 =
            Pattern.compile(
                    "-----BEGIN (ENCRYPTED )?PRIVATE KEY-----([^-]*)-----END [A-Z ]*KEY-----");
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "Ed25519", "Ed448");

    private Pem() {}

    /** One certificate or several, in their order. */
    static List<Certificate> certificates(Secret pem, String option) {
        try {
            List<Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(text(pem).getBytes(UTF_8)))
                            .stream()
                            .map(Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new CertificateException("no certificate in the text");
            }
            return certificates;
        } catch (CertificateException failure) {
            throw new ConfigurationFailure(
                    ("The option %s holds no certificate in PEM format. Paste the whole text, from"
                                    + " -----BEGIN CERTIFICATE----- on.")
                            .formatted(option),
                    "",
                    failure);
        }
    }

    /** A private key in any of the forms that OpenSSL writes. */
    static PrivateKey privateKey(Secret pem, Optional<Secret> password, String option) {
        Matcher matcher = PKCS8.matcher(text(pem));
        if (!matcher.find()) {
            return keyPair(pem, password, option).getPrivate();
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
            if (matcher.group(1) == null) {
                return decode(new PKCS8EncodedKeySpec(der));
            }
            var info = new EncryptedPrivateKeyInfo(der);
            String cipherName = cipherName(info);
            var key =
                    SecretKeyFactory.getInstance(cipherName)
                            .generateSecret(
                                    new PBEKeySpec(
                                            password.map(Secret::reveal).orElse("").toCharArray()));
            Cipher cipher = Cipher.getInstance(cipherName);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
            return decode(info.getKeySpec(cipher));
        } catch (GeneralSecurityException | IOException | IllegalArgumentException failure) {
            throw unreadable(option, failure);
        }
    }

    /** OpenSSL's "PBES2" is a family; the parameters name its member, as Java calls it. */
    private static String cipherName(EncryptedPrivateKeyInfo info) {
        AlgorithmParameters parameters = info.getAlgParameters();
        return info.getAlgName().equals("PBES2") && parameters != null
                ? parameters.toString()
                : info.getAlgName();
    }

    private static PrivateKey decode(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException _) {
                // Of another algorithm: the next one tries.
            }
        }
        throw new InvalidKeySpecException("a key of no algorithm that is known");
    }

    /** A private key with its public one, in any form that OpenSSH or OpenSSL writes. */
    static KeyPair keyPair(Secret pem, Optional<Secret> password, String option) {
        try {
            for (KeyPair pair :
                    SecurityUtils.loadKeyPairIdentities(
                            null,
                            NamedResource.ofName(option),
                            new ByteArrayInputStream(text(pem).getBytes(UTF_8)),
                            FilePasswordProvider.of(password.map(Secret::reveal).orElse("")))) {
                return pair;
            }
            throw new InvalidKeySpecException("no key in the text");
        } catch (GeneralSecurityException | IOException | RuntimeException failure) {
            throw unreadable(option, failure);
        }
    }

    private static ConfigurationFailure unreadable(String option, Exception failure) {
        return new ConfigurationFailure(
                ("The option %s holds no private key that can be read. Paste the whole text of the"
                                + " file, and give its password if it has one.")
                        .formatted(option),
                failure.getClass().getSimpleName(),
                failure);
    }

    /** Forms of a single line turn the ends of lines into {@code \n}. */
    private static String text(Secret pem) {
        return pem.reveal().replace("\\n", "\n").strip() + "\n";
    }
}

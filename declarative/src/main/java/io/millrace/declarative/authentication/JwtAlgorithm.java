package io.millrace.declarative.authentication;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/** The algorithms of RFC 7518, RFC 8037 and RFC 8812 that manifests can name. */
enum JwtAlgorithm {
    HS256("HmacSHA256"),
    HS384("HmacSHA384"),
    HS512("HmacSHA512"),
    RS256("SHA256withRSA"),
    RS384("SHA384withRSA"),
    RS512("SHA512withRSA"),
    PS256("SHA-256"),
    PS384("SHA-384"),
    PS512("SHA-512"),
    /** P-256, as the other two with the signature's two numbers one after the other. */
    ES256("SHA256withPLAIN-ECDSA"),
    ES256K("SHA256withPLAIN-ECDSA"),
    ES384("SHA384withPLAIN-ECDSA"),
    ES512("SHA512withPLAIN-ECDSA"),
    EDDSA("EdDSA");

    /** Java's own provider has no curve secp256k1, and reads no PEM. */
    private static final class Provider {
        static final BouncyCastleProvider INSTANCE = new BouncyCastleProvider();
    }

    private final String javaName;

    JwtAlgorithm(String javaName) {
        this.javaName = javaName;
    }

    static Optional<JwtAlgorithm> find(String header) {
        for (JwtAlgorithm algorithm : values()) {
            if (algorithm.header().equals(header)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** As the header of a token names it. */
    String header() {
        return this == EDDSA ? "EdDSA" : name();
    }

    @Override
    public String toString() {
        return header();
    }

    private boolean isSymmetric() {
        return name().startsWith("HS");
    }

    /**
     * @param key a secret, or a private key in PEM
     * @param passphrase of the private key; empty where it has none
     */
    byte[] sign(byte[] content, String key, String passphrase) throws GeneralSecurityException {
        if (isSymmetric()) {
            if (key.isEmpty()) {
                throw new InvalidKeySpecException("the secret key is empty");
            }
            Mac mac = Mac.getInstance(javaName);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), javaName));
            return mac.doFinal(content);
        }
        Signature signature = signature();
        signature.initSign(privateKey(key, passphrase));
        signature.update(content);
        return signature.sign();
    }

    private Signature signature() throws GeneralSecurityException {
        if (!name().startsWith("PS")) {
            return Signature.getInstance(javaName, Provider.INSTANCE);
        }
        Signature signature = Signature.getInstance("RSASSA-PSS");
        int saltLength = Integer.parseInt(name().substring(2)) / 8;
        AlgorithmParameterSpec parameters =
                new PSSParameterSpec(
                        javaName, "MGF1", new MGF1ParameterSpec(javaName), saltLength, 1);
        signature.setParameter(parameters);
        return signature;
    }

    private static PrivateKey privateKey(String pem, String passphrase)
            throws GeneralSecurityException {
        var converter = new JcaPEMKeyConverter().setProvider(Provider.INSTANCE);
        try (var parser = new PEMParser(new StringReader(lines(pem)))) {
            for (Object item = parser.readObject(); item != null; item = parser.readObject()) {
                switch (item) {
                    case PrivateKeyInfo key -> {
                        return converter.getPrivateKey(key);
                    }
                    case PEMKeyPair pair -> {
                        return converter.getPrivateKey(pair.getPrivateKeyInfo());
                    }
                    case PEMEncryptedKeyPair pair -> {
                        PEMKeyPair plain =
                                pair.decryptKeyPair(
                                        new JcePEMDecryptorProviderBuilder()
                                                .setProvider(Provider.INSTANCE)
                                                .build(required(passphrase)));
                        return converter.getPrivateKey(plain.getPrivateKeyInfo());
                    }
                    case PKCS8EncryptedPrivateKeyInfo key -> {
                        return converter.getPrivateKey(
                                key.decryptPrivateKeyInfo(
                                        new JceOpenSSLPKCS8DecryptorProviderBuilder()
                                                .setProvider(Provider.INSTANCE)
                                                .build(required(passphrase))));
                    }
                    default -> {
                        // Parameters of a curve come before its key.
                        continue;
                    }
                }
            }
        } catch (PEMException | OperatorCreationException | PKCSException error) {
            throw new InvalidKeySpecException(
                    "the private key can't be read or decrypted with the passphrase", error);
        } catch (IOException error) {
            throw new InvalidKeySpecException("the private key is not valid PEM", error);
        }
        throw new InvalidKeySpecException("there is no private key in PEM form");
    }

    private static char[] required(String passphrase) throws InvalidKeySpecException {
        if (passphrase.isEmpty()) {
            throw new InvalidKeySpecException("the private key needs a passphrase");
        }
        return passphrase.toCharArray();
    }

    /** Keys that were pasted into one line have their breaks written as {@code \n}. */
    private static String lines(String pem) {
        return pem.contains("\\n") ? pem.replace("\\n", "\n") : pem;
    }
}

package io.millrace.declarative.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.HttpFixture;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTest {
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private final HttpFixture fixture = new HttpFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private String token(String fields, Map<String, Object> config) {
        var compilation = fixture.compilation("{}").withConfig(config);
        return Jwt.compile(
                        HttpFixture.definition(
                                "{'type': 'JwtAuthenticator', %s}".formatted(fields)),
                        compilation)
                .token();
    }

    private static Object part(String token, int index) {
        return Json.parse(
                new String(
                        Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]),
                        StandardCharsets.UTF_8));
    }

    private static byte[] signature(String token) {
        return Base64.getUrlDecoder().decode(token.split("\\.", -1)[2]);
    }

    private static byte[] content(String token) {
        return token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        return switch (algorithm) {
            case "ES256" -> curve("secp256r1");
            case "ES256K" -> curve("secp256k1");
            case "ES384" -> curve("secp384r1");
            case "ES512" -> curve("secp521r1");
            case "EdDSA" -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            default -> {
                var generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                yield generator.generateKeyPair();
            }
        };
    }

    private static KeyPair curve(String name) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC", PROVIDER);
        generator.initialize(new ECGenParameterSpec(name));
        return generator.generateKeyPair();
    }

    /** In the form that the key's kind usually has: PKCS#1, SEC 1, or PKCS#8. */
    private static String pem(Object object) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        return text.toString();
    }

    private static Signature verifier(String algorithm) throws GeneralSecurityException {
        String hash = "SHA" + algorithm.replaceAll("[^0-9]", "");
        if (algorithm.startsWith("PS")) {
            String name = hash.replace("SHA", "SHA-");
            Signature signature = Signature.getInstance("RSASSA-PSS");
            int salt = Integer.parseInt(algorithm.substring(2)) / 8;
            signature.setParameter(
                    new PSSParameterSpec(name, "MGF1", new MGF1ParameterSpec(name), salt, 1));
            return signature;
        }
        return switch (algorithm) {
            case "EdDSA" -> Signature.getInstance("Ed25519");
            case "ES256K" -> Signature.getInstance("SHA256withPLAIN-ECDSA", PROVIDER);
            case "ES256", "ES384", "ES512" ->
                    Signature.getInstance(hash + "withECDSAinP1363Format");
            default -> Signature.getInstance(hash + "withRSA");
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES256K", "ES384",
                "ES512", "EdDSA"
            })
    void aTokenIsSignedWithAPrivateKey(String algorithm) throws GeneralSecurityException {
        KeyPair pair = pair(algorithm);
        String usual = pem(pair.getPrivate());
        String oneLine = usual.replace("\n", "\\n");
        for (String key : List.of(usual, oneLine)) {
            String token =
                    token(
                            "'algorithm': '%s', 'secret_key': '{{ config.key }}'"
                                    .formatted(algorithm),
                            Map.of("key", key));
            Signature verifier = verifier(algorithm);
            verifier.initVerify(pair.getPublic());
            verifier.update(content(token));
            assertThat(verifier.verify(signature(token))).isTrue();
            assertThat(part(token, 0)).isEqualTo(Map.of("typ", "JWT", "alg", algorithm));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void aTokenIsSignedWithASecret(String algorithm) throws GeneralSecurityException {
        String token =
                token(
                        "'algorithm': '%s', 'secret_key': '{{ config.key }}'".formatted(algorithm),
                        Map.of("key", "12e5"));
        String name = "HmacSHA" + algorithm.substring(2);
        Mac mac = Mac.getInstance(name);
        mac.init(new SecretKeySpec("12e5".getBytes(StandardCharsets.UTF_8), name));
        assertThat(signature(token)).isEqualTo(mac.doFinal(content(token)));
        String encoded =
                token(
                        "'algorithm': '%s', 'secret_key': 'k', 'base64_encode_secret_key': true"
                                .formatted(algorithm),
                        Map.of());
        mac.init(new SecretKeySpec("aw==".getBytes(StandardCharsets.UTF_8), name));
        assertThat(signature(encoded)).isEqualTo(mac.doFinal(content(encoded)));
    }

    @Test
    void aKeyWithAPassphraseIsDecrypted()
            throws GeneralSecurityException, OperatorCreationException, IOException {
        KeyPair pair = pair("RS256");
        var encryptor =
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(PROVIDER)
                        .setPassword("open sesame".toCharArray())
                        .build();
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(
                    pair.getPrivate(),
                    new JcePEMEncryptorBuilder("AES-128-CBC")
                            .setProvider(PROVIDER)
                            .build("open sesame".toCharArray()));
        }
        List<String> encrypted =
                List.of(pem(new JcaPKCS8Generator(pair.getPrivate(), encryptor)), text.toString());
        assertThat(encrypted.getFirst()).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY");
        assertThat(encrypted.getLast()).contains("Proc-Type: 4,ENCRYPTED");
        String fields =
                "'algorithm': 'RS256', 'secret_key': '{{ config.key }}', 'passphrase': '{{"
                        + " config.pass }}'";
        for (String key : encrypted) {
            String token = token(fields, Map.of("key", key, "pass", "open sesame"));
            Signature verifier = verifier("RS256");
            verifier.initVerify(pair.getPublic());
            verifier.update(content(token));
            assertThat(verifier.verify(signature(token))).isTrue();
            for (String wrong : List.of("", "hush-wrong")) {
                assertThatThrownBy(() -> token(fields, Map.of("key", key, "pass", wrong)))
                        .isInstanceOf(ConfigurationFailure.class)
                        .hasMessageContaining("could not be signed")
                        .hasMessageNotContaining("hush");
            }
        }
    }

    @Test
    void headersAndClaimsAreTheManifests() {
        Map<String, Object> config = new HashMap<>();
        config.put("key", "k");
        config.put("json", "{\"id\": 7}");
        String token =
                token(
                        """
                        'algorithm': 'HS256', 'secret_key': '{{ config.key }}', 'token_duration': 600, 'header_prefix': 'Bearer',
                        'jwt_headers': {'kid': '{{ json_loads(config.json)["id"] }}', 'typ': 'JWS', 'cty': 'x'},
                        'additional_jwt_headers': {'h': '{{ 1 }}'},
                        'jwt_payload': {'iss': 'me', 'sub': 'you', 'aud': 'them'},
                        'additional_jwt_payload': {'scope': 'a b', 'n': '{{ 5 }}', 'list': '{{ [1, 2] }}'}
                        """
                                .replace("[\"id\"]", ".id"),
                        config);
        assertThat(token).startsWith("Bearer ey");
        long now = HttpFixture.NOW.getEpochSecond();
        assertThat(part(token.substring(7), 0))
                .isEqualTo(
                        HttpFixture.map(
                                "{'typ': 'JWS', 'alg': 'HS256', 'h': 1, 'kid': 7, 'cty': 'x'}"));
        assertThat(part(token, 1))
                .isEqualTo(
                        HttpFixture.map(
                                ("{'scope': 'a b', 'n': 5, 'list': [1, 2], 'iss': 'me', 'sub':"
                                     + " 'you', 'aud': 'them', 'iat': %d, 'exp': %d, 'nbf': %d}")
                                        .formatted(now, now + 600, now)));
    }

    @Test
    void whatTheSigningSetsCantBeSetByTheManifest() {
        for (String fields :
                List.of(
                        "'additional_jwt_payload': {'iat': '1'}",
                        "'additional_jwt_headers': {'alg': 'none'}")) {
            assertThatThrownBy(() ->
                            token("'algorithm': 'HS256', 'secret_key': 'k', " + fields, Map.of()))
                    .isInstanceOf(ConfigurationFailure.class);
        }
        assertThatThrownBy(() -> token("'algorithm': 'none', 'secret_key': 'k'", Map.of()))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("HS256");
        assertThatThrownBy(() ->
                        token(
                                "'algorithm': 'RS256', 'secret_key': '{{ config.key }}'",
                                Map.of("key", "hush")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("no private key")
                .hasMessageNotContaining("hush");
    }
}

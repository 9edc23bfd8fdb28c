package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Puts a field's text, encrypted, into its place, in lower-case hexadecimal digits: with AES the
 * initialization vector before the ciphertext (ECB has none), with RSA the ciphertext alone.
 */
final class EncryptionMapper implements Mapper {
    private static final HexFormat HEX = HexFormat.of();
    private static final int VECTOR_BYTES = 16;
    private static final int GCM_TAG_BITS = 128;

    private final StreamSchema schema;
    private final int column;
    private final String original;
    private final CipherSource ciphers;

    private EncryptionMapper(
            StreamSchema schema, int column, String original, CipherSource ciphers) {
        this.schema = schema;
        this.column = column;
        this.original = original;
        this.ciphers = ciphers;
    }

    /** Makes the encryption for one batch: ciphers belong to one thread. */
    @FunctionalInterface
    private interface CipherSource {
        Encryption create() throws GeneralSecurityException;
    }

    @FunctionalInterface
    private interface Encryption {
        byte[] encrypt(byte[] text, int from, int count) throws GeneralSecurityException;
    }

    /** {@code {algorithm: AES, targetField, fieldNameSuffix, mode, padding, key}} or RSA's. */
    static final class Type implements MapperType {
        private static final List<String> MODES = List.of("CBC", "CFB", "OFB", "CTR", "GCM", "ECB");
        private static final List<String> PADDINGS = List.of("NoPadding", "PKCS5Padding");

        @Override
        public String name() {
            return "encryption";
        }

        @Override
        public List<String> secrets() {
            return List.of("key");
        }

        @Override
        public Optional<Mapper> compile(MapperOptions options, StreamSchema schema) {
            Optional<String> algorithm = options.choice("algorithm", List.of("AES", "RSA"));
            OptionalInt column = options.column("targetField", schema);
            String suffix = options.optionalText("fieldNameSuffix").orElse("");
            if (algorithm.isEmpty()) {
                return Optional.empty();
            }
            Optional<CipherSource> ciphers =
                    algorithm.get().equals("AES") ? aes(options) : rsa(options);
            if (column.isEmpty() || ciphers.isEmpty()) {
                return Optional.empty();
            }
            int index = column.getAsInt();
            String original = schema.column(index).name();
            String name = original + suffix;
            if (!options.isFree("fieldNameSuffix", schema, index, name)) {
                return Optional.empty();
            }
            StreamSchema mapped =
                    Columns.replace(schema, index, Column.of(name, new ColumnType.Text()));
            return Optional.of(new EncryptionMapper(mapped, index, original, ciphers.get()));
        }

        private static Optional<CipherSource> aes(MapperOptions options) {
            options.allow("algorithm", "targetField", "fieldNameSuffix", "mode", "padding", "key");
            Optional<String> mode = options.choice("mode", MODES);
            Optional<String> padding = options.choice("padding", PADDINGS);
            Optional<byte[]> key = hex("key", options);
            if (mode.isEmpty() || padding.isEmpty() || key.isEmpty()) {
                return Optional.empty();
            }
            if (key.get().length != 16 && key.get().length != 24 && key.get().length != 32) {
                invalid(options, "key", "An AES key has 16, 24 or 32 bytes: 32, 48 or 64 digits.");
                return Optional.empty();
            }
            var secret = new SecretKeySpec(key.get(), "AES");
            String transformation = "AES/%s/%s".formatted(mode.get(), padding.get());
            return usable(options, "padding", () -> aes(transformation, mode.get(), secret));
        }

        private static Encryption aes(String transformation, String mode, SecretKeySpec key)
                throws GeneralSecurityException {
            var cipher = Cipher.getInstance(transformation);
            if (mode.equals("ECB")) {
                cipher.init(Cipher.ENCRYPT_MODE, key);
                return cipher::doFinal;
            }
            var random = new SecureRandom();
            return (text, from, count) -> {
                byte[] vector = new byte[VECTOR_BYTES];
                random.nextBytes(vector);
                AlgorithmParameterSpec parameters =
                        mode.equals("GCM")
                                ? new GCMParameterSpec(GCM_TAG_BITS, vector)
                                : new IvParameterSpec(vector);
                cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
                byte[] encrypted = new byte[VECTOR_BYTES + cipher.getOutputSize(count)];
                System.arraycopy(vector, 0, encrypted, 0, VECTOR_BYTES);
                int length = cipher.doFinal(text, from, count, encrypted, VECTOR_BYTES);
                return java.util.Arrays.copyOf(encrypted, VECTOR_BYTES + length);
            };
        }

        private static Optional<CipherSource> rsa(MapperOptions options) {
            options.allow("algorithm", "targetField", "fieldNameSuffix", "publicKey");
            Optional<byte[]> encoded = hex("publicKey", options);
            if (encoded.isEmpty()) {
                return Optional.empty();
            }
            return usable(
                    options,
                    "publicKey",
                    () -> {
                        var key =
                                KeyFactory.getInstance("RSA")
                                        .generatePublic(new X509EncodedKeySpec(encoded.get()));
                        var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                        cipher.init(Cipher.ENCRYPT_MODE, key);
                        return cipher::doFinal;
                    });
        }

        private static Optional<byte[]> hex(String option, MapperOptions options) {
            Optional<String> text = options.text(option);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(HEX.parseHex(text.get()));
            } catch (IllegalArgumentException _) {
                invalid(
                        options,
                        option,
                        "\"%s\" has to be in hexadecimal digits.".formatted(option));
                return Optional.empty();
            }
        }

        /** The ciphers, once one could be made. */
        private static Optional<CipherSource> usable(
                MapperOptions options, String option, CipherSource ciphers) {
            try {
                ciphers.create();
                return Optional.of(ciphers);
            } catch (GeneralSecurityException _) {
                // The exception's message may quote parts of the key.
                invalid(
                        options,
                        option,
                        option.equals("padding")
                                ? "This mode doesn't go with this padding."
                                : "\"%s\" is no public key for RSA.".formatted(option));
                return Optional.empty();
            }
        }

        private static void invalid(MapperOptions options, String option, String message) {
            options.problem(MapperProblem.Kind.INVALID_MAPPER_CONFIG, option, message);
        }
    }

    @Override
    public StreamSchema schema() {
        return schema;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        Encryption encryption;
        try {
            encryption = ciphers.create();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("a cipher was made of the same parts before", e);
        }
        return Columns.replaceByText(
                batch,
                column,
                schema,
                (text, from, count) ->
                        HEX.formatHex(encryption.encrypt(text, from, count))
                                .getBytes(StandardCharsets.US_ASCII));
    }

    /** None for the encrypted field: equal values are encrypted differently each time. */
    @Override
    public Optional<String> identityOf(String name) {
        return name.equals(original) ? Optional.empty() : Optional.of(name);
    }
}

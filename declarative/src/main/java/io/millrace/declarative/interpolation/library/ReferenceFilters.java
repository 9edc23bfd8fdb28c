package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Patterns;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Undefined;
import io.millrace.declarative.interpolation.template.Filter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The filters that the reference engine adds to the template language, or puts in the place of one
 * of its own.
 */
final class ReferenceFilters {
    private static final Map<String, String> DIGESTS =
            Map.ofEntries(
                    Map.entry("md5", "MD5"),
                    Map.entry("sha1", "SHA-1"),
                    Map.entry("sha224", "SHA-224"),
                    Map.entry("sha256", "SHA-256"),
                    Map.entry("sha384", "SHA-384"),
                    Map.entry("sha512", "SHA-512"),
                    Map.entry("sha3_224", "SHA3-224"),
                    Map.entry("sha3_256", "SHA3-256"),
                    Map.entry("sha3_384", "SHA3-384"),
                    Map.entry("sha3_512", "SHA3-512"));

    /** Names in Python's hashlib that are no hash of fixed size; calling one fails by its type. */
    private static final Set<String> NO_DIGESTS =
            Set.of(
                    "shake_128",
                    "shake_256",
                    "new",
                    "pbkdf2_hmac",
                    "scrypt",
                    "algorithms_available",
                    "algorithms_guaranteed",
                    "file_digest");

    private ReferenceFilters() {}

    static Map<String, Filter> table() {
        Map<String, Filter> table = new HashMap<>();
        table.put("hash", ReferenceFilters::hash);
        table.put("hmac", ReferenceFilters::hmac);
        table.put(
                "base64encode",
                (value, arguments) -> {
                    arguments.bind("base64encode", 0);
                    return Base64.getEncoder().encodeToString(utf8(encodable(value)));
                });
        table.put(
                "base64decode",
                (value, arguments) -> {
                    arguments.bind("base64decode", 0);
                    return decoded(Base64Text.decode(encodable(value)));
                });
        // Its name says decode, and it encodes: published manifests depend on what it does.
        table.put(
                "base64binascii_decode",
                (value, arguments) -> {
                    arguments.bind("base64binascii_decode", 0);
                    String text = encodable(value);
                    if (!text.chars().allMatch(c -> c < 128)) {
                        throw PythonError.value("'ascii' codec can't encode characters");
                    }
                    return Base64.getEncoder()
                            .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
                });
        table.put(
                "string",
                (value, arguments) -> {
                    arguments.bind("string", 0);
                    return Python.text(value) != null
                            ? value
                            : "\"\"\"" + Json.dumps(value) + "\"\"\"";
                });
        table.put(
                "regex_search",
                (value, arguments) -> {
                    Object regex = arguments.bind("regex_search", 1, "regex")[0];
                    return Patterns.searchGroup(pattern(regex), subject(value));
                });
        table.put(
                "regex_replace",
                (value, arguments) -> {
                    @Nullable Object[] bound =
                            arguments.bind("regex_replace", 2, "regex", "replacement");
                    String replacement =
                            Python.requireText(
                                    "decoding to str: need a bytes-like object", bound[1]);
                    return Patterns.replace(pattern(bound[0]), replacement, subject(value));
                });
        return table;
    }

    private static String pattern(@Nullable Object regex) {
        return Python.requireText("first argument must be string or compiled pattern", regex);
    }

    private static String subject(@Nullable Object value) {
        return Python.requireText("expected string or bytes-like object", value);
    }

    /** The text of a value that has to have an {@code encode} method. */
    private static String encodable(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        String text = Python.text(value);
        if (text == null) {
            throw PythonError.attribute(
                    "'%s' object has no attribute 'encode'".formatted(Python.typeName(value)));
        }
        return text;
    }

    static byte[] utf8(String text) {
        try {
            ByteBuffer buffer = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (CharacterCodingException _) {
            throw PythonError.value(
                    "'utf-8' codec can't encode characters: surrogates not allowed");
        }
    }

    private static String decoded(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw PythonError.value("'utf-8' codec can't decode bytes");
        }
    }

    private static Object hash(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("hash", 0, "hash_type", "salt");
        String name =
                Python.isMissing(bound[0])
                        ? "md5"
                        : Python.requireText("attribute name must be string", bound[0]);
        if (NO_DIGESTS.contains(name)) {
            throw PythonError.type("hashlib.%s is no hash of a fixed size".formatted(name));
        }
        Object salt = Python.isMissing(bound[1]) ? null : bound[1];
        byte[] content = utf8(Python.str(value) + (Python.isTrue(salt) ? Python.str(salt) : ""));
        if (name.equals("blake2b")) {
            return HexFormat.of().formatHex(Blake2.b(content));
        }
        if (name.equals("blake2s")) {
            return HexFormat.of().formatHex(Blake2.s(content));
        }
        String algorithm = DIGESTS.get(name);
        if (algorithm == null) {
            throw PythonError.attribute("No hashing function named %s".formatted(name));
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException("This Java lacks %s.".formatted(algorithm), error);
        }
    }

    private static Object hmac(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("hmac", 1, "key", "hash_type");
        if (!Python.isMissing(bound[1]) && !"sha256".equals(Python.text(bound[1]))) {
            throw PythonError.value(
                    "Hash type %s is not allowed. Allowed types: sha256"
                            .formatted(Python.repr(bound[1])));
        }
        byte[] key = utf8(Python.str(bound[0]));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // Java refuses an empty key, which means the same as one zero byte.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(utf8(Python.str(value))));
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException("This Java lacks HmacSHA256.", error);
        }
    }
}

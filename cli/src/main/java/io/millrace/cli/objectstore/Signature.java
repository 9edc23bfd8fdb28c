package io.millrace.cli.objectstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cli.objectstore.AwsSettings.Keys;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Amazon's Signature Version 4, with the digest of the body among the signed headers. */
final class Signature {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyyMMdd").withZone(ZoneOffset.UTC);
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private Signature() {}

    /**
     * A request to be signed.
     *
     * @param path as it is sent, escaped by {@link #escaped}
     * @param query names and values, unescaped
     * @param headers among them {@code host}, in small letters
     * @param digest SHA-256 of the body, in hex
     */
    record Request(
            String method,
            String path,
            SortedMap<String, String> query,
            Map<String, String> headers,
            String digest) {}

    /** The headers of {@code request} and those that sign them. */
    static SortedMap<String, String> sign(
            Request request, Keys keys, String region, String service, Instant now) {
        var headers = new TreeMap<>(request.headers());
        headers.put("x-amz-date", TIME.format(now));
        headers.put("x-amz-content-sha256", request.digest());
        keys.token().ifPresent(token -> headers.put("x-amz-security-token", token));
        String names = String.join(";", headers.keySet());
        String canonical =
                String.join(
                        "\n",
                        request.method(),
                        request.path(),
                        query(request.query()),
                        headers.entrySet().stream()
                                .map(header ->
                                        header.getKey()
                                                + ":"
                                                + header.getValue().strip().replaceAll(" +", " ")
                                                + "\n")
                                .collect(Collectors.joining()),
                        names,
                        request.digest());
        String scope = "%s/%s/%s/aws4_request".formatted(DAY.format(now), region, service);
        String text = String.join("\n", ALGORITHM, TIME.format(now), scope, hex(digest(canonical)));
        byte[] key = hmac(("AWS4" + keys.secret()).getBytes(UTF_8), DAY.format(now));
        for (String part : new String[] {region, service, "aws4_request"}) {
            key = hmac(key, part);
        }
        headers.put(
                "authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(ALGORITHM, keys.id(), scope, names, hex(hmac(key, text))));
        return headers;
    }

    /** A query as it is sent and signed. */
    static String query(SortedMap<String, String> query) {
        return query.entrySet().stream()
                .map(each -> escaped(each.getKey(), false) + "=" + escaped(each.getValue(), false))
                .collect(Collectors.joining("&"));
    }

    /** As RFC 3986 has it: all but letters, digits and {@code -._~}; slashes where asked for. */
    static String escaped(String text, boolean slashesStay) {
        var escaped = new StringBuilder();
        for (byte octet : text.getBytes(UTF_8)) {
            char letter = (char) (octet & 0xFF);
            boolean stays =
                    (letter >= 'A' && letter <= 'Z')
                            || (letter >= 'a' && letter <= 'z')
                            || (letter >= '0' && letter <= '9')
                            || "-._~".indexOf(letter) >= 0
                            || (letter == '/' && slashesStay);
            if (stays) {
                escaped.append(letter);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            }
        }
        return escaped.toString();
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has HmacSHA256", impossible);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

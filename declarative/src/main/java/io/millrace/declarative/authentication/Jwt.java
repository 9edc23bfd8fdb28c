package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedMapping;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A token that is signed here, anew for each sending (reference 4.5). */
final class Jwt implements Authenticator {
    private static final List<String> RESERVED_HEADERS = List.of("kid", "alg", "typ", "cty");
    private static final List<String> RESERVED_CLAIMS =
            List.of("iss", "sub", "aud", "iat", "exp", "nbf");
    private static final long USUAL_DURATION = 1200;

    private final InterpolatedString secretKey;
    private final Optional<InterpolatedString> passphrase;
    private final JwtAlgorithm algorithm;
    private final long duration;
    private final boolean encodesKey;
    private final Optional<InterpolatedString> prefix;
    private final Map<String, InterpolatedString> headers;
    private final InterpolatedMapping moreHeaders;
    private final Map<String, InterpolatedString> claims;
    private final InterpolatedMapping moreClaims;
    private final RequestOption option;
    private final Context context;
    private final InstantSource clock;

    private Jwt(Definition definition, Compilation compilation) {
        this.context = compilation.context().with("json_loads", Json.LOADS);
        this.clock = compilation.clock();
        this.secretKey = compilation.string(definition, "secret_key");
        this.passphrase = compilation.findString(definition, "passphrase");
        this.algorithm =
                JwtAlgorithm.find(definition.text("algorithm"))
                        .orElseThrow(() ->
                                definition.malformed(
                                        "algorithm",
                                        "one of " + Arrays.toString(JwtAlgorithm.values())));
        OptionalLong seconds = definition.findInteger("token_duration");
        this.duration = seconds.orElse(USUAL_DURATION);
        this.encodesKey =
                definition.value("base64_encode_secret_key") instanceof Boolean flag
                        ? flag
                        : compilation
                                .findCondition(definition, "base64_encode_secret_key")
                                .filter(condition -> condition.evaluate(context))
                                .isPresent();
        this.prefix =
                compilation
                        .findString(definition, "header_prefix")
                        .filter(text -> !text.template().isEmpty());
        this.headers = texts(definition, "jwt_headers", List.of("kid", "typ", "cty"), compilation);
        this.moreHeaders = compilation.mapping(definition, "additional_jwt_headers");
        this.claims = texts(definition, "jwt_payload", List.of("iss", "sub", "aud"), compilation);
        this.moreClaims = compilation.mapping(definition, "additional_jwt_payload");
        this.option =
                definition
                        .find("request_option")
                        .map(into -> RequestOption.compile(into, compilation))
                        .orElseGet(() -> RequestOption.header("Authorization", compilation));
    }

    static Jwt compile(Definition definition, Compilation compilation) {
        if (!definition.type().equals("JwtAuthenticator")) {
            throw definition.unknownType("JwtAuthenticator");
        }
        return new Jwt(definition, compilation);
    }

    private static Map<String, InterpolatedString> texts(
            Definition definition, String field, List<String> names, Compilation compilation) {
        Map<String, InterpolatedString> result = new LinkedHashMap<>();
        Optional<Definition> object = definition.find(field);
        for (String name : names) {
            object.flatMap(given -> given.findText(name))
                    .filter(text -> !text.isEmpty())
                    .ifPresent(text -> result.put(name, compilation.string(text, definition)));
        }
        return result;
    }

    @Override
    public RequestOptions options() {
        return option.inject(token());
    }

    /** The prefix, if there is one, and a new token. */
    String token() {
        String start =
                prefix.map(template -> template.evaluateText(context))
                        .filter(text -> !text.isEmpty())
                        .map(text -> text + " ")
                        .orElse("");
        return start + signed();
    }

    /** What tells this signer from others: the claims without the times, and the key. */
    String identity() {
        return Integer.toHexString(key().hashCode())
                + Python.str(allHeaders())
                + Python.str(claims());
    }

    private String signed() {
        try {
            String content = encoded(allHeaders()) + "." + encoded(timedClaims());
            byte[] signature =
                    algorithm.sign(
                            content.getBytes(StandardCharsets.US_ASCII),
                            key(),
                            passphrase.map(template -> Secrets.text(template, context)).orElse(""));
            return content
                    + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
        } catch (GeneralSecurityException | PythonError error) {
            throw new ConfigurationFailure(
                    ("The token could not be signed with %s: %s. Check the private key and its"
                                    + " passphrase in the configuration.")
                            .formatted(algorithm.header(), error.getMessage()),
                    "",
                    error);
        }
    }

    private String key() {
        String key = Secrets.text(secretKey, context);
        boolean hasPassphrase =
                passphrase.filter(text -> !Secrets.text(text, context).isEmpty()).isPresent();
        return encodesKey && !hasPassphrase
                ? Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8))
                : key;
    }

    private static String encoded(Map<Object, Object> object) {
        String json = Compact.json(object);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private Map<Object, Object> allHeaders() {
        Map<Object, Object> result = new LinkedHashMap<>();
        result.put("typ", "JWT");
        result.put("alg", algorithm.header());
        Map<Object, Object> more = moreHeaders.evaluate(context);
        checkReserved(more, RESERVED_HEADERS, "additional_jwt_headers");
        result.putAll(more);
        headers.forEach((name, template) -> result.put(name, template.evaluate(context)));
        return result;
    }

    private Map<Object, Object> claims() {
        Map<Object, Object> more = moreClaims.evaluate(context);
        checkReserved(more, RESERVED_CLAIMS, "additional_jwt_payload");
        Map<Object, Object> result = new LinkedHashMap<>(more);
        claims.forEach((name, template) -> result.put(name, template.evaluate(context)));
        return result;
    }

    private Map<Object, Object> timedClaims() {
        Map<Object, Object> result = claims();
        long now = clock.instant().getEpochSecond();
        result.put("iat", now);
        result.put("exp", now + duration);
        result.put("nbf", now);
        return result;
    }

    private static void checkReserved(
            Map<Object, Object> given, List<String> reserved, String field) {
        for (String name : reserved) {
            if (given.containsKey(name)) {
                throw new ConfigurationFailure(
                        ("The manifest's %s must not have '%s': it has a field of its own, or is"
                                        + " set by the signing.")
                                .formatted(field, name));
            }
        }
    }
}

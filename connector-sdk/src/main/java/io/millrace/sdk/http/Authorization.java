package io.millrace.sdk.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.sdk.option.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Puts credentials into requests, at the last step before they are sent (invariant 7). Safe for all
 * threads.
 */
public interface Authorization {
    /** For APIs that everybody may ask. */
    Authorization NONE =
            new Authorization() {
                @Override
                public ApiRequest authorize(ApiRequest request) {
                    return request;
                }

                @Override
                public String account() {
                    return "";
                }
            };

    /** The request with credentials; may have to fetch a token first. */
    ApiRequest authorize(ApiRequest request) throws InterruptedException;

    /**
     * Gets a new token, since an API did not take the one of {@code refused}. Where another thread
     * has got one meanwhile, nothing is fetched.
     *
     * @return false where there is nothing to renew
     */
    default boolean renew(ApiRequest refused) throws InterruptedException {
        return false;
    }

    /**
     * Tells accounts apart: requests of one account share what the API lets it do. A digest, never
     * a secret.
     */
    String account();

    /** {@code Authorization: Bearer TOKEN}. */
    static Authorization bearer(Secret token) {
        return header("Authorization", new Secret("Bearer " + token.reveal()));
    }

    /** {@code Authorization: Basic …} of a user and a password. */
    static Authorization basic(String user, Secret password) {
        byte[] pair = (user + ":" + password.reveal()).getBytes(UTF_8);
        return header(
                "Authorization", new Secret("Basic " + Base64.getEncoder().encodeToString(pair)));
    }

    /** A key in a header of the API's own. */
    static Authorization header(String name, Secret value) {
        return new FixedCredentials(value, request -> request.withHeader(name, value.reveal()));
    }

    /** A key in the query. */
    static Authorization parameter(String name, Secret value) {
        return new FixedCredentials(value, request -> request.with(name, value.reveal()));
    }

    /** What {@link #account} may say for the holder of a secret. */
    static String accountOf(Secret secret) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(secret.reveal().getBytes(UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException("every Java has SHA-256", failure);
        }
    }
}

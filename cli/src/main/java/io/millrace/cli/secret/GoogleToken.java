package io.millrace.cli.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cli.http.HttpCalls;
import io.millrace.cli.http.HttpCalls.Answer;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A token for Google's services: {@code MILLRACE_GSM_TOKEN} as it is; else one that the credentials
 * of a service account or of a user give, which are in {@code GCP_GSM_CREDENTIALS} (their JSON, as
 * the reference has it), in the file {@code GOOGLE_APPLICATION_CREDENTIALS}, or where {@code gcloud
 * auth application-default login} has put them. One thread.
 */
final class GoogleToken {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final String ENDPOINT = "https://oauth2.googleapis.com/token";
    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    private final HttpCalls calls;
    private final Function<String, Optional<String>> environment;
    private @Nullable String token;

    GoogleToken(HttpCalls calls, Function<String, Optional<String>> environment) {
        this.calls = calls;
        this.environment = environment;
    }

    String fetch() throws InterruptedException {
        if (token == null) {
            Optional<String> given = environment.apply("MILLRACE_GSM_TOKEN");
            token = given.isPresent() ? given.get() : exchange(credentials());
        }
        return token;
    }

    private JsonNode credentials() {
        Optional<String> whole = environment.apply("GCP_GSM_CREDENTIALS");
        Path file =
                environment
                        .apply("GOOGLE_APPLICATION_CREDENTIALS")
                        .map(Path::of)
                        .orElse(
                                Path.of(
                                        System.getProperty("user.home"),
                                        ".config/gcloud/application_default_credentials.json"));
        try {
            if (whole.isEmpty() && !Files.exists(file)) {
                throw new ConfigurationFailure(
                        "Nobody is logged in at Google: set GOOGLE_APPLICATION_CREDENTIALS to a"
                                + " service account's file, or MILLRACE_GSM_TOKEN.");
            }
            return JsonMapper.shared()
                    .readTree(whole.isPresent() ? whole.get() : Files.readString(file));
        } catch (IOException | JacksonException _) { // Its message may quote a key.
            throw new ConfigurationFailure(
                    "Google's credentials in %s can't be read."
                            .formatted(whole.isPresent() ? "GCP_GSM_CREDENTIALS" : file));
        }
    }

    private String exchange(JsonNode credentials) throws InterruptedException {
        String endpoint = credentials.path("token_uri").asString(ENDPOINT);
        String form =
                switch (credentials.path("type").asString("")) {
                    case "service_account" ->
                            "grant_type=%s&assertion=%s"
                                    .formatted(
                                            escaped("urn:ietf:params:oauth:grant-type:jwt-bearer"),
                                            escaped(assertion(credentials, endpoint)));
                    case "authorized_user" ->
                            "grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s"
                                    .formatted(
                                            escaped(credentials.path("client_id").asString("")),
                                            escaped(credentials.path("client_secret").asString("")),
                                            escaped(
                                                    credentials
                                                            .path("refresh_token")
                                                            .asString("")));
                    default ->
                            throw new ConfigurationFailure(
                                    "Google's credentials are of a kind that isn't known here; take"
                                            + " those of a service account.");
                };
        Answer<String> answer =
                calls.text(() ->
                        HttpRequest.newBuilder(URI.create(endpoint))
                                .timeout(WITHIN)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(form))
                                .build());
        if (!answer.succeeded()) {
            throw new ConfigurationFailure(
                    "Google refused the credentials: it answered %d.".formatted(answer.status()),
                    answer.body());
        }
        return JsonMapper.shared().readTree(answer.body()).path("access_token").asString("");
    }

    /** RFC 7523, signed by the service account's key. */
    private static String assertion(JsonNode credentials, String endpoint) {
        long now = Clock.systemUTC().instant().getEpochSecond();
        ObjectNode header = JsonMapper.shared().createObjectNode();
        header.put("alg", "RS256").put("typ", "JWT");
        ObjectNode claims = JsonMapper.shared().createObjectNode();
        claims.put("iss", credentials.path("client_email").asString(""))
                .put("scope", SCOPE)
                .put("aud", endpoint)
                .put("iat", now)
                .put("exp", now + LIFE.toSeconds());
        String text = encoded(header) + "." + encoded(claims);
        String pem =
                credentials
                        .path("private_key")
                        .asString("")
                        .replaceAll("-----[A-Z ]+-----", "")
                        .replaceAll("\\s", "");
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(
                    KeyFactory.getInstance("RSA")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))));
            signature.update(text.getBytes(UTF_8));
            return text
                    + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException | IllegalArgumentException _) { // Invariant 7.
            throw new ConfigurationFailure("The private_key of the service account is no key.");
        }
    }

    private static String encoded(ObjectNode part) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(part.toString().getBytes(UTF_8));
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}

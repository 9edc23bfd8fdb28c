package io.millrace.cli.objectstore;

import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where the service is and who asks, from the variables and files that Amazon's own programs read:
 * {@code AWS_ACCESS_KEY_ID} and its like, else the profile {@code AWS_PROFILE} in {@code
 * ~/.aws/credentials} and {@code ~/.aws/config}.
 *
 * @param endpoint of a service that is not Amazon's, which then has the bucket in the path
 * @param keys empty for requests in nobody's name
 */
record AwsSettings(String region, Optional<URI> endpoint, Optional<Keys> keys) {

    /** Who asks. */
    record Keys(String id, String secret, Optional<String> token) {
        @Override
        public String toString() {
            return id; // Invariant 7.
        }
    }

    static AwsSettings of(Function<String, Optional<String>> environment) {
        String profile = environment.apply("AWS_PROFILE").orElse("default");
        Path home = Path.of(System.getProperty("user.home"), ".aws");
        Map<String, String> credentials =
                section(
                        environment
                                .apply("AWS_SHARED_CREDENTIALS_FILE")
                                .map(Path::of)
                                .orElse(home.resolve("credentials")),
                        profile);
        Map<String, String> config =
                section(
                        environment
                                .apply("AWS_CONFIG_FILE")
                                .map(Path::of)
                                .orElse(home.resolve("config")),
                        profile.equals("default") ? profile : "profile " + profile);
        Optional<Keys> keys =
                environment
                        .apply("AWS_ACCESS_KEY_ID")
                        .map(id ->
                                new Keys(
                                        id,
                                        environment.apply("AWS_SECRET_ACCESS_KEY").orElse(""),
                                        environment.apply("AWS_SESSION_TOKEN")))
                        .or(() -> keys(credentials))
                        .or(() -> keys(config));
        if (keys.isEmpty() && environment.apply("AWS_PROFILE").isPresent()) {
            throw new ConfigurationFailure(
                    "The profile %s has no aws_access_key_id in ~/.aws/credentials."
                            .formatted(profile));
        }
        Optional<URI> endpoint =
                environment
                        .apply("AWS_ENDPOINT_URL_S3")
                        .or(() -> environment.apply("AWS_ENDPOINT_URL"))
                        .or(() -> Optional.ofNullable(config.get("endpoint_url")))
                        .map(AwsSettings::address);
        String region =
                environment
                        .apply("AWS_REGION")
                        .or(() -> environment.apply("AWS_DEFAULT_REGION"))
                        .or(() -> Optional.ofNullable(config.get("region")))
                        .orElse("us-east-1");
        return new AwsSettings(region, endpoint, keys);
    }

    private static URI address(String text) {
        try {
            URI address = URI.create(text.strip().replaceAll("/+$", ""));
            if (address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException _) {
            // Told below.
        }
        throw new ConfigurationFailure(
                "AWS_ENDPOINT_URL is \"%s\"; it is an address such as https://storage.example.com."
                        .formatted(text));
    }

    private static Optional<Keys> keys(Map<String, String> section) {
        return Optional.ofNullable(section.get("aws_access_key_id"))
                .map(id ->
                        new Keys(
                                id,
                                section.getOrDefault("aws_secret_access_key", ""),
                                Optional.ofNullable(section.get("aws_session_token"))));
    }

    /** The keys below a heading of an INI file; none where there is no such file. */
    private static Map<String, String> section(Path file, String heading) {
        var values = new HashMap<String, String>();
        if (!Files.isRegularFile(file)) {
            return values;
        }
        try {
            boolean inside = false;
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                int equals = text.indexOf('=');
                if (text.startsWith("[") && text.endsWith("]")) {
                    inside = text.substring(1, text.length() - 1).strip().equals(heading);
                } else if (inside && equals > 0 && !text.startsWith("#") && !text.startsWith(";")) {
                    values.put(
                            text.substring(0, equals).strip(), text.substring(equals + 1).strip());
                }
            }
            return values;
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(file),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }
}

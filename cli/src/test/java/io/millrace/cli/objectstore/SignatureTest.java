package io.millrace.cli.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.objectstore.AwsSettings.Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of Amazon's own documentation (S3, "Authenticating Requests", 2006-03-01). */
class SignatureTest {
    private static final Keys KEYS =
            new Keys(
                    "AKIAIOSFODNN7EXAMPLE",
                    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                    Optional.empty());
    private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");
    private static final String NOTHING =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir Path folder;

    private static String signature(Signature.Request request) {
        String header = Signature.sign(request, KEYS, "us-east-1", "s3", TIME).get("authorization");
        return header.substring(header.indexOf("Signature=") + "Signature=".length());
    }

    @Test
    void anObjectThatIsRead() {
        assertThat(
                        signature(
                                new Signature.Request(
                                        "GET",
                                        "/test.txt",
                                        new TreeMap<>(),
                                        Map.of(
                                                "host", "examplebucket.s3.amazonaws.com",
                                                "range", "bytes=0-9"),
                                        NOTHING)))
                .isEqualTo("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void anObjectThatIsWritten() {
        assertThat(
                        signature(
                                new Signature.Request(
                                        "PUT",
                                        "/" + Signature.escaped("test$file.text", true),
                                        new TreeMap<>(),
                                        Map.of(
                                                "host", "examplebucket.s3.amazonaws.com",
                                                "date", "Fri, 24 May 2013 00:00:00 GMT",
                                                "x-amz-storage-class", "REDUCED_REDUNDANCY"),
                                        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")))
                .isEqualTo("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @Test
    void aListOfObjects() {
        assertThat(
                        signature(
                                new Signature.Request(
                                        "GET",
                                        "/",
                                        new TreeMap<>(Map.of("max-keys", "2", "prefix", "J")),
                                        Map.of("host", "examplebucket.s3.amazonaws.com"),
                                        NOTHING)))
                .isEqualTo("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void keysComeFromTheEnvironmentElseFromAProfile() throws Exception {
        Path credentials = folder.resolve("credentials");
        Files.writeString(
                credentials,
                """
                # a comment
                [default]
                aws_access_key_id = first
                aws_secret_access_key = one
                [work]
                aws_access_key_id=second
                aws_secret_access_key=two
                """);
        Path config = folder.resolve("config");
        Files.writeString(config, "[profile work]\nregion = eu-central-1\n");
        var environment = new TreeMap<String, String>();
        environment.put("AWS_SHARED_CREDENTIALS_FILE", credentials.toString());
        environment.put("AWS_CONFIG_FILE", config.toString());
        AwsSettings plain = settings(environment);
        assertThat(plain.keys().orElseThrow().secret()).isEqualTo("one");
        assertThat(plain.region()).isEqualTo("us-east-1");
        environment.put("AWS_PROFILE", "work");
        AwsSettings work = settings(environment);
        assertThat(work.keys().orElseThrow().id()).isEqualTo("second");
        assertThat(work.region()).isEqualTo("eu-central-1");
        environment.put("AWS_ACCESS_KEY_ID", "third");
        environment.put("AWS_SECRET_ACCESS_KEY", "three");
        environment.put("AWS_SESSION_TOKEN", "for a while");
        environment.put("AWS_ENDPOINT_URL", "http://localhost:9000/");
        AwsSettings given = settings(environment);
        assertThat(given.keys().orElseThrow().token()).contains("for a while");
        assertThat(given.endpoint().orElseThrow()).hasToString("http://localhost:9000");
        assertThat(given.toString()).doesNotContain("three");
    }

    private static AwsSettings settings(Map<String, String> environment) {
        return AwsSettings.of(name -> Optional.ofNullable(environment.get(name)));
    }
}

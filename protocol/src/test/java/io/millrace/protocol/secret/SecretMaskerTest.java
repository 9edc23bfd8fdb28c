package io.millrace.protocol.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SecretMaskerTest {
    private static final String SECRET = "s3cr\"t/ +wörd\\9";

    @Test
    void everyFormOfASecretIsMasked() {
        var masker = SecretMasker.of(List.of(SECRET));
        String json = JsonMapper.shared().writeValueAsString(SECRET);
        assertThat(masker.mask("it is " + SECRET + ".")).isEqualTo("it is ****.");
        assertThat(masker.mask(json)).isEqualTo("\"****\"");
        assertThat(masker.mask("p=" + URLEncoder.encode(SECRET, UTF_8) + "&x=1"))
                .isEqualTo("p=****&x=1");
        assertThat(masker.mask("p=" + URLEncoder.encode(SECRET, UTF_8).replace("+", "%20")))
                .isEqualTo("p=****");
    }

    @Test
    void inBase64ItIsMaskedAtEveryAlignment() {
        String secret = "correct-horse-battery";
        var masker = SecretMasker.of(List.of(secret));
        for (String user : List.of("", "u:", "us:", "use:")) {
            String encoded =
                    Base64.getEncoder().encodeToString((user + secret + "!?").getBytes(UTF_8));
            assertThat(masker.mask("Basic " + encoded)).contains("****");
            String rest = masker.mask(encoded).replace("****", "");
            assertThat(rest.length()).as(user).isLessThanOrEqualTo(12);
        }
    }

    @Test
    void eachLineOfASecretWithSeveralIsMasked() {
        var masker =
                SecretMasker.of(
                        List.of("-----BEGIN KEY-----\nabcdefghij\nklmnopqrst\n-----END KEY-----"));
        assertThat(masker.mask("bad line: klmnopqrst")).isEqualTo("bad line: ****");
        assertThat(masker.mask("expected -----BEGIN KEY-----"))
                .isEqualTo("expected -----BEGIN KEY-----");
    }

    @Test
    void aShortSecretDoesNotTurnEverythingIntoStars() {
        var masker = SecretMasker.of(List.of("a", "abc", "", " "));
        assertThat(masker.mask("a table of abcdef has a row"))
                .isEqualTo("a table of abcdef has a row");
        assertThat(masker.mask("password=a, key: \"abc\""))
                .isEqualTo("password=****, key: \"****\"");
        assertThat(masker.mask("abc is it")).isEqualTo("**** is it");
    }

    @Test
    void theLongerOfTwoSecretsIsMaskedWhole() {
        var masker = SecretMasker.of(List.of("hunter2", "hunter2-and-more"));
        assertThat(masker.mask("hunter2-and-more hunter2")).isEqualTo("**** ****");
    }

    @Test
    void secretsAreFoundWhereTheSchemaMarksThem() {
        JsonNode schema =
                JsonMapper.shared()
                        .readTree(
                                """
                                {"type":"object","properties":{
                                  "name":{"type":"string"},
                                  "key":{"type":"string","airbyte_secret":true},
                                  "pins":{"type":"array","items":{"type":"integer","airbyte_secret":true}},
                                  "tunnel":{"type":"object","oneOf":[
                                    {"properties":{"kind":{"const":"no"}}},
                                    {"properties":{"kind":{"const":"ssh"},"word":{"type":"string","airbyte_secret":true}}}]}}}
                                """);
        JsonNode config =
                JsonMapper.shared()
                        .readTree(
                                """
                                {"name":"n","key":"k1","pins":[11,12],"tunnel":{"kind":"ssh","word":"w1"},"more":"x"}
                                """);
        assertThat(SecretFields.values(schema, config))
                .containsExactlyInAnyOrder("k1", "11", "12", "w1");
        assertThat(SecretFields.valuesByName(config)).containsExactly("k1");
    }
}

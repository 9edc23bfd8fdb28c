package io.millrace.cli.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.http.HttpCalls;
import io.millrace.cli.secret.LocalService.Call;
import io.millrace.cli.secret.LocalService.Reply;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ConnectorSecretsTest {
    private static final TestedConnector PRICES = new TestedConnector("source-prices", Map.of());

    @TempDir Path folder;
    private final HttpCalls calls = new HttpCalls();
    private Path connector = Path.of("");

    @BeforeEach
    void create() throws Exception {
        connector = Files.createDirectories(folder.resolve("source-prices"));
    }

    @AfterEach
    void close() {
        calls.close();
    }

    private ConnectorSecrets secrets() {
        return new ConnectorSecrets(connector, PRICES);
    }

    private SecretKeeper keeper(String named, Map<String, String> variables) {
        return SecretKeepers.parse(named, variables, calls);
    }

    private String text(String file) throws Exception {
        return Files.readString(connector.resolve("secrets").resolve(file));
    }

    private void rotate(String name, String time, String text) throws Exception {
        Path updated = connector.resolve("secrets/updated_configurations");
        Files.createDirectories(updated);
        Files.writeString(updated.resolve(name + "|" + time + ".json"), text);
    }

    @Test
    void variablesBecomeFilesThatTheirOwnerAloneReadsAndGitDoesNotSee() throws Exception {
        Files.writeString(connector.resolve(".gitignore"), "target/");
        Path config = connector.resolve("secrets/config.json");
        var keeper =
                keeper(
                        "env",
                        Map.of(
                                "SECRET_SOURCE-PRICES__CREDS", "{\"key\": \"sesame\"}",
                                "SECRET_SOURCE_PRICES_OAUTH_CREDS", "{\"token\": \"t\"}",
                                "SECRET_SOURCE-PRICES-PLUS__CREDS", "{\"key\": \"other\"}",
                                "SECRET_SOURCE-OTHER__CREDS", "{\"key\": \"other\"}",
                                "HOME", "/root"));
        // The longer name may be this connector's configuration as well; it has its own file.
        assertThat(secrets().fetch(keeper)).contains(config);
        assertThat(text("config.json")).isEqualTo("{\"key\": \"sesame\"}");
        assertThat(text("config_oauth.json")).isEqualTo("{\"token\": \"t\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config)))
                .isEqualTo("rw-------");
        assertThat(connector.resolve(".gitignore")).hasContent("target/\nsecrets/\n");
        secrets().fetch(keeper);
        assertThat(connector.resolve(".gitignore")).hasContent("target/\nsecrets/\n");
        assertThat(keeper.toString()).doesNotContain("sesame");
    }

    @Test
    void theMetadataMayNameTheFiles() throws Exception {
        JsonNode metadata =
                JsonMapper.shared()
                        .readTree(
                                """
                                {"connectorTestSuitesOptions": [{"suite": "acceptanceTests", "testSecrets": [
                                  {"name": "SECRET_SOURCE-PRICES_OLD__CREDS", "fileName": "old_config.json", "secretStore": {"type": "GSM"}}]}]}
                                """);
        var tested = TestedConnector.of("source-prices", metadata);
        new ConnectorSecrets(connector, tested)
                .fetch(keeper("env", Map.of("SECRET_SOURCE_PRICES_OLD__CREDS", "{}")));
        assertThat(text("old_config.json")).isEqualTo("{}");
    }

    @Test
    void whatIsNoConfigurationWritesNothingAndIsNeverQuoted() {
        assertThatThrownBy(() ->
                        secrets()
                                .fetch(
                                        keeper(
                                                "env",
                                                Map.of(
                                                        "SECRET_SOURCE-PRICES__CREDS",
                                                        "sesame",
                                                        "SECRET_SOURCE-PRICES_A__CREDS",
                                                        "{}"))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("The configuration config of source-prices")
                .hasMessageNotContaining("sesame");
        assertThat(connector.resolve("secrets")).doesNotExist();
        assertThatThrownBy(() -> secrets().fetch(keeper("env", Map.of())))
                .hasMessage("There is nothing for source-prices in the environment.");
        assertThatThrownBy(() -> keeper("vaults:x", Map.of()))
                .hasMessageContaining("\"vaults:x\" is no place for secrets");
    }

    @Test
    void aDirectoryGivesAndTakesThem() throws Exception {
        Path kept = folder.resolve("kept");
        Files.createDirectories(kept.resolve("source-prices"));
        Files.writeString(kept.resolve("source-prices/config.json"), "{\"n\": 1}");
        Files.writeString(kept.resolve("SECRET_SOURCE-PRICES_OAUTH__CREDS"), "{\"n\": 2}");
        var keeper = keeper("dir:" + kept, Map.of());
        secrets().fetch(keeper);
        assertThat(text("config.json")).isEqualTo("{\"n\": 1}");
        assertThat(text("config_oauth.json")).isEqualTo("{\"n\": 2}");
        rotate("config", "1700000000999", "{\"n\": 10}");
        rotate("config", "99", "{\"n\": 9}");
        rotate("config_oauth", "2026-01-01T00:00:00Z", "{\"n\": 20}");
        assertThat(secrets().writeBack(keeper)).hasSize(2);
        assertThat(kept.resolve("source-prices/config.json")).hasContent("{\"n\": 10}");
        assertThat(kept.resolve("SECRET_SOURCE-PRICES_OAUTH__CREDS")).hasContent("{\"n\": 20}");
        assertThat(text("config.json")).isEqualTo("{\"n\": 10}");
        assertThat(connector.resolve("secrets/updated_configurations")).isEmptyDirectory();
        assertThat(secrets().writeBack(keeper)).isEmpty();
        rotate("config", "1", "no json");
        assertThatThrownBy(() -> secrets().writeBack(keeper)).hasMessageContaining("no JSON");
        assertThatThrownBy(() -> new EnvironmentSecrets(Map.of()).store(PRICES, "config", "{}"))
                .hasMessageContaining("can't be changed");
    }

    /** Vault's HTTP API: the key-value engine, version 2, mounted at {@code secret/}. */
    private static final class TestVault {
        final Map<String, List<ObjectNode>> secrets = new HashMap<>();

        Reply answer(Call call) {
            if (!call.token().equals("root")) {
                return Reply.error(403, "permission denied");
            }
            ObjectNode body = JsonMapper.shared().createObjectNode();
            if (call.path().startsWith("/v1/sys/internal/ui/mounts/")) {
                if (!call.path().contains("/mounts/secret/")) {
                    return Reply.error(403, "preflight capability check returned 403");
                }
                ObjectNode data = body.putObject("data");
                data.put("path", "secret/").put("type", "kv");
                data.putObject("options").put("version", "2");
                return Reply.ok(body);
            }
            if (!call.path().startsWith("/v1/secret/data/")) {
                return Reply.error(404, "no handler for route");
            }
            String path = call.path().substring("/v1/secret/data/".length());
            List<ObjectNode> versions = secrets.computeIfAbsent(path, _ -> new ArrayList<>());
            if (call.method().equals("GET")) {
                if (versions.isEmpty()) {
                    body.putArray("errors");
                    return new Reply(404, body);
                }
                ObjectNode data = body.putObject("data");
                data.set("data", versions.getLast());
                data.putObject("metadata").put("version", versions.size());
                return Reply.ok(body);
            }
            int expected = call.body().path("options").path("cas").asInt(-1);
            if (expected != versions.size()) {
                return Reply.error(
                        400, "check-and-set parameter did not match the current version");
            }
            versions.add((ObjectNode) call.body().path("data"));
            body.putObject("data").put("version", versions.size());
            return Reply.ok(body);
        }
    }

    @Test
    void vaultGivesAndTakesThem() throws Exception {
        var vault = new TestVault();
        try (var service = new LocalService("X-Vault-Token", vault::answer)) {
            var variables = Map.of("VAULT_ADDR", service.address(), "VAULT_TOKEN", "root");
            ObjectNode first = JsonMapper.shared().createObjectNode();
            first.put("config.json", "{\"n\": 1}").putObject("oauth").put("n", 2);
            vault.secrets.put("connectors/source-prices", new ArrayList<>(List.of(first)));
            var keeper = keeper("vault:secret/connectors", variables);
            secrets().fetch(keeper);
            assertThat(text("config.json")).isEqualTo("{\"n\": 1}");
            assertThat(text("oauth.json")).isEqualTo("{\"n\":2}");
            rotate("config", "1", "{\"n\": 10}");
            rotate("oauth", "1", "{\"n\": 20}");
            secrets().writeBack(keeper);
            assertThat(vault.secrets.get("connectors/source-prices"))
                    .hasSize(3)
                    .last()
                    .hasToString("{\"config.json\":\"{\\\"n\\\": 10}\",\"oauth\":{\"n\":20}}");
            // A secret of plain values is one configuration.
            ObjectNode plain = JsonMapper.shared().createObjectNode();
            plain.put("user", "me").put("password", "sesame");
            vault.secrets.put("single", new ArrayList<>(List.of(plain)));
            var single = keeper("vault:secret/single", variables);
            assertThat(single.fetch(PRICES))
                    .isEqualTo(Map.of("config", "{\"user\":\"me\",\"password\":\"sesame\"}"));
            single.store(PRICES, "config", "{\"user\": \"you\"}");
            assertThat(vault.secrets.get("single")).last().hasToString("{\"user\":\"you\"}");
            // One that isn't there yet is begun.
            keeper("vault:secret/fresh", variables).store(PRICES, "config", "{}");
            assertThat(vault.secrets.get("fresh/source-prices")).hasSize(1);
            assertThat(keeper("vault:secret/none", variables).fetch(PRICES)).isEmpty();
        }
    }

    @Test
    void vaultTellsWhoIsNotAllowed() throws Exception {
        var vault = new TestVault();
        try (var service = new LocalService("X-Vault-Token", vault::answer)) {
            var variables = Map.of("VAULT_ADDR", service.address(), "VAULT_TOKEN", "sesame");
            assertThatThrownBy(() -> secrets().fetch(keeper("vault:secret/connectors", variables)))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("VAULT_TOKEN")
                    .hasMessageNotContaining("sesame");
        }
    }

    /** Secret Manager's REST API, version 1, pages of one secret. */
    private static final class TestSecretManager {
        final TreeMap<String, ObjectNode> secrets = new TreeMap<>();
        final Map<String, List<ObjectNode>> versions = new HashMap<>();
        final AtomicInteger tokens = new AtomicInteger();

        void put(String name, String connector, String file, String text) {
            ObjectNode secret = JsonMapper.shared().createObjectNode();
            secret.put("name", "projects/p/secrets/" + name);
            if (!connector.isEmpty()) {
                secret.putObject("labels").put("connector", connector).put("filename", file);
            }
            secrets.put(secret.path("name").asString(), secret);
            add(secret.path("name").asString(), text);
        }

        private ObjectNode add(String name, String text) {
            List<ObjectNode> all = versions.computeIfAbsent(name, _ -> new ArrayList<>());
            ObjectNode version = JsonMapper.shared().createObjectNode();
            version.put("name", name + "/versions/" + (all.size() + 1)).put("state", "ENABLED");
            version.put("text", Base64.getEncoder().encodeToString(text.getBytes(UTF_8)));
            all.add(version);
            return version;
        }

        Reply answer(Call call) {
            if (call.path().equals("/token")) {
                tokens.incrementAndGet();
                return Reply.ok(JsonMapper.shared().createObjectNode().put("access_token", "good"));
            }
            if (!call.token().equals("Bearer good")) {
                return Reply.error(401, "UNAUTHENTICATED");
            }
            String path = call.path().substring("/v1/".length());
            ObjectNode body = JsonMapper.shared().createObjectNode();
            if (path.equals("projects/p/secrets") && call.method().equals("GET")) {
                String wanted = call.query().get("filter").replace("labels.connector=", "");
                List<ObjectNode> all =
                        secrets.values().stream()
                                .filter(each ->
                                        each.path("labels")
                                                .path("connector")
                                                .asString("")
                                                .equals(wanted))
                                .toList();
                int page = Integer.parseInt(call.query().getOrDefault("pageToken", "0"));
                if (page < all.size()) {
                    body.putArray("secrets").add(all.get(page));
                    if (page + 1 < all.size()) {
                        body.put("nextPageToken", "" + (page + 1));
                    }
                }
                return Reply.ok(body);
            }
            if (path.equals("projects/p/secrets")) {
                ObjectNode secret = (ObjectNode) call.body();
                secret.put("name", path + "/" + call.query().get("secretId"));
                secrets.put(secret.path("name").asString(), secret);
                return Reply.ok(secret);
            }
            if (path.endsWith("/versions")) {
                var listed = body.putArray("versions");
                String name = path.replace("/versions", "");
                versions.getOrDefault(name, List.of()).reversed().stream()
                        .filter(each -> each.path("state").asString().equals("ENABLED"))
                        .forEach(listed::add);
                return Reply.ok(body);
            }
            if (path.endsWith(":addVersion")) {
                byte[] text =
                        Base64.getDecoder()
                                .decode(call.body().path("payload").path("data").asString());
                return Reply.ok(add(path.replace(":addVersion", ""), new String(text, UTF_8)));
            }
            String version = path.replaceFirst(":.*", "");
            for (List<ObjectNode> all : versions.values()) {
                for (ObjectNode each : all) {
                    if (each.path("name").asString().equals(version)) {
                        if (path.endsWith(":disable")) {
                            each.put("state", "DISABLED");
                        } else {
                            body.putObject("payload").put("data", each.path("text").asString());
                        }
                        return Reply.ok(body);
                    }
                }
            }
            return secrets.containsKey(path)
                    ? Reply.ok(secrets.get(path))
                    : Reply.error(404, "NOT_FOUND");
        }
    }

    @Test
    void googleSecretManagerGivesAndTakesThemByTheReferencesNames() throws Exception {
        var manager = new TestSecretManager();
        manager.put("SECRET_SOURCE-PRICES__CREDS", "source-prices", "config", "{\"n\": 1}");
        manager.put("ANY", "source-prices", "oauth_config", "{\"n\": 2}");
        manager.put("SECRET_SOURCE-OTHER__CREDS", "source-other", "config", "{\"n\": 3}");
        manager.put("NAMED", "", "", "{\"n\": 4}");
        try (var service = new LocalService("Authorization", manager::answer)) {
            var variables =
                    Map.of(
                            "MILLRACE_GSM_ENDPOINT",
                            service.address(),
                            "MILLRACE_GSM_TOKEN",
                            "good");
            var keeper = keeper("gsm:p", variables);
            var tested = new TestedConnector("source-prices", Map.of("NAMED", "named"));
            var secrets = new ConnectorSecrets(connector, tested);
            secrets.fetch(keeper);
            assertThat(text("config.json")).isEqualTo("{\"n\": 1}");
            assertThat(text("oauth_config.json")).isEqualTo("{\"n\": 2}");
            assertThat(text("named.json")).isEqualTo("{\"n\": 4}");
            assertThat(connector.resolve("secrets/source-other.json")).doesNotExist();
            rotate("config", "1", "{\"n\": 10}");
            rotate("fresh_config", "1", "{\"n\": 30}");
            secrets.writeBack(keeper);
            List<ObjectNode> versions =
                    manager.versions.get("projects/p/secrets/SECRET_SOURCE-PRICES__CREDS");
            assertThat(versions.stream().map(each -> each.path("state").asString()))
                    .containsExactly("DISABLED", "ENABLED");
            ObjectNode fresh =
                    manager.secrets.get("projects/p/secrets/SECRET_SOURCE-PRICES_FRESH__CREDS");
            assertThat(fresh.path("labels"))
                    .hasToString("{\"connector\":\"source-prices\",\"filename\":\"fresh_config\"}");
            secrets.fetch(keeper);
            assertThat(text("config.json")).isEqualTo("{\"n\": 10}");
            assertThatThrownBy(() ->
                            keeper(
                                            "gsm:p",
                                            Map.of(
                                                    "MILLRACE_GSM_ENDPOINT",
                                                    service.address(),
                                                    "MILLRACE_GSM_TOKEN",
                                                    "sesame"))
                                    .fetch(PRICES))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("access was denied");
        }
    }

    @Test
    void aServiceAccountGetsATokenOnce() throws Exception {
        var manager = new TestSecretManager();
        manager.put("SECRET_SOURCE-PRICES__CREDS", "source-prices", "config", "{}");
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String key =
                Base64.getMimeEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        try (var service = new LocalService("Authorization", manager::answer)) {
            ObjectNode credentials = JsonMapper.shared().createObjectNode();
            credentials
                    .put("type", "service_account")
                    .put("client_email", "robot@example.com")
                    .put("token_uri", service.address() + "/token")
                    .put(
                            "private_key",
                            "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                                    .formatted(key));
            var keeper =
                    keeper(
                            "gsm:p",
                            Map.of(
                                    "MILLRACE_GSM_ENDPOINT", service.address(),
                                    "GCP_GSM_CREDENTIALS", credentials.toString()));
            assertThat(keeper.fetch(PRICES)).containsOnlyKeys("config");
            assertThat(manager.tokens).hasValue(1);
            credentials.put("private_key", "sesame");
            assertThatThrownBy(() ->
                            keeper("gsm:p", Map.of("GCP_GSM_CREDENTIALS", credentials.toString()))
                                    .fetch(PRICES))
                    .hasMessageContaining("is no key")
                    .hasMessageNotContaining("sesame");
        }
    }
}

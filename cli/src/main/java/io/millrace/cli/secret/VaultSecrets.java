package io.millrace.cli.secret;

import io.millrace.cli.http.HttpCalls;
import io.millrace.cli.http.HttpCalls.Answer;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Configurations in HashiCorp's Vault, in a secret of a key-value engine of version 1 or 2, named
 * as {@code vault kv get} names it. Its keys are the names of configurations, their values JSON as
 * text or as it is; a secret of other values is one configuration by itself. The secret is {@code
 * PATH/CONNECTOR} where there is one, else {@code PATH}.
 */
final class VaultSecrets implements SecretKeeper {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final int TRIES = 5;
    private static final String JSON = ".json";

    private final HttpCalls calls;
    private final URI address;
    private final String token;
    private final Optional<String> namespace;
    private final String path;

    /**
     * @param address such as {@code https://vault.example.com:8200}
     * @param path such as {@code secret/connectors}
     */
    VaultSecrets(
            HttpCalls calls, URI address, String token, Optional<String> namespace, String path) {
        this.calls = calls;
        this.address = address;
        this.token = token;
        this.namespace = namespace;
        this.path = path.replaceAll("^/+|/+$", "");
    }

    @Override
    public String name() {
        return "Vault at %s, %s".formatted(address, path);
    }

    /** An engine: where it is mounted, with a slash at the end, and of which version. */
    private record Engine(String mount, boolean versioned) {
        String data(String secret) {
            String inside = (secret + "/").substring(mount.length());
            String plain = inside.isEmpty() ? "" : inside.substring(0, inside.length() - 1);
            return mount + (versioned ? "data/" : "") + plain;
        }
    }

    /** What a secret holds, and its version, which is 0 where it isn't there or has none. */
    private record Secret(String path, ObjectNode data, long version, boolean there) {}

    @Override
    public Map<String, String> fetch(TestedConnector connector) throws InterruptedException {
        return configurations(find(engine(), connector.name()).data());
    }

    private static Map<String, String> configurations(ObjectNode data) {
        var found = new TreeMap<String, String>();
        if (data.isEmpty()) {
            return found;
        }
        if (!isOfConfigurations(data)) {
            found.put(SecretName.DEFAULT, data.toString());
            return found;
        }
        data.properties()
                .forEach(each ->
                        found.put(
                                plain(each.getKey()),
                                each.getValue().isString()
                                        ? each.getValue().asString()
                                        : each.getValue().toString()));
        return found;
    }

    private static String plain(String key) {
        return key.endsWith(JSON) ? key.substring(0, key.length() - JSON.length()) : key;
    }

    private static boolean isOfConfigurations(ObjectNode data) {
        return data.valueStream().allMatch(VaultSecrets::isConfiguration);
    }

    private static boolean isConfiguration(JsonNode value) {
        if (!value.isString()) {
            return value.isObject();
        }
        try {
            return JsonMapper.shared().readTree(value.asString()).isObject();
        } catch (JacksonException _) {
            return false;
        }
    }

    @Override
    public void store(TestedConnector connector, String configuration, String text)
            throws InterruptedException {
        Engine engine = engine();
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            Secret before = find(engine, connector.name());
            ObjectNode data = before.data().deepCopy();
            if (!data.isEmpty() && !isOfConfigurations(data)) {
                if (!configuration.equals(SecretName.DEFAULT)) {
                    throw new ConfigurationFailure(
                            "%s holds one configuration, and %s is another."
                                    .formatted(name(), configuration));
                }
                data = (ObjectNode) JsonMapper.shared().readTree(text);
            } else {
                String key = data.has(configuration + JSON) ? configuration + JSON : configuration;
                if (data.path(key).isObject()) {
                    data.set(key, JsonMapper.shared().readTree(text));
                } else {
                    data.put(key, text);
                }
            }
            if (write(engine, before, data)) {
                return;
            }
        }
        throw new ConfigurationFailure("Others write to %s all the time.".formatted(name()));
    }

    /** False where somebody else has written meanwhile. */
    private boolean write(Engine engine, Secret before, ObjectNode data)
            throws InterruptedException {
        ObjectNode body;
        if (engine.versioned()) {
            body = JsonMapper.shared().createObjectNode();
            body.putObject("options").put("cas", before.version());
            body.set("data", data);
        } else {
            body = data;
        }
        Answer<String> answer =
                call("POST", engine.data(before.path()), Optional.of(body.toString()));
        if (answer.status() == 400 && answer.body().contains("check-and-set")) {
            return false;
        }
        require(answer, "written");
        return true;
    }

    private Engine engine() throws InterruptedException {
        Answer<String> answer = call("GET", "sys/internal/ui/mounts/" + path, Optional.empty());
        require(answer, "read");
        JsonNode data = json(answer).path("data");
        String mount = data.path("path").asString("");
        if (mount.isEmpty() || !(path + "/").startsWith(mount)) {
            throw new ConfigurationFailure("Vault has no key-value engine at %s.".formatted(path));
        }
        return new Engine(mount, data.path("options").path("version").asString("1").equals("2"));
    }

    private Secret find(Engine engine, String connector) throws InterruptedException {
        Secret own = read(engine, path + "/" + connector);
        if (own.there() || (path + "/").equals(engine.mount())) {
            return own;
        }
        Secret whole = read(engine, path);
        return whole.there() ? whole : own;
    }

    private Secret read(Engine engine, String secret) throws InterruptedException {
        Answer<String> answer = call("GET", engine.data(secret), Optional.empty());
        if (answer.status() == 404) {
            // A deleted version is told so, with its number, which the next write has to name.
            long version =
                    answer.body().contains("\"version\"")
                            ? json(answer).path("data").path("metadata").path("version").asLong(0)
                            : 0;
            return new Secret(secret, JsonMapper.shared().createObjectNode(), version, false);
        }
        require(answer, "read");
        JsonNode data = json(answer).path("data");
        JsonNode content = engine.versioned() ? data.path("data") : data;
        return new Secret(
                secret,
                content instanceof ObjectNode object
                        ? object
                        : JsonMapper.shared().createObjectNode(),
                data.path("metadata").path("version").asLong(0),
                true);
    }

    private Answer<String> call(String method, String path, Optional<String> body)
            throws InterruptedException {
        return calls.text(() -> {
            var request =
                    HttpRequest.newBuilder(URI.create(address + "/v1/" + path.replace(" ", "%20")))
                            .timeout(WITHIN)
                            .header("X-Vault-Token", token)
                            .header("X-Vault-Request", "true")
                            .method(
                                    method,
                                    body.map(BodyPublishers::ofString)
                                            .orElseGet(BodyPublishers::noBody));
            namespace.ifPresent(each -> request.header("X-Vault-Namespace", each));
            return request.build();
        });
    }

    private JsonNode json(Answer<String> answer) {
        try {
            return JsonMapper.shared().readTree(answer.body());
        } catch (JacksonException wrong) {
            throw new SystemFailure("%s answered what is no JSON.".formatted(name()), "", wrong);
        }
    }

    private void require(Answer<String> answer, String what) {
        if (answer.succeeded()) {
            return;
        }
        if (answer.status() == 403) {
            throw new ConfigurationFailure(
                    "%s can't be %s with the token of VAULT_TOKEN.".formatted(name(), what));
        }
        throw new SystemFailure(
                "%s can't be %s: it answered %d.".formatted(name(), what, answer.status()),
                answer.body());
    }
}

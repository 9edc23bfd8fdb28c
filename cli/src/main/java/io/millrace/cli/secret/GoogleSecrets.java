package io.millrace.cli.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cli.http.HttpCalls;
import io.millrace.cli.http.HttpCalls.Answer;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Configurations in Google Secret Manager, by the reference's naming: a secret {@code
 * SECRET_<NAME>_CREDS} with the labels {@code connector} and {@code filename}, of which the newest
 * enabled version counts.
 */
final class GoogleSecrets implements SecretKeeper {
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final HttpCalls calls;
    private final String endpoint;
    private final GoogleToken token;
    private final String project;

    GoogleSecrets(HttpCalls calls, String endpoint, GoogleToken token, String project) {
        this.calls = calls;
        this.endpoint = endpoint.replaceAll("/+$", "");
        this.token = token;
        this.project = project;
    }

    @Override
    public String name() {
        return "Google Secret Manager, project " + project;
    }

    /** A secret of a connector: {@code projects/…/secrets/…} and the configuration that it is. */
    private record Kept(String resource, String configuration) {}

    @Override
    public Map<String, String> fetch(TestedConnector connector) throws InterruptedException {
        var found = new TreeMap<String, String>();
        for (Kept kept : list(connector)) {
            Optional<String> version = newestVersion(kept);
            if (version.isEmpty()) {
                continue;
            }
            Answer<String> answer = call("GET", version.get() + ":access", Optional.empty());
            require(answer, "read");
            String text =
                    new String(
                            Base64.getDecoder()
                                    .decode(json(answer).path("payload").path("data").asString("")),
                            UTF_8);
            found.put(kept.configuration(), text);
        }
        return found;
    }

    /** Versions that are disabled or destroyed can't be read. */
    private Optional<String> newestVersion(Kept kept) throws InterruptedException {
        Answer<String> answer =
                call(
                        "GET",
                        kept.resource() + "/versions?pageSize=1&filter=" + escaped("state:ENABLED"),
                        Optional.empty());
        require(answer, "read");
        return json(answer).path("versions").path(0).path("name").asStringOpt();
    }

    private List<Kept> list(TestedConnector connector) throws InterruptedException {
        var found = new ArrayList<Kept>();
        String page = "";
        do {
            Answer<String> answer =
                    call(
                            "GET",
                            "projects/%s/secrets?pageSize=100&filter=%s%s"
                                    .formatted(
                                            project,
                                            escaped("labels.connector=" + connector.name()),
                                            page.isEmpty() ? "" : "&pageToken=" + escaped(page)),
                            Optional.empty());
            require(answer, "read");
            JsonNode body = json(answer);
            for (JsonNode secret : body.path("secrets")) {
                JsonNode labels = secret.path("labels");
                if (!labels.path("connector").asString("").equals(connector.name())) {
                    continue; // A server that doesn't filter.
                }
                String resource = secret.path("name").asString("");
                String last = resource.substring(resource.lastIndexOf('/') + 1);
                found.add(
                        new Kept(
                                resource,
                                labels.path("filename")
                                        .asStringOpt()
                                        .filter(name -> !name.isBlank())
                                        .or(() -> connector.configuration(last))
                                        .orElse(SecretName.DEFAULT)));
            }
            page = body.path("nextPageToken").asString("");
        } while (!page.isEmpty());
        // Those that the metadata names need no labels.
        for (var named : connector.named().entrySet()) {
            String resource = "projects/%s/secrets/%s".formatted(project, named.getKey());
            boolean listed =
                    found.stream()
                            .anyMatch(each ->
                                    each.configuration().equals(named.getValue())
                                            || each.resource().endsWith("/" + named.getKey()));
            if (!listed && call("GET", resource, Optional.empty()).succeeded()) {
                found.add(new Kept(resource, named.getValue()));
            }
        }
        return found;
    }

    @Override
    public void store(TestedConnector connector, String configuration, String text)
            throws InterruptedException {
        Optional<Kept> kept =
                list(connector).stream()
                        .filter(each -> each.configuration().equals(configuration))
                        .findFirst();
        String resource =
                kept.isPresent() ? kept.get().resource() : create(connector, configuration);
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.putObject("payload")
                .put("data", Base64.getEncoder().encodeToString(text.getBytes(UTF_8)));
        Answer<String> added = call("POST", resource + ":addVersion", Optional.of(body.toString()));
        require(added, "written");
        String newest = json(added).path("name").asString("");
        disableOthers(resource, newest);
    }

    private String create(TestedConnector connector, String configuration)
            throws InterruptedException {
        // Labels take small letters, digits, dashes and underscores.
        String file = configuration.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
        String id = connector.secret(configuration).replaceAll("[^A-Za-z0-9_-]", "_");
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.putObject("labels").put("connector", connector.name()).put("filename", file);
        body.putObject("replication").putObject("automatic");
        Answer<String> answer =
                call(
                        "POST",
                        "projects/%s/secrets?secretId=%s".formatted(project, escaped(id)),
                        Optional.of(body.toString()));
        require(answer, "written");
        return json(answer).path("name").asString("projects/%s/secrets/%s".formatted(project, id));
    }

    /** What was rotated works no longer. */
    private void disableOthers(String resource, String newest) throws InterruptedException {
        Answer<String> listed =
                call(
                        "GET",
                        resource + "/versions?pageSize=100&filter=" + escaped("state:ENABLED"),
                        Optional.empty());
        require(listed, "read");
        for (JsonNode version : json(listed).path("versions")) {
            String name = version.path("name").asString("");
            if (!name.equals(newest) && version.path("state").asString("").equals("ENABLED")) {
                require(call("POST", name + ":disable", Optional.of("{}")), "written");
            }
        }
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private Answer<String> call(String method, String path, Optional<String> body)
            throws InterruptedException {
        String bearer = token.fetch();
        return calls.text(() ->
                HttpRequest.newBuilder(URI.create(endpoint + "/v1/" + path))
                        .timeout(WITHIN)
                        .header("Authorization", "Bearer " + bearer)
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.map(BodyPublishers::ofString)
                                        .orElseGet(BodyPublishers::noBody))
                        .build());
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
        String told = answer.body();
        throw switch (answer.status()) {
            case 401, 403 ->
                    new ConfigurationFailure(
                            "%s can't be %s: access was denied.".formatted(name(), what), told);
            case 404 -> new ConfigurationFailure("There is no %s.".formatted(name()), told);
            default ->
                    new SystemFailure(
                            "%s can't be %s: it answered %d."
                                    .formatted(name(), what, answer.status()),
                            told);
        };
    }
}

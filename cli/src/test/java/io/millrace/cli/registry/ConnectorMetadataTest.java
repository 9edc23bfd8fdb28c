package io.millrace.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.millrace.cli.pipeline.ProblemsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ConnectorMetadataTest {
    private static final Path REFERENCE =
            Path.of("../../shared/reference/data/metadata/ConnectorMetadataDefinitionV0.json");

    private static final String GOOD =
            """
            metadataSpecVersion: "1.0"
            data:
              name: Prices
              definitionId: 0b2f2f4e-6d52-4d0c-9a8e-0d4c2b7a1e11
              connectorType: source
              connectorSubtype: api
              dockerRepository: me/source-prices
              dockerImageTag: 1.2.3
              documentationUrl: https://example.com/prices
              githubIssueLabel: source-prices
              license: MIT
              releaseStage: alpha
            """;

    @TempDir Path folder;

    private ConnectorMetadata read(String text) throws Exception {
        Files.writeString(folder.resolve("metadata.yaml"), text);
        return ConnectorMetadata.read(folder);
    }

    private List<String> problems(String text) throws Exception {
        try {
            read(text);
            return List.of();
        } catch (ProblemsException wrong) {
            return wrong.problems().stream()
                    .map(problem -> problem.toString().replace(folder + "/metadata.yaml:", ""))
                    .toList();
        }
    }

    @Test
    void whatIsGoodTellsWhatTheConnectorIs() throws Exception {
        ConnectorMetadata metadata = read(GOOD + "  tags: [language:java]\n");
        assertThat(metadata.repository()).isEqualTo("me/source-prices");
        assertThat(metadata.shortName()).isEqualTo("source-prices");
        assertThat(metadata.version()).isEqualTo("1.2.3");
        assertThat(metadata.language()).isEqualTo("java");
    }

    @Test
    void everythingThatIsWrongIsToldWhereItIs() throws Exception {
        assertThat(
                        problems(
                                GOOD.replace("connectorType: source", "connectorType: sauce")
                                        .replace("\"1.0\"", "1.0")
                                        .replace("license: MIT", "licence: MIT")
                                        .replace("1.2.3", "1.2")
                                        .replace("0b2f2f4e", "0b2f")
                                        .replace("https:", "ftp:")))
                .containsExactly(
                        "1:22: metadataSpecVersion must be one of 1.0, in quotes.",
                        "2:1: data.license is missing.",
                        "4:17: data.definitionId must be a UUID.",
                        "5:18: data.connectorType must be one of destination, source.",
                        "8:19: data.dockerImageTag must be a text; put it in quotes.",
                        "9:21: data.documentationUrl must be an address that begins with https://.",
                        "11:3: There is no key data.licence. Did you mean \"license\"?");
        assertThat(
                        problems(
                                GOOD
                                        + """
                                          releases:
                                            breakingChanges:
                                              2.0: {message: It is new, upgradeDeadline: 2026-13-01}
                                              2.0.0: {upgradeDeadline: soon, mesage: x}
                                          allowedHosts: {hosts: example.com}
                                        """))
                .containsExactly(
                        "15:7: data.releases.breakingChanges.2.0 is no version such as 2.0.0.",
                        "16:7: data.releases.breakingChanges.2.0.0.message is missing.",
                        "16:32: data.releases.breakingChanges.2.0.0.upgradeDeadline must be a date"
                                + " such as 2026-11-21.",
                        "16:38: There is no key data.releases.breakingChanges.2.0.0.mesage.",
                        "17:25: data.allowedHosts.hosts must be a list.");
    }

    @Test
    void whatIsNoMetadataAtAllIsTold() throws Exception {
        assertThat(problems("")).hasSize(2);
        assertThat(problems("data: [")).hasSize(1);
        assertThat(problems("- a\n")).containsExactly("1:1: The file must be an object.");
        assertThat(problems(GOOD + "data: {}\n").getFirst()).contains("stands here twice");
        Files.delete(folder.resolve("metadata.yaml"));
        assertThatThrownBy(() -> ConnectorMetadata.read(folder))
                .isInstanceOf(ProblemsException.class)
                .hasMessageContaining("There is no such file");
    }

    /** Every key taken away, given another kind of value, and given a neighbour nobody knows. */
    @Test
    void whatTheReferencesSchemaRefusesIsRefused() throws Exception {
        assumeThat(REFERENCE).exists();
        JsonNode reference = JsonMapper.shared().readTree(REFERENCE.toFile());
        removeIds(reference);
        Schema schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                        .getSchema(reference);
        JsonNode whole =
                JsonMapper.shared()
                        .readTree(
                                """
                                {"metadataSpecVersion": "1.0", "data": {"name": "Prices",
                                 "definitionId": "0b2f2f4e-6d52-4d0c-9a8e-0d4c2b7a1e11", "connectorType": "source",
                                 "connectorSubtype": "api", "dockerRepository": "me/source-prices", "dockerImageTag": "1.2.3",
                                 "documentationUrl": "https://example.com/prices", "githubIssueLabel": "x", "license": "MIT",
                                 "releaseStage": "alpha", "supportLevel": "community", "tags": ["language:java"],
                                 "releaseDate": "2026-11-21", "maxSecondsBetweenMessages": 3, "supportsRefreshes": true,
                                 "connectorBuildOptions": {"baseImage": "x"}, "allowedHosts": {"hosts": ["a"]},
                                 "connectorTestSuitesOptions": [{"suite": "acceptanceTests", "testSecrets": [{"name": "a", "fileName": "b",
                                   "secretStore": {"type": "GSM", "alias": "c"}}], "testConnections": [{"name": "a", "id": "b"}],
                                   "scenarios": [{"name": "a", "onlyStreams": ["b"]}]}],
                                 "externalDocumentationUrls": [{"title": "a", "url": "https://example.com", "type": "other"}],
                                 "suggestedStreams": {"streams": ["a"]},
                                 "resourceRequirements": {"default": {"cpu_limit": "1"}, "jobSpecific": [{"jobType": "sync",
                                   "resourceRequirements": {"memory_limit": "1Gi"}}]},
                                 "registryOverrides": {"oss": {"enabled": true, "name": "x"}, "cloud": {"enabled": false}},
                                 "releases": {"rolloutConfiguration": {"initialPercentage": 5, "advanceDelayMinutes": 10},
                                   "breakingChanges": {"1.0.0": {"message": "a", "upgradeDeadline": "2026-11-21",
                                     "deadlineAction": "disable", "scopedImpact": [{"scopeType": "stream", "impactedScopes": ["a"]}]}}},
                                 "connectorIPCOptions": {"dataChannel": {"version": "1", "supportedSerialization": ["JSONL"],
                                   "supportedTransport": ["STDIO"]}},
                                 "remoteRegistries": {"pypi": {"enabled": true, "packageName": "x"}},
                                 "ab_internal": {"sl": 100, "ql": 200}}}
                                """);
        var changed = new ArrayList<JsonNode>();
        change(whole, whole, "", changed);
        assertThat(changed).hasSizeGreaterThan(200);
        changed.add(whole);
        int refused = 0;
        for (JsonNode document : changed) {
            boolean valid = schema.validate(document).isEmpty();
            List<String> problems = problems(document.toString());
            if (!valid) {
                refused++;
                assertThat(problems).as(document.toString()).isNotEmpty();
            } else if (document.equals(whole)) {
                assertThat(problems).isEmpty();
            }
        }
        assertThat(refused).isGreaterThan(150);
    }

    /** They would move the places that its references name. */
    private static void removeIds(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(List.of("$id", "$schema"));
        }
        node.forEach(ConnectorMetadataTest::removeIds);
    }

    private static void change(
            JsonNode whole, JsonNode node, String pointer, List<JsonNode> changed) {
        if (node instanceof ObjectNode object) {
            ObjectNode more = whole.deepCopy().asObject();
            ((ObjectNode) more.at(pointer)).put("nobody_knows_it", 1);
            changed.add(more);
            for (String key : object.propertyNames()) {
                ObjectNode less = whole.deepCopy().asObject();
                ((ObjectNode) less.at(pointer)).remove(key);
                changed.add(less);
                for (JsonNode other :
                        List.of(
                                JsonNodeFactory.instance.numberNode(77),
                                JsonNodeFactory.instance.stringNode("other words"),
                                JsonNodeFactory.instance.arrayNode())) {
                    ObjectNode another = whole.deepCopy().asObject();
                    ((ObjectNode) another.at(pointer)).set(key, other);
                    changed.add(another);
                }
                change(whole, object.get(key), pointer + "/" + key, changed);
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                change(whole, array.get(i), pointer + "/" + i, changed);
            }
        }
    }
}

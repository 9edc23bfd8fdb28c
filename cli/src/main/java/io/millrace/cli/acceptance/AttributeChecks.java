package io.millrace.cli.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * What a connector's folder must say of it: keys, hosts and streams to begin with, and its
 * documentation (reference: protocol 7.2).
 */
final class AttributeChecks {
    static final String ATTRIBUTES = "connector_attributes";
    static final String DOCUMENTATION = "connector_documentation";

    private static final Duration DISCOVERY_TIMEOUT = Duration.ofMinutes(5);

    /** Where a connector's documentation may lie in its folder; the first that is there counts. */
    private static final List<String> DOCUMENTS =
            List.of("documentation.md", "docs/documentation.md", "docs/README.md", "README.md");

    /** What a reader looks for, and every document of the reference has. */
    private static final List<String> HEADINGS =
            List.of("Prerequisites", "Setup guide", "Supported sync modes", "Changelog");

    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}\\s+(.*?)\\s*#*\\s*$");
    private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]]*]\\(([^)\\s]+)[^)]*\\)");

    private final Subject subject;
    private final Recorder recorder;
    private final AcceptanceConfig config;
    private final Path folder;
    private final JsonNode metadata;

    /**
     * @param metadata the content of {@code metadata.yaml}, where there is one
     */
    AttributeChecks(
            Subject subject,
            Recorder recorder,
            AcceptanceConfig config,
            Path folder,
            Optional<JsonNode> metadata) {
        this.subject = subject;
        this.recorder = recorder;
        this.config = config;
        this.folder = folder;
        this.metadata = metadata.map(all -> all.path("data")).orElseGet(MissingNode::getInstance);
    }

    private boolean certified() {
        return metadata.path("supportLevel").asString("").equals("certified");
    }

    private void requireCertified() {
        if (!certified()) {
            throw new Recorder.Skipped("asked of certified connectors alone");
        }
    }

    void attributes() throws InterruptedException {
        for (JsonNode test : config.tests(ATTRIBUTES)) {
            recorder.check(ATTRIBUTES + ".streams_define_primary_key", () -> primaryKeys(test));
            recorder.check(
                    ATTRIBUTES + ".certified_connector_has_allowed_hosts",
                    () ->
                            declared(
                                    test.path("allowed_hosts"),
                                    () -> metadata.path("allowedHosts").path("hosts"),
                                    "allowedHosts.hosts"));
            recorder.check(
                    ATTRIBUTES + ".certified_connector_has_suggested_streams",
                    () ->
                            declared(
                                    test.path("suggested_streams"),
                                    () -> metadata.path("suggestedStreams").path("streams"),
                                    "suggestedStreams.streams"));
        }
    }

    private void primaryKeys(JsonNode test) throws InterruptedException {
        Set<String> allowed = new HashSet<>();
        test.path("streams_without_primary_key")
                .forEach(stream -> allowed.add(stream.path("name").asString("")));
        JsonNode catalog =
                DiscoveryChecks.fetch(
                        subject,
                        config.file(test.path("config_path").asString("secrets/config.json")),
                        Timeout.of(test, DISCOVERY_TIMEOUT));
        List<String> without =
                catalog.path("streams")
                        .valueStream()
                        .filter(stream -> stream.path("source_defined_primary_key").isEmpty())
                        .map(stream -> stream.path("name").asString(""))
                        .filter(name -> !allowed.contains(name))
                        .toList();
        Recorder.require(
                without.isEmpty(),
                "These streams have no primary key, and streams_without_primary_key doesn't list"
                        + " them: %s.",
                String.join(", ", without));
    }

    private void declared(JsonNode test, Supplier<JsonNode> found, String key) {
        Optional<String> bypassed = test.path("bypass_reason").asStringOpt();
        if (bypassed.isPresent()) {
            throw new Recorder.Skipped(bypassed.get());
        }
        requireCertified();
        // An empty list says something too: no host at all.
        Recorder.require(
                found.get().isArray(), "metadata.yaml has no list at data.%s.".formatted(key));
    }

    void documentation() throws InterruptedException {
        recorder.check(
                DOCUMENTATION + ".docs_structure",
                () -> {
                    List<String> headings = headings(document());
                    List<String> missing =
                            HEADINGS.stream()
                                    .filter(wanted -> headings.stream().noneMatch(same(wanted)))
                                    .toList();
                    Recorder.require(
                            missing.isEmpty(),
                            "The documentation has no heading for: %s.",
                            String.join(", ", missing));
                });
        recorder.check(
                DOCUMENTATION + ".prerequisites_content",
                () ->
                        Recorder.require(
                                !section(document(), "Prerequisites").isBlank(),
                                "The documentation says nothing under Prerequisites."));
        recorder.check(DOCUMENTATION + ".docs_descriptions", this::descriptions);
        recorder.check(DOCUMENTATION + ".validate_links", this::links);
    }

    private static java.util.function.Predicate<String> same(String wanted) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        return heading -> heading.toLowerCase(Locale.ROOT).startsWith(lower);
    }

    private Path file() {
        return DOCUMENTS.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() ->
                        new Recorder.Finding(
                                "There is no documentation in the folder: one of %s is"
                                                .formatted(String.join(", ", DOCUMENTS))
                                        + " looked for."));
    }

    private String document() {
        Path file = file();
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new Recorder.Finding("%s can't be read: %s".formatted(file, failure));
        }
    }

    private static List<String> headings(String document) {
        return HEADING.matcher(document).results().map(found -> found.group(1)).toList();
    }

    /** What stands between a heading and the next one. */
    private static String section(String document, String wanted) {
        Matcher heading = HEADING.matcher(document);
        while (heading.find()) {
            if (same(wanted).test(heading.group(1))) {
                int from = heading.end();
                return document.substring(
                        from, heading.find() ? heading.start() : document.length());
            }
        }
        return "";
    }

    /** Whoever fills in the form finds each required option by its title. */
    private void descriptions() throws InterruptedException {
        String document = document();
        JsonNode options =
                SpecificationChecks.fetch(subject, DISCOVERY_TIMEOUT)
                        .path("connectionSpecification");
        var missing = new ArrayList<String>();
        for (JsonNode required : options.path("required")) {
            String title =
                    options.path("properties")
                            .path(required.asString(""))
                            .path("title")
                            .asString(required.asString(""));
            if (!document.toLowerCase(Locale.ROOT).contains(title.toLowerCase(Locale.ROOT))) {
                missing.add(title);
            }
        }
        Recorder.requireNone(missing, "The documentation doesn't name these required options:");
    }

    /**
     * Links into the folder; what lies elsewhere may be unreachable from here for other reasons.
     */
    private void links() {
        Path file = file();
        var broken = new ArrayList<String>();
        Matcher link = LINK.matcher(document());
        while (link.find()) {
            String target = link.group(1).replaceFirst("#.*", "");
            boolean local = !target.isEmpty() && !target.contains(":") && !target.startsWith("/");
            if (local && !Files.exists(file.resolveSibling(target))) {
                broken.add(target);
            }
        }
        Recorder.requireNone(broken, "The documentation links to files that aren't there:");
    }
}

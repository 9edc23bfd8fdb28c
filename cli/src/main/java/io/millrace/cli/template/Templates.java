package io.millrace.cli.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All templates, and what becomes of one for a connector. */
public final class Templates {
    private static final String ROOT = "/templates/";

    /** A name that every registry, language and file system takes. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private static final int LONGEST_NAME = 60;
    private static final Pattern PLACE = Pattern.compile("@([a-z]+)@");

    /** What all have, by where it lands and where it comes from. */
    private static final Map<String, String> COMMON =
            Map.of(
                    "README.md", "common/README.md",
                    "metadata.yaml", "common/metadata.yaml",
                    "icon.svg", "common/icon.svg",
                    ".gitignore", "common/gitignore");

    private static final List<String> BY_KIND =
            List.of(
                    "acceptance-test-config.yml",
                    "secrets/config.json",
                    "integration_tests/invalid_config.json",
                    "integration_tests/future_state.json");

    private Templates() {}

    /** In the order in which they are offered. */
    public static List<Template> list() {
        var templates = new ArrayList<Template>();
        for (JsonNode entry :
                JsonMapper.shared().readTree(require("index.json")).path("templates")) {
            templates.add(
                    new Template(
                            entry.path("name").asString(),
                            entry.path("kind").asString(),
                            entry.path("language").asString(),
                            entry.path("tag").asString(),
                            entry.path("needs").valueStream().map(JsonNode::asString).toList(),
                            entry.path("main").asString(),
                            entry.path("about").asString(),
                            entry.path("build").asString(),
                            entry.path("test").asString(),
                            entry.path("steps").asString(),
                            entry.path("retrieve").asStringOpt(),
                            entry.path("files").valueStream().map(JsonNode::asString).toList()));
        }
        return templates;
    }

    /** Why a connector can't be called {@code name}; empty where it can. */
    public static Optional<String> problemOfName(String name) {
        return NAME.matcher(name).matches() && name.length() <= LONGEST_NAME
                ? Optional.empty()
                : Optional.of(
                        "\"%s\" is no name for a connector: small letters, digits and single dashes, beginning with a letter, such as source-prices."
                                .formatted(name));
    }

    /**
     * The files of a new connector, by relative path.
     *
     * @param id its own, which no other connector has
     */
    public static Map<String, String> render(
            Template template, String name, UUID id, LocalDate today) {
        var texts = new LinkedHashMap<String, String>();
        COMMON.forEach((path, resource) -> texts.put(path, require(resource)));
        for (String path : BY_KIND) {
            String text = find("common/" + template.kind() + "/" + path);
            if (text != null) {
                texts.put(path, text);
            }
        }
        for (String path : template.files()) {
            // Some names would mean something to tools that look into this folder.
            String text = find(template.name() + "/" + path);
            texts.put(
                    path,
                    text != null ? text : require(template.name() + "/" + path + ".template"));
        }
        Map<String, String> values =
                Map.ofEntries(
                        Map.entry("name", name),
                        Map.entry("title", title(name)),
                        Map.entry("uuid", id.toString()),
                        Map.entry("today", today.toString()),
                        Map.entry("kind", template.kind()),
                        Map.entry("language", template.tag()),
                        Map.entry("main", template.main()),
                        Map.entry("about", template.about()),
                        Map.entry("build", template.build()),
                        Map.entry("test", template.test()),
                        Map.entry("steps", template.steps()),
                        Map.entry("retrieve", template.retrieve().orElse("[]")),
                        Map.entry(
                                "config", texts.getOrDefault("secrets/config.json", "{}").strip()));
        texts.replaceAll((_, text) -> fill(text, values));
        return texts;
    }

    private static String fill(String text, Map<String, String> values) {
        Matcher place = PLACE.matcher(text);
        return place.replaceAll(found -> {
            String value = values.get(found.group(1));
            return Matcher.quoteReplacement(value == null ? found.group() : value);
        });
    }

    /** {@code Source Prices} for {@code source-prices}. */
    private static String title(String name) {
        var title = new StringBuilder();
        for (String word : name.split("-")) {
            title.append(title.isEmpty() ? "" : " ");
            title.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        return title.toString();
    }

    private static String require(String resource) {
        String text = find(resource);
        if (text == null) {
            throw new IllegalStateException("no resource " + ROOT + resource);
        }
        return text;
    }

    private static @Nullable String find(String resource) {
        try (InputStream content = Templates.class.getResourceAsStream(ROOT + resource)) {
            return content == null ? null : new String(content.readAllBytes(), UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

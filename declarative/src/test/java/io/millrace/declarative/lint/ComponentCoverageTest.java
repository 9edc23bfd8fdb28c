package io.millrace.declarative.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Every component of the schema has a test that uses it, and the reference tells which: {@code
 * docs/reference/manifest-components.md}, rewritten with {@code -Dgolden.update=true}.
 */
class ComponentCoverageTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
    private static final Path TESTS = MODULE.resolve("src/test/java");
    private static final Path PAGE = MODULE.resolve("../docs/reference/manifest-components.md");

    /** What the reference recorded of single components, as text. */
    private static final String OBSERVATIONS =
            "/io/millrace/declarative/selection/observations.jsonl.gz";

    /** Components that manifests don't name by a type, but by the field that holds them. */
    private static final Map<String, String> FIELDS =
            Map.ofEntries(
                    Map.entry("AuthFlow", "advanced_auth"),
                    Map.entry("CombineMode", "first_match"),
                    Map.entry("ComplexFieldType", "field_type"),
                    Map.entry("HttpRequestRegexMatcher", "url_path_pattern"),
                    Map.entry("OAuthConfigSpecification", "oauth_config_specification"),
                    Map.entry("PrimaryKey", "primary_key"),
                    Map.entry("QuotaStatusSource", "quota_status_source"),
                    Map.entry("Rate", "rates"),
                    Map.entry("RequestBodyGraphQlQuery", "RequestBodyGraphQL"),
                    Map.entry("SchemaNormalization", "schema_normalization"),
                    Map.entry("SchemaTypeIdentifier", "schema_type_identifier"),
                    Map.entry("Schemas", "#/schemas"),
                    Map.entry("StreamGroup", "stream_groups"),
                    Map.entry("TokenQuota", "quotas"),
                    Map.entry("TypesMap", "types_mapping"),
                    Map.entry("ValueType", "value_type"));

    private static final Pattern WORD = Pattern.compile("#/schemas|[A-Za-z_]+");

    /** A test method, or a class as a whole, with the words that tell what it uses. */
    private record Source(String name, Set<String> words) {
        static Source of(String name, String text) {
            Set<String> words = new HashSet<>();
            Matcher matcher = WORD.matcher(text);
            while (matcher.find()) {
                words.add(matcher.group());
            }
            return new Source(name, words);
        }

        boolean uses(String word) {
            return words.contains(word);
        }

        /** How many components it uses. */
        long breadth(Collection<String> components) {
            return components.stream().distinct().filter(words::contains).count();
        }
    }

    @Test
    void everyComponentHasATestThatThePageNames() throws IOException {
        Map<String, String> words = words();
        Map<String, Source> sources = sources();
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page(words, sources));
        }
        Map<String, List<String>> rows = rows();
        assertThat(rows.keySet())
                .as("components on the page (rewrite it: -Dgolden.update=true)")
                .containsExactlyElementsOf(words.keySet());
        List<String> wrong = new ArrayList<>();
        rows.forEach((component, tests) -> {
            boolean covered =
                    tests.stream()
                            .map(sources::get)
                            .anyMatch(source ->
                                    source != null
                                            && source.uses(
                                                    Objects.requireNonNull(words.get(component))));
            if (!covered) {
                wrong.add(component + " by " + tests);
            }
        });
        assertThat(wrong)
                .as("components without a test that uses them (or rewrite: -Dgolden.update=true)")
                .isEmpty();
    }

    /** By component of the schema, the word that stands for it in a manifest. */
    private static Map<String, String> words() {
        Map<String, String> words = new TreeMap<>();
        if (ComponentSchema.load().root().get("definitions") instanceof Map<?, ?> definitions) {
            definitions.forEach((name, schema) -> {
                String component = String.valueOf(name);
                Optional<String> type =
                        schema instanceof Map<?, ?> map
                                ? ComponentSchema.typeOf(map)
                                : Optional.empty();
                words.put(
                        component,
                        Optional.ofNullable(FIELDS.get(component))
                                .or(() -> type)
                                .orElse(component));
            });
        }
        return words;
    }

    private static Map<String, Source> sources() throws IOException {
        Map<String, Source> sources = new LinkedHashMap<>();
        List<Path> files;
        try (Stream<Path> paths = Files.walk(TESTS)) {
            files = paths.filter(path -> path.toString().endsWith("Test.java")).sorted().toList();
        }
        for (Path file : files) {
            String name = String.valueOf(file.getFileName()).replace(".java", "");
            String text = Files.readString(file);
            // What is only looked at is not run, but for what can't be run here at all.
            boolean looks =
                    Pattern.compile("/(lint|openapi)/")
                            .matcher(TESTS.relativize(file).toString())
                            .find();
            if (looks && !name.equals("PythonClassTest")) {
                continue;
            }
            if (name.equals("ObservationsTest")) {
                text += observations();
            }
            sources.put(name, Source.of(name, text));
            methods(name, text).forEach(method -> sources.put(method.name(), method));
        }
        return sources;
    }

    private static String observations() throws IOException {
        try (InputStream file =
                        Objects.requireNonNull(
                                ComponentCoverageTest.class.getResourceAsStream(OBSERVATIONS));
                var unzipped = new GZIPInputStream(file)) {
            return new String(unzipped.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<Source> methods(String owner, String text) {
        Matcher matcher = Pattern.compile("@(?:Parameterized)?Test\\b").matcher(text);
        List<Integer> starts = new ArrayList<>();
        while (matcher.find()) {
            starts.add(matcher.start());
        }
        List<Source> methods = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            String block =
                    text.substring(
                            starts.get(i),
                            i + 1 < starts.size() ? starts.get(i + 1) : text.length());
            Matcher name = Pattern.compile("void (\\w+)\\(").matcher(block);
            if (name.find()) {
                methods.add(Source.of(owner + "." + name.group(1), block));
            }
        }
        return methods;
    }

    private static String page(Map<String, String> words, Map<String, Source> sources) {
        var page =
                new StringBuilder(
                        """
                        # The components of manifests

                        Every component type of the manifests' schema, with a test of the module `declarative` that uses it. A test fails where a
                        component has none. Beside these, recordings of the reference engine on real manifests are replayed.

                        | component | tests |
                        |---|---|
                        """);
        words.forEach((component, word) -> {
            List<String> tests =
                    sources.values().stream()
                            .filter(source -> source.uses(word))
                            // The test that is about least else tells most.
                            .sorted(
                                    Comparator.comparingLong((Source source) ->
                                                    source.breadth(words.values()))
                                            .thenComparing(Source::name))
                            .map(Source::name)
                            .limit(2)
                            .toList();
            page.append(
                    "| `%s` | %s |%n"
                            .formatted(
                                    component,
                                    tests.stream()
                                            .map("`%s`"::formatted)
                                            .collect(Collectors.joining(", "))));
        });
        return page.toString();
    }

    private static Map<String, List<String>> rows() throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = Pattern.compile("\\| `(\\w+)` \\| (.*) \\|").matcher(line);
            if (row.matches()) {
                rows.put(
                        row.group(1),
                        Stream.of(row.group(2).split(", ", -1))
                                .map(test -> test.replace("`", ""))
                                .toList());
            }
        }
        return rows;
    }
}

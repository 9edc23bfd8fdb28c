package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.DestinationDefinition;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.ReferencePage;
import io.millrace.testkit.GoldenFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages below {@code docs/reference} that are made of the code still say what it does. */
class ReferencePagesTest {
    private static final String FOLDER = "../docs/reference/connectors/";

    private final ConnectorRegistry registry =
            ConnectorRegistry.of(ReferencePagesTest.class.getClassLoader());

    @Test
    void everyConnectorHasThePageOfItsOptions() {
        for (ConnectorDefinition<?> definition : definitions()) {
            GoldenFile.at(FOLDER + fileName(definition)).assertMatches(page(definition));
        }
    }

    @Test
    void theListNamesEveryConnector() {
        var list = new StringBuilder("# Connectors\n\n| | name | what it does |\n|---|---|---|\n");
        for (ConnectorDefinition<?> definition : definitions()) {
            list.append(
                    "| %s | [`%s`](%s) | %s |\n"
                            .formatted(
                                    kind(definition),
                                    definition.name(),
                                    fileName(definition),
                                    definition.description()));
        }
        GoldenFile.at(FOLDER + "README.md").assertMatches(list.toString());
    }

    @Test
    void noPageTellsOfAConnectorThatIsGone() throws IOException {
        List<String> expected =
                new ArrayList<>(definitions().stream().map(ReferencePagesTest::fileName).toList());
        expected.add("README.md");
        Path folder = Path.of(System.getProperty("basedir", "")).resolve(FOLDER);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void thePageOfTheCommandsIsWhatHelpSays() {
        var nowhere = new PrintStream(PrintStream.nullOutputStream(), false, UTF_8);
        GoldenFile.at("../docs/reference/commands.md")
                .assertMatches(Main.cli(nowhere, nowhere).reference());
    }

    private List<ConnectorDefinition<?>> definitions() {
        List<ConnectorDefinition<?>> all = new ArrayList<>(registry.sources());
        all.addAll(registry.destinations());
        return all;
    }

    private static String kind(ConnectorDefinition<?> definition) {
        return definition instanceof DestinationDefinition<?> ? "destination" : "source";
    }

    private static String fileName(ConnectorDefinition<?> definition) {
        return "%s-%s.md".formatted(kind(definition), definition.name());
    }

    private static String page(ConnectorDefinition<?> definition) {
        String description = definition.description();
        if (definition instanceof DestinationDefinition<?> destination) {
            description +=
                    "\n\nSync modes: %s."
                            .formatted(
                                    Stream.of(SyncMode.values())
                                            .filter(destination.supportedModes()::contains)
                                            .map(mode -> "`" + mode.text() + "`")
                                            .collect(Collectors.joining(", ")));
        }
        String heading =
                "%s %s"
                        .formatted(
                                kind(definition).equals("source") ? "Source" : "Destination",
                                "`" + definition.name() + "`");
        return ReferencePage.of(heading, description, OptionSchema.of(definition.optionsType()));
    }
}

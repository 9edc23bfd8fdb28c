package io.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.pipeline.LocatedDocument;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The workflow that users copy: it can be read, its scripts are scripts, its commands exist. */
class WorkflowTest {
    private static final Path FILE = Path.of("../docs/workflows/connectors.yml");
    private static final Pattern COMMAND =
            Pattern.compile("millrace ((?:connectors?|manifest)(?: [a-z][a-z-]*)+)([^\n]*)");
    private static final Pattern OPTION = Pattern.compile("(?<= )--[a-z-]+");

    @TempDir Path folder;

    private static JsonNode workflow() throws Exception {
        return LocatedDocument.parse(FILE.toString(), Files.readString(FILE)).root();
    }

    private static JsonNode steps() throws Exception {
        return workflow().path("jobs").path("connectors").path("steps");
    }

    @Test
    void itIsAWorkflowOnComments() throws Exception {
        assertThat(workflow().path("on").has("issue_comment")).isTrue();
        assertThat(workflow().has("permissions")).isTrue();
        assertThat(steps().size()).isGreaterThan(5);
        for (JsonNode step : steps()) {
            assertThat(step.has("uses") != step.has("run")).as("%s does one thing", step).isTrue();
        }
    }

    @Test
    void itsScriptsAreScriptsAndNoDataIsPartOfThem() throws Exception {
        for (JsonNode step : steps()) {
            if (step.has("run")) {
                String script = step.path("run").asString();
                assertThat(script).doesNotContain("${{");
                Path file = Files.writeString(folder.resolve("script.sh"), script);
                Process process =
                        new ProcessBuilder("bash", "-n", file.toString()).inheritIO().start();
                assertThat(process.waitFor()).as(script).isZero();
            }
        }
    }

    @Test
    void itsCommandsAndTheirOptionsExist() throws Exception {
        Matcher command = COMMAND.matcher(Files.readString(FILE));
        int found = 0;
        while (command.find()) {
            found++;
            var words = new ArrayList<>(Arrays.asList(command.group(1).split(" ")));
            words.add("--help");
            var output = new ByteArrayOutputStream();
            var stream = new PrintStream(output, true, StandardCharsets.UTF_8);
            assertThat(Main.run(words, stream, stream)).as(command.group()).isZero();
            Matcher option = OPTION.matcher(command.group(2));
            while (option.find()) {
                assertThat(output.toString(StandardCharsets.UTF_8)).contains(option.group());
            }
        }
        assertThat(found).isGreaterThanOrEqualTo(5);
    }
}

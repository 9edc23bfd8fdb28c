package io.millrace.replication.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.inprocess.InProcessLauncher;
import io.millrace.replication.launch.process.ProcessLauncher;
import io.millrace.sdk.ConnectorRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectorReferenceTest {
    private static final Launchers LAUNCHERS =
            Launchers.of(
                    List.of(
                            new ProcessLauncher(),
                            new InProcessLauncher(
                                    ConnectorRegistry.of(
                                            ConnectorReferenceTest.class.getClassLoader()))));

    private static ConnectorReference.Parsed parse(String json) {
        return LAUNCHERS.parse(Json.mapper().readTree(json), Launcher.Role.SOURCE);
    }

    private static List<String> problems(String json) {
        return parse(json).problems().stream()
                .map(problem -> problem.pointer() + " " + problem.message())
                .toList();
    }

    @Test
    void aProgramIsNamedWithItsConfigurationEnvironmentAndTimeouts() {
        ConnectorReference reference =
                parse(
                                """
                                {"command": ["python3", "main.py"], "config": {"password": "sesame"},
                                 "env": {"MODE": "fast", "LEVEL": 3}, "timeouts": {"check": "3s", "stop": "500ms"}}
                                """)
                        .reference()
                        .orElseThrow();
        assertThat(reference.kind()).isEqualTo("command");
        assertThat(reference.environment()).containsEntry("LEVEL", "3");
        assertThat(reference.timeouts().check()).isEqualTo(Duration.ofSeconds(3));
        assertThat(reference.timeouts().discover()).isEqualTo(Timeouts.DEFAULT.discover());
        assertThat(reference.timeouts().stop()).isEqualTo(Optional.of(Duration.ofMillis(500)));
        assertThat(reference.toString()).doesNotContain("sesame");
        assertThat(LAUNCHERS.masker(reference, Launcher.Role.SOURCE).mask("with sesame!"))
                .isEqualTo("with ****!");
    }

    @Test
    void everythingThatIsWrongIsToldAtItsPlace() {
        assertThat(
                        problems(
                                """
                                {"comand": ["x"], "config": [], "env": {"A": {}}, "timeouts": {"chek": "3s", "stop": "3"}}
                                """))
                .containsExactly(
                        " It names no connector: one of command, connector is needed.",
                        "/comand There is no key \"comand\" here. Did you mean \"command\"?",
                        "/config It must be an object.",
                        "/env/A It must be a text.",
                        "/timeouts/chek There is no timeout \"chek\". Did you mean \"check\"?",
                        "/timeouts/stop It must be a time with its unit, such as 30s or 5m.");
        assertThat(problems("{\"command\": [\"x\"], \"connector\": \"y\"}"))
                .singleElement()
                .asString()
                .contains("exclude each other");
        assertThat(problems("{\"command\": \"x\"}"))
                .singleElement()
                .asString()
                .startsWith("/command It must be a list");
        assertThat(problems("{\"connector\": \"postgress\"}"))
                .containsExactly(
                        "/connector There is no built-in source \"postgress\". None is installed.");
    }

    @Test
    void aKindWithoutItsLauncherIsRefused() {
        var onlyBuiltIn = Launchers.of(List.of(new ProcessLauncher()));
        var reference =
                ConnectorReference.parse(
                                Json.mapper().readTree("{\"image\": \"x\", \"network\": \"host\"}"),
                                List.of("image"))
                        .reference()
                        .orElseThrow();
        assertThat(reference.settings().path("network").asString()).isEqualTo("host");
        var context =
                new LaunchContext(
                        Clock.systemUTC(), Path.of(""), Path.of(""), _ -> {}, (_, _) -> {});
        assertThatThrownBy(() -> onlyBuiltIn.source(reference, context))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("\"image\"");
    }
}

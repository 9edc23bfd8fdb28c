package io.millrace.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputFilesTest {
    @TempDir private Path directory;

    @Test
    void readsAConfiguration() throws Exception {
        Path file = file("\uFEFF{\"port\": 5432, \"ratio\": 0.10000000000000000001}");
        assertThat(InputFiles.readConfiguration(file).toString())
                .isEqualTo("{\"port\":5432,\"ratio\":0.10000000000000000001}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "[]",
                "{\"password\":\"hunter2\"",
                "{\"a\":1}{\"b\":2}",
                "hunter2"
            })
    void refusesAConfigurationThatIsNoObjectAndQuotesNothingOfIt(String content) throws Exception {
        Path file = file(content);
        assertThatThrownBy(() -> InputFiles.readConfiguration(file))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(file.toString())
                .hasNoCause()
                .satisfies(failure -> {
                    assertThat(failure.getMessage()).doesNotContain("hunter2");
                    assertThat(((ConfigurationFailure) failure).detail()).doesNotContain("hunter2");
                });
    }

    @Test
    void namesThePlaceOfABrokenConfiguration() throws Exception {
        Path file = file("{\n  \"a\": 1,\n  b\n}");
        assertThatThrownBy(() -> InputFiles.readConfiguration(file))
                .hasMessageContaining("line 3, column");
    }

    @Test
    void saysWhichFileIsMissing() {
        Path file = directory.resolve("none.json");
        assertThatThrownBy(() -> InputFiles.readConfiguration(file))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("none.json");
        assertThatThrownBy(() -> InputFiles.readConfiguredCatalog(file))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("none.json");
    }

    @Test
    void readsAConfiguredCatalogAndWritesItBack() throws Exception {
        String content = golden();
        ConfiguredCatalog catalog = InputFiles.readConfiguredCatalog(file(content));
        ConfiguredCatalog.Stream orders = catalog.streams().getFirst();
        assertThat(orders.stream().name()).isEqualTo(StreamName.of("public", "orders"));
        assertThat(orders.syncMode().is(SourceSyncMode.INCREMENTAL)).isTrue();
        assertThat(orders.destinationSyncMode().is(DestinationSyncMode.APPEND_DEDUP)).isTrue();
        assertThat(orders.generationId()).isEqualTo(OptionalLong.of(12));
        assertThat(orders.minimumGenerationId()).isEqualTo(OptionalLong.of(0));
        assertThat(orders.syncId()).isEqualTo(OptionalLong.of(42));
        assertThat(orders.includeFiles()).contains(false);
        assertThat(orders.destinationObjectName()).contains("Order");
        assertThat(orders.effectivePrimaryKey())
                .containsExactly(List.of("id"), List.of("line", "number"));
        assertThat(orders.effectiveCursor()).containsExactly("changed_at");
        ConfiguredCatalog.Stream files = catalog.streams().get(1);
        assertThat(files.generationId()).isEmpty();
        assertThat(files.effectivePrimaryKey()).isEmpty();
        assertThat(files.effectiveCursor()).isEmpty();
        assertThat(
                        Json.equalByValue(
                                MessageFormatter.configuredCatalog(catalog),
                                Json.mapper().readTree(content)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nope",
                "[]",
                "{}",
                "{\"streams\":{}}",
                "{\"streams\":[1]}",
                "{\"streams\":[{}]}",
                "{\"streams\":[{\"stream\":{\"json_schema\":{}}}]}",
                "{\"streams\":[{\"stream\":{\"name\":\"a\",\"json_schema\":true}}]}"
            })
    void refusesACatalogThatCantBeUsed(String content) throws Exception {
        Path file = file(content);
        assertThatThrownBy(() -> InputFiles.readConfiguredCatalog(file))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void takesDefaultsAndDoubledKeysInACatalog() throws Exception {
        ConfiguredCatalog catalog =
                InputFiles.readConfiguredCatalog(
                        file(
                                """
                                {"streams":[{"stream":{"name":"x","name":"a","json_schema":{},"namespace":null},"sync_mode":null}]}
                                """));
        ConfiguredCatalog.Stream stream = catalog.streams().getFirst();
        assertThat(stream.stream().name()).isEqualTo(StreamName.of("a"));
        assertThat(stream.syncMode().is(SourceSyncMode.FULL_REFRESH)).isTrue();
        assertThat(stream.destinationSyncMode().is(DestinationSyncMode.APPEND)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "[]", "{}", "null", "\uFEFF[]"})
    void beginsAnewWithoutAState(String content) throws Exception {
        assertThat(InputFiles.readState(file(content))).isEmpty();
    }

    @Test
    void beginsAnewWithoutAStateFile() {
        assertThat(InputFiles.readState(directory.resolve("none.json"))).isEmpty();
    }

    @Test
    void takesABareObjectAsTheBlobOfAnOldSource() throws Exception {
        List<StateMessage> states =
                InputFiles.readState(file("{\"type\":\"cursor\",\"orders\":{\"id\":5}}"));
        assertThat(states).singleElement().isInstanceOf(StateMessage.Legacy.class);
        assertThat(((StateMessage.Legacy) states.getFirst()).data().orElseThrow().toString())
                .isEqualTo("{\"type\":\"cursor\",\"orders\":{\"id\":5}}");
    }

    @Test
    void readsStatesOfStreamsOrAGlobalOneOrALegacyOne() throws Exception {
        List<StateMessage> streams =
                InputFiles.readState(
                        file(
                                """
                                [{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"x":1}}},
                                 {"stream":{"stream_descriptor":{"name":"b","namespace":"n"},"stream_state":null}}]
                                """));
        assertThat(streams).hasSize(2).allMatch(state -> state instanceof StateMessage.Stream);
        var second = (StateMessage.Stream) streams.get(1);
        assertThat(second.state().stream()).isEqualTo(StreamName.of("n", "b"));
        assertThat(second.state().state()).isEmpty();
        assertThat(
                        InputFiles.readState(
                                file("[{\"type\":\"GLOBAL\",\"global\":{\"stream_states\":[]}}]")))
                .singleElement()
                .isInstanceOf(StateMessage.Global.class);
        assertThat(InputFiles.readState(file("[{\"data\":{\"a\":1}}]")))
                .singleElement()
                .isInstanceOf(StateMessage.Legacy.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "17",
                "[1]",
                "[{}]",
                "[{\"type\":\"STREAM\"}]",
                "[{\"type\":\"STREAM\",\"stream\":{}}]",
                "[{\"type\":\"TIDAL\",\"data\":{}}]",
                "[{\"data\":{}},{\"data\":{}}]",
                "[{\"type\":\"GLOBAL\",\"global\":{\"stream_states\":[]}},{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"}}}]",
                "[{\"data\":{}"
            })
    void refusesAStateThatCantBeUsed(String content) throws Exception {
        Path file = file(content);
        assertThatThrownBy(() -> InputFiles.readState(file))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void readsAgainWhatItGaveForAFile() throws Exception {
        ConfiguredCatalog catalog = InputFiles.readConfiguredCatalog(file(golden()));
        assertThat(InputFiles.readConfiguredCatalog(file(InputFiles.toJson(catalog).toString())))
                .isEqualTo(catalog);
        StateMessage state =
                new StateMessage.Stream(
                        StateMessage.StreamState.of(
                                StreamName.of("n", "s"), Json.object().put("a", 1)),
                        StateMessage.Context.NONE);
        assertThat(InputFiles.readState(file("[" + InputFiles.toJson(state) + "]")))
                .containsExactly(state);
        assertThat(InputFiles.parseState(InputFiles.toJson(state))).contains(state);
        assertThat(InputFiles.parseState(Json.array())).isEmpty();
        assertThat(InputFiles.parseState(Json.object().put("type", "STREAM"))).isEmpty();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "input", ".json"), content);
    }

    private static String golden() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(
                        InputFilesTest.class.getResourceAsStream(
                                "/golden/configured-catalog.json"))) {
            return new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}

package io.millrace.declarative.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.Plans;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateMigrationsTest {
    private static final Map<String, Object> PARENT =
            Map.of("stream", Map.of("name", "p"), "parent_key", "id", "partition_field", "shop");

    private static StateMigrations migrations(Object router) {
        return StateMigrations.compile(
                Definition.of(
                        Map.of(
                                "name",
                                "s",
                                "incremental_sync",
                                Syncs.days("2024-05-31"),
                                "retriever",
                                Map.of("type", "SimpleRetriever", "partition_router", router),
                                "state_migrations",
                                List.of(Map.of("type", "LegacyToPerPartitionStateMigration"))),
                        "stream"),
                Plans.compilation());
    }

    private static Map<String, Object> substream(Object... parents) {
        return Map.of(
                "type", "SubstreamPartitionRouter", "parent_stream_configs", List.of(parents));
    }

    @Test
    void aStateByKeyBecomesAStateByPartition() {
        assertThat(migrations(substream(PARENT)).migrate(Map.of("13", Map.of("upd", "2024-02-01"))))
                .isEqualTo(
                        Map.of(
                                "states",
                                List.of(
                                        Map.of(
                                                "partition",
                                                Map.of("shop", "13"),
                                                "cursor",
                                                Map.of("upd", "2024-02-01")))));
    }

    @Test
    void anyOtherStateStaysAsItIs() {
        for (Map<String, Object> state :
                List.<Map<String, Object>>of(
                        Map.of(),
                        Map.of("states", List.of()),
                        Map.of("upd", "2024-02-01"),
                        Map.of("13", Map.of("other", "2024-02-01")),
                        Map.of("13", Map.of("upd", "2024-02-01", "more", 1L)),
                        Map.of("13", Map.of()))) {
            assertThat(migrations(substream(PARENT)).migrate(state)).isSameAs(state);
        }
    }

    @Test
    void aStateOfSeveralParentsStaysAsItIs() {
        Map<String, Object> state = Map.of("13", Map.of("upd", "2024-02-01"));
        assertThat(migrations(substream(PARENT, PARENT)).migrate(state)).isSameAs(state);
    }

    @Test
    void aUnionNamesTheKeyItself() {
        assertThat(
                        migrations(
                                        Map.of(
                                                "type",
                                                "UnionPartitionRouter",
                                                "partition_field",
                                                "repo",
                                                "partition_routers",
                                                List.of()))
                                .migrate(Map.of("a/b", Map.of("upd", "2024-02-01"))))
                .isEqualTo(
                        Map.of(
                                "states",
                                List.of(
                                        Map.of(
                                                "partition",
                                                Map.of("repo", "a/b"),
                                                "cursor",
                                                Map.of("upd", "2024-02-01")))));
    }

    @Test
    void aStreamWithoutSuchARouterCannotHaveTheMigration() {
        assertThatThrownBy(() ->
                        migrations(
                                Map.of(
                                        "type",
                                        "ListPartitionRouter",
                                        "cursor_field",
                                        "shop",
                                        "values",
                                        List.of("a"))))
                .hasMessageContaining("LegacyToPerPartitionStateMigration");
    }
}

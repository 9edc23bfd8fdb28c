package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class NamesTest {
    @AutoClose private final TestDatabase database = TestPostgres.shared().createDatabase();

    @AutoClose private final Harness harness = new Harness(database);

    private static final List<String> ODD =
            List.of(
                    "id",
                    "Id",
                    "",
                    " ",
                    "a\"b",
                    "a'b\\c",
                    "select",
                    "ctid",
                    "xmin",
                    "tableoid",
                    "_airbyte_meta",
                    "_airbyte_raw_id",
                    "with\0zero",
                    "lone\uD800",
                    "1st",
                    "dotted.name",
                    "é".repeat(40),
                    "\uD83D\uDE00".repeat(20),
                    "x".repeat(63),
                    "x".repeat(64),
                    "x".repeat(200) + "a",
                    "x".repeat(200) + "b");

    @Test
    void namesThatFitAreKeptAndOthersBecomeNamesOfTheirOwn() {
        List<String> names = Names.columns(ODD, MetadataColumn.names());
        Set<String> distinct = new HashSet<>(names);
        assertThat(distinct)
                .hasSize(ODD.size())
                .doesNotContainAnyElementsOf(MetadataColumn.names());
        assertThat(names)
                .allSatisfy(name ->
                        assertThat(name.getBytes(StandardCharsets.UTF_8).length).isBetween(1, 63));
        assertThat(names).contains("id", "Id", " ", "a\"b", "a'b\\c", "select", "x".repeat(63));
        assertThat(Names.columns(ODD, MetadataColumn.names())).isEqualTo(names);
        assertThat(Names.columns(List.of("_airbyte_meta"), Set.of()))
                .containsExactly("_airbyte_meta");
    }

    @Test
    void aChangedNameNeverTakesOneThatIsKept() {
        String changed = Names.columns(List.of("x".repeat(64)), Set.of()).getFirst();
        List<String> names = Names.columns(List.of("x".repeat(64), changed), Set.of());
        assertThat(names.get(1)).isEqualTo(changed);
        assertThat(names.getFirst()).isNotEqualTo(changed).startsWith("xxx");
    }

    @Test
    void oddNamesLand() throws Exception {
        List<Column> columns = new ArrayList<>();
        Object[] values = new Object[ODD.size()];
        for (int i = 0; i < ODD.size(); i++) {
            columns.add(Column.of(ODD.get(i), new ColumnType.Int32()));
            values[i] = i;
        }
        for (String stream :
                List.of("a\"b.c'd", "T".repeat(100), "_millrace_checkpoints", "pg_x")) {
            var target =
                    new StreamTarget(
                            StreamName.of(stream),
                            new StreamName(java.util.Optional.of("pg_" + stream), stream),
                            new StreamSchema(columns),
                            SyncMode.INCREMENTAL_DEDUPED_HISTORY,
                            List.of("a\"b"),
                            java.util.Optional.of("Id"),
                            1,
                            false);
            long written = harness.run(target, rows(values));
            assertThat(harness.readBack(target)).isEqualTo(written);
            assertThat(harness.run(target, rows(values))).isEqualTo(written);
            assertThat(harness.readBack(target)).isEqualTo(written);
        }
    }

    @Test
    void tablesOfOthersAreLeftAlone() throws Exception {
        StreamSchema schema = StreamSchema.of(Column.of("id", new ColumnType.Int32()));
        StreamTarget target = Harness.target("mine", SyncMode.INCREMENTAL_APPEND, schema, 1);
        database.execute("CREATE TABLE mine (id int)");
        assertRefused(harness, target, "public.mine", "prefix");
        database.execute("DROP TABLE mine", "CREATE VIEW mine AS SELECT 1 AS id");
        assertRefused(harness, target, "that is a view", "prefix");
        database.execute("DROP VIEW mine");
        harness.run(target, rows(row(1)));

        var other =
                new StreamTarget(
                        StreamName.of("other"),
                        target.target(),
                        schema,
                        SyncMode.INCREMENTAL_APPEND,
                        List.of(),
                        java.util.Optional.empty(),
                        1,
                        false);
        assertRefused(harness, other, "src.mine", "pipeline shop");
        assertThatThrownBy(() -> harness.destination.plan(Harness.PIPELINE, List.of(target, other)))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("src.mine")
                .hasMessageContaining("other");

        database.execute("DROP TABLE mine");
        assertRefused(harness, target, "is gone", "--full-refresh");
    }

    private static void assertRefused(
            Harness harness, StreamTarget target, String first, String second) {
        assertThatThrownBy(() -> harness.run(target, rows(row(1))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining(first)
                .hasMessageContaining(second);
    }

    @Test
    void tooManyColumnsAreRefusedBeforeAnythingIsMade() {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < 1600; i++) {
            columns.add(Column.of("c" + i, new ColumnType.Bool()));
        }
        StreamTarget target =
                Harness.target("wide", SyncMode.INCREMENTAL_APPEND, new StreamSchema(columns), 1);
        assertThatThrownBy(() -> harness.destination.plan(Harness.PIPELINE, List.of(target)))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("1604")
                .hasMessageContaining("1600");
    }
}

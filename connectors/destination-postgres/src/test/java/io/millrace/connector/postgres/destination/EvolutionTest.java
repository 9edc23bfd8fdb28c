package io.millrace.connector.postgres.destination;

import static io.millrace.connector.postgres.destination.Rows.row;
import static io.millrace.connector.postgres.destination.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class EvolutionTest {
    @AutoClose private final TestDatabase database = TestPostgres.shared().createDatabase();

    @AutoClose private final Harness harness = new Harness(database);

    private static final ColumnType TEXT = new ColumnType.Text();

    private StreamTarget append(String table, Column... columns) {
        return Harness.target(table, SyncMode.INCREMENTAL_APPEND, StreamSchema.of(columns), 1);
    }

    private String type(String table, String column) throws Exception {
        return database.query(
                        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '%s'::regclass AND attname = '%s'"
                                .formatted(table, column))
                .getFirst();
    }

    @Test
    void typesWidenInPlaceAndNarrowerSourcesLandAsTheTable() throws Exception {
        record Change(
                Column before,
                Object first,
                Column after,
                Object second,
                String type,
                String shown) {}
        List<Change> changes =
                List.of(
                        new Change(
                                Column.of("v", new ColumnType.Int16()),
                                (short) 1,
                                Column.of("v", new ColumnType.Int64()),
                                2L,
                                "bigint",
                                "1|2"),
                        new Change(
                                Column.of("v", new ColumnType.Int64()),
                                1L,
                                Column.of("v", new ColumnType.Int16()),
                                2L,
                                "bigint",
                                "1|2"),
                        new Change(
                                Column.of("v", new ColumnType.Int64()),
                                1L,
                                Column.of("v", new ColumnType.Decimal(12, 2)),
                                "2.50",
                                "numeric(21,2)",
                                "1.00|2.50"),
                        new Change(
                                Column.of("v", new ColumnType.Decimal(12, 2)),
                                "1.50",
                                Column.of("v", new ColumnType.BigDecimalText(), "numeric"),
                                "2.12345",
                                "numeric",
                                "1.50|2.12345"),
                        new Change(
                                Column.of("v", new ColumnType.Float32()),
                                1.5f,
                                Column.of("v", new ColumnType.Float64()),
                                0.1,
                                "double precision",
                                "1.5|0.1"),
                        new Change(
                                Column.of("v", TEXT, "character varying(3)"),
                                "abc",
                                Column.of("v", TEXT, "character varying(9)"),
                                "abcdefghi",
                                "character varying(9)",
                                "abc|abcdefghi"),
                        new Change(
                                Column.of("v", TEXT, "character(3)"),
                                "a  ",
                                Column.of("v", TEXT, "text"),
                                "b",
                                "text",
                                "a  |b"),
                        new Change(
                                Column.of("v", new ColumnType.Bool()),
                                true,
                                Column.of("v", TEXT),
                                "maybe",
                                "text",
                                "true|maybe"),
                        new Change(
                                Column.of("v", TEXT),
                                "x",
                                Column.of("v", new ColumnType.Int32()),
                                "7",
                                "text",
                                "x|7"),
                        new Change(
                                Column.of("v", new ColumnType.ListOf(new ColumnType.Int32())),
                                List.of(1),
                                Column.of("v", new ColumnType.ListOf(new ColumnType.Int64())),
                                List.of(2L),
                                "bigint[]",
                                "{1}|{2}"),
                        new Change(
                                Column.of("v", TEXT, "inet"),
                                "10.0.0.1",
                                Column.of("v", TEXT),
                                "host",
                                "text",
                                "10.0.0.1|host"));
        int number = 0;
        for (Change change : changes) {
            String table = "change_" + ++number;
            harness.run(append(table, change.before()), rows(row(change.first())));
            harness.run(append(table, change.after()), rows(row(change.second())));
            assertThat(type(table, "v")).as(change.toString()).isEqualTo(change.type());
            assertThat(
                            database.query(
                                    "SELECT string_agg(v::text, '|' ORDER BY ctid) FROM " + table))
                    .as(change.toString())
                    .containsExactly(change.shown());
        }
    }

    /** As records of the old type are printed that come later. */
    @Test
    void whatBecomesTextIsPrintedAsLaterRecordsAre() throws Exception {
        Column day = Column.of("d", new ColumnType.Date());
        Column clock = Column.of("c", new ColumnType.Time());
        Column local = Column.of("l", new ColumnType.Timestamp());
        Column instant = Column.of("i", new ColumnType.TimestampTz());
        Column bytes = Column.of("b", new ColumnType.Binary());
        harness.run(
                append("t", day, clock, local, instant, bytes),
                rows(
                        row(0, 1_000_000L, 500_000L, -1L, new byte[] {1, 2, 3}),
                        row(-719_529, 86_400_000_000L, Long.MAX_VALUE, 0L, new byte[60]),
                        row(Integer.MAX_VALUE, 5L, 253_402_300_800_000_000L, 0L, new byte[0])));
        harness.run(
                append(
                        "t",
                        day.withType(TEXT),
                        clock.withType(TEXT),
                        local.withType(TEXT),
                        instant.withType(TEXT),
                        bytes.withType(TEXT)),
                List.of());
        assertThat(database.query("SELECT d, c, l, i, b FROM t ORDER BY ctid"))
                .containsExactly(
                        "1970-01-01|00:00:01|1970-01-01T00:00:00.500000|1969-12-31T23:59:59.999999Z|AQID",
                        "-0001-12-31|24:00:00|infinity|1970-01-01T00:00:00Z|" + "A".repeat(80),
                        "infinity|00:00:00.000005|+10000-01-01T00:00:00|1970-01-01T00:00:00Z|");
    }

    @Test
    void columnsAreAddedAndRemovedOnesStayNull() throws Exception {
        Column id = Column.of("id", new ColumnType.Int32());
        harness.run(append("t", id, Column.of("a", TEXT)), rows(row(1, "x")));
        harness.run(append("t", id, Column.of("b", TEXT)), rows(row(2, "y")));
        assertThat(database.query("SELECT id, a, b FROM t ORDER BY id"))
                .containsExactly("1|x|NULL", "2|NULL|y");

        StreamTarget refresh =
                Harness.target(
                        "t",
                        SyncMode.FULL_REFRESH_OVERWRITE,
                        StreamSchema.of(id, Column.of("b", new ColumnType.Int32())),
                        2);
        harness.run(refresh, rows(row(3, 4)));
        assertThat(database.query("SELECT id, a, b FROM t")).containsExactly("3|NULL|4");
        assertThat(type("t", "b")).isEqualTo("integer");
    }

    @Test
    void aTableIsAlteredInTheMiddleOfAStream() throws Exception {
        for (SyncMode mode :
                List.of(
                        SyncMode.INCREMENTAL_APPEND,
                        SyncMode.INCREMENTAL_DEDUPED_HISTORY,
                        SyncMode.FULL_REFRESH_OVERWRITE)) {
            Column id = Column.of("id", new ColumnType.Int32());
            StreamTarget narrow = Harness.target(mode.text(), mode, StreamSchema.of(id), 1);
            StreamTarget wide =
                    narrow.withSchema(
                            StreamSchema.of(
                                    Column.of("id", new ColumnType.Int64()),
                                    Column.of("note", TEXT, "inet")));
            var listener = new Harness.Listener();
            try (DestinationSession session = harness.destination.open(Harness.PIPELINE);
                    DestinationLane lane = session.open(List.of(narrow), listener)) {
                lane.write(Harness.landed(lane, narrow, 0, rows(row(1), row(2))));
                lane.commit(Harness.checkpoint(narrow, 1), Harness.details());
                lane.write(Harness.landed(lane, narrow, 0, rows(row(3))));
                LandingPlan plan = lane.evolve(wide);
                assertThat(plan.columnTypes()).containsExactly("bigint", "inet");
                lane.write(Harness.landed(lane, wide, 0, rows(row(3L, "::1"), row(4L, "::2"))));
                lane.flush();
                assertThat(listener.durable).hasSize(1);
                lane.finish(wide.source(), Harness.checkpoint(wide, 2), Harness.details());
            }
            assertThat(
                            database.query(
                                    "SELECT id, note FROM "
                                            + mode.text()
                                            + " ORDER BY id, note NULLS FIRST"))
                    .as(mode.text())
                    .containsExactlyElementsOf(
                            mode.deduplicated()
                                    ? List.of("1|NULL", "2|NULL", "3|::1", "4|::2")
                                    : List.of("1|NULL", "2|NULL", "3|NULL", "3|::1", "4|::2"));
        }
    }

    @Test
    void aConstraintThatWasAddedIsNamed() throws Exception {
        Column id = Column.of("id", new ColumnType.Int32());
        StreamTarget target = append("t", id, Column.of("a", TEXT));
        harness.run(target, rows(row(1, "x")));
        database.execute("ALTER TABLE t ALTER a SET NOT NULL, ADD CONSTRAINT small CHECK (id < 5)");
        assertThatThrownBy(() -> harness.run(target, rows(row(2, null))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("column a takes no null")
                .hasMessageContaining("public.t");
        assertThatThrownBy(() -> harness.run(target, rows(row(9, "secret"))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("small")
                .satisfies(failure ->
                        assertThat(((ConfigurationFailure) failure).detail())
                                .doesNotContain("secret"));
    }

    @Test
    void aPlanTellsAndChangesNothing() throws Exception {
        StreamTarget target = append("t", Column.of("id", new ColumnType.Int32()));
        LandingPlan plan = harness.destination.plan(Harness.PIPELINE, List.of(target)).getFirst();
        assertThat(plan.action()).isEqualTo(LandingPlan.Action.CREATE);
        assertThat(plan.table()).isEqualTo("public.t");
        assertThat(
                        database.query(
                                "SELECT count(*) FROM pg_class WHERE relnamespace ="
                                        + " 'public'::regnamespace"))
                .containsExactly("0");
        harness.run(target, rows(row(1)));
        LandingPlan wider =
                harness.destination
                        .plan(
                                Harness.PIPELINE,
                                List.of(
                                        append(
                                                "t",
                                                Column.of("id", new ColumnType.Int64()),
                                                Column.of("b", TEXT))))
                        .getFirst();
        assertThat(wider.action()).isEqualTo(LandingPlan.Action.APPEND);
        assertThat(wider.changes())
                .containsExactly("alter column id from integer to bigint", "add column b text");
        assertThat(type("t", "id")).isEqualTo("integer");
    }
}

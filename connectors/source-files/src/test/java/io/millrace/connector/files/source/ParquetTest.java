package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ParquetTest extends FilesTest {

    @Test
    void columnsKeepTheirTypesAndValues() throws InterruptedException {
        parquet(
                "a [1].parquet",
                """
                SELECT 1::SMALLINT AS s, 2::INTEGER AS i, 3::BIGINT AS b, 4::UBIGINT AS u,
                  1.5::DECIMAL(9,2) AS d, 0.1::DOUBLE AS f, 'text' AS t, NULL::VARCHAR AS n,
                  DATE '2026-01-31' AS day, TIMESTAMP '2026-01-31 10:00:00.5' AS at,
                  TIMESTAMPTZ '2026-01-31 10:00:00+00' AS utc, {'a': 1} AS nested, true AS yes\
                """);
        var stream = read("a [1].parquet");
        assertThat(types(stream.schema()))
                .containsExactly(
                        "s int16",
                        "i int32",
                        "b int64",
                        "u decimal(20,0)",
                        "d decimal(9,2)",
                        "f float64",
                        "t text",
                        "n text",
                        "day date",
                        "at timestamp",
                        "utc timestamptz",
                        "nested json",
                        "yes bool");
        assertThat(stream.rows)
                .containsExactly(
                        row(
                                "1",
                                "2",
                                "3",
                                "4",
                                "1.50",
                                "0.1",
                                "text",
                                "NULL",
                                "2026-01-31",
                                "2026-01-31T10:00:00.5",
                                "2026-01-31T10:00:00Z",
                                "{\"a\":1}",
                                "true"));
    }

    @Test
    void filesOfOneStreamMayDifferInColumnsAndTypes() throws InterruptedException {
        parquet("p/a.parquet", "SELECT 1::INTEGER AS id, 'x' AS only_here");
        parquet("p/b.parquet", "SELECT 3000000000::BIGINT AS id, 2.5::DOUBLE AS other");
        var stream = read(source("{'streams': [{'name': 's', 'path': 'p/*.parquet'}]}"));
        assertThat(types(stream.schema()))
                .containsExactly("id int64", "only_here text", "other float64");
        assertThat(stream.rows)
                .containsExactly(row("1", "x", "NULL"), row("3000000000", "NULL", "2.5"));
    }

    @Test
    void rowsComeInTheirOrder() throws InterruptedException {
        parquet("a.parquet", "SELECT range AS n FROM range(300000)");
        var stream = read("a.parquet");
        assertThat(stream.rows).hasSize(300_000);
        for (int i = 0; i < 300_000; i += 997) {
            assertThat(stream.rows.get(i)).containsExactly(Integer.toString(i));
        }
    }

    @Test
    void aFileThatIsNoParquetIsTold() throws IOException {
        write("a.parquet", "id\n1\n");
        assertThatThrownBy(() -> source("{'path': 'a.parquet'}").discover())
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("a.parquet");
    }

    private void parquet(String name, String query) throws InterruptedException {
        Path cache = folder.resolve("_cache");
        Path file = folder.resolve(name);
        file.getParent().toFile().mkdirs();
        try (DuckDbDatabase database = DuckDbDatabase.inMemory(DuckDbLibrary.load(cache), cache);
                DuckDbConnection connection = database.connect()) {
            connection.execute(
                    "COPY (%s) TO %s (FORMAT parquet)".formatted(query, Sql.text(file.toString())));
        }
    }
}

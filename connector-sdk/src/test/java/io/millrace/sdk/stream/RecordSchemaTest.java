package io.millrace.sdk.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.json.Json;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RecordSchemaTest {
    private enum Status {
        PAID
    }

    private record Line(int number) {}

    private record Order(
            long id,
            String customerName,
            BigDecimal total,
            Optional<Boolean> giftWrapped,
            Status status,
            Instant updatedAt,
            LocalDate day,
            List<String> tags,
            List<Line> lines,
            Line first,
            Map<String, String> more,
            JsonNode anything) {}

    @Test
    void eachComponentIsAColumn() {
        assertThat(RecordSchema.of(Order.class))
                .isEqualTo(
                        StreamSchema.of(
                                Column.of("id", new ColumnType.Int64()),
                                Column.of("customer_name", new ColumnType.Text()),
                                Column.of("total", new ColumnType.JsonNumber()),
                                Column.of("gift_wrapped", new ColumnType.Bool()),
                                Column.of("status", new ColumnType.Text()),
                                Column.of("updated_at", new ColumnType.TimestampTz()),
                                Column.of("day", new ColumnType.Date()),
                                Column.of("tags", new ColumnType.ListOf(new ColumnType.Text())),
                                Column.of("lines", new ColumnType.Json(), "array"),
                                Column.of("first", new ColumnType.Json(), "object"),
                                Column.of("more", new ColumnType.Json(), "object"),
                                Column.of("anything", new ColumnType.Json())));
    }

    @Test
    void aRecordBecomesATreeOfItsColumns() {
        var order =
                new Order(
                        7,
                        "Ada",
                        new BigDecimal("12.50"),
                        Optional.empty(),
                        Status.PAID,
                        Instant.parse("2026-01-01T00:00:00Z"),
                        LocalDate.of(2026, 1, 1),
                        List.of("new"),
                        List.of(new Line(1)),
                        new Line(1),
                        Map.of(),
                        Json.array());
        assertThat(RecordSchema.tree(order).toString())
                .isEqualTo(
                        """
                        {"id":7,"customer_name":"Ada","total":12.50,"gift_wrapped":null,"status":"PAID",\
                        "updated_at":"2026-01-01T00:00:00Z","day":"2026-01-01","tags":["new"],\
                        "lines":[{"number":1}],"first":{"number":1},"more":{},"anything":[]}\
                        """);
    }

    private static Map<String, ColumnType> inferred(String... examples) {
        var trees = new ArrayList<JsonNode>();
        for (String example : examples) {
            trees.add(Json.mapper().readTree(example.replace('\'', '"')));
        }
        var types = new java.util.LinkedHashMap<String, ColumnType>();
        RecordSchema.infer(trees)
                .columns()
                .forEach(column -> types.put(column.name(), column.type()));
        return types;
    }

    @Test
    void examplesTellTheTypesOnWhichTheyAgree() {
        assertThat(
                        inferred(
                                "{'n': 1, 'x': 1, 't': 'a', 'd': '2026-01-01', 'at':"
                                        + " '2026-01-01T00:00:00Z', 'z': null}",
                                "{'n': 2, 'x': 1.5, 't': null, 'd': '2026-01-02', 'at': '2026-01-01"
                                        + " 00:00:00+02:00', 'o': {}}"))
                .containsExactly(
                        Map.entry("n", new ColumnType.Int64()),
                        Map.entry("x", new ColumnType.JsonNumber()),
                        Map.entry("t", new ColumnType.Text()),
                        Map.entry("d", new ColumnType.Date()),
                        Map.entry("at", new ColumnType.TimestampTz()),
                        Map.entry("z", new ColumnType.Text()),
                        Map.entry("o", new ColumnType.Json()));
        assertThat(inferred("{'a': 1, 'b': '2026-01-01'}", "{'a': 'one', 'b': 'soon'}"))
                .containsExactly(
                        Map.entry("a", new ColumnType.Json()),
                        Map.entry("b", new ColumnType.Text()));
    }
}

package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonSchemasTest {

    @Test
    void aPropertyIsReadAsTheProtocolSays() {
        Map<String, ColumnType> expected =
                Map.ofEntries(
                        Map.entry("{'type':'string'}", new ColumnType.Text()),
                        Map.entry("{'type':['null','string']}", new ColumnType.Text()),
                        Map.entry("{'type':['string','string','null']}", new ColumnType.Text()),
                        Map.entry("{'type':'string','format':'email'}", new ColumnType.Text()),
                        Map.entry("{'type':'string','format':'date'}", new ColumnType.Date()),
                        Map.entry(
                                "{'type':'string','format':'date-time'}",
                                new ColumnType.TimestampTz()),
                        Map.entry(
                                "{'type':'string','format':'date-time',"
                                        + "'airbyte_type':'timestamp_without_timezone'}",
                                new ColumnType.Timestamp()),
                        Map.entry("{'type':'string','format':'time'}", new ColumnType.TimeTz()),
                        Map.entry(
                                "{'type':'string','format':'time',"
                                        + "'airbyte_type':'time_without_timezone'}",
                                new ColumnType.Time()),
                        Map.entry(
                                "{'type':'string','airbyte_type':'big_integer'}",
                                new ColumnType.BigDecimalText()),
                        Map.entry(
                                "{'type':'string','contentEncoding':'base64'}",
                                new ColumnType.Binary()),
                        Map.entry("{'type':'integer'}", new ColumnType.Int64()),
                        Map.entry("{'type':'int'}", new ColumnType.Int64()),
                        Map.entry(
                                "{'type':'number','airbyte_type':'integer'}",
                                new ColumnType.Int64()),
                        Map.entry("{'type':['number','null']}", new ColumnType.JsonNumber()),
                        Map.entry("{'type':'boolean'}", new ColumnType.Bool()),
                        Map.entry(
                                "{'type':'array','items':{'type':'string'}}",
                                new ColumnType.Json()),
                        Map.entry("{'type':['null','object']}", new ColumnType.Json()),
                        Map.entry("{'type':['string','integer']}", new ColumnType.Json()),
                        Map.entry("{'type':'null'}", new ColumnType.Json()),
                        Map.entry("{}", new ColumnType.Json()),
                        Map.entry("true", new ColumnType.Json()),
                        Map.entry(
                                "{'oneOf':[{'type':'null'},{'type':'integer'}]}",
                                new ColumnType.Int64()),
                        Map.entry(
                                "{'anyOf':[{'type':'string'},{'type':'integer'}]}",
                                new ColumnType.Json()),
                        Map.entry(
                                "{'$ref':'WellKnownTypes.json#/definitions/Date'}",
                                new ColumnType.Date()));
        expected.forEach((schema, type) ->
                assertThat(JsonSchemas.typeOf(json(schema))).as(schema).isEqualTo(type));
    }

    @Test
    void columnsStandInTheOrderOfTheProperties() {
        var schema =
                JsonSchemas.parse(
                        json(
                                "{'type':['object','string'],'properties':"
                                        + "{'z':{'type':'integer'},'a':{'type':'string'}}}"));
        assertThat(schema)
                .isEqualTo(
                        StreamSchema.of(
                                Column.of("z", new ColumnType.Int64()),
                                Column.of("a", new ColumnType.Text())));
    }

    @Test
    void aSchemaThatIsNotOneOfObjectsHasNoColumns() {
        assertThat(JsonSchemas.parse(json("{'type':'array'}")).size()).isZero();
        assertThat(
                        JsonSchemas.parse(
                                        json(
                                                "{'oneOf':[{'properties':{'a':{}}},"
                                                        + "{'properties':{'b':{}}}]}"))
                                .size())
                .isZero();
        assertThat(
                        JsonSchemas.parse(
                                        json("{'oneOf':[{'properties':{'a':{}}},{'type':'null'}]}"))
                                .names())
                .containsExactly("a");
    }

    @Test
    void typesThatJsonCanTellComeBackFromTheirSchema() {
        for (ColumnType type :
                new ColumnType[] {
                    new ColumnType.Bool(),
                    new ColumnType.Int64(),
                    new ColumnType.JsonNumber(),
                    new ColumnType.Text(),
                    new ColumnType.Json(),
                    new ColumnType.Date(),
                    new ColumnType.Time(),
                    new ColumnType.TimeTz(),
                    new ColumnType.Timestamp(),
                    new ColumnType.TimestampTz(),
                    new ColumnType.Binary()
                }) {
            assertThat(JsonSchemas.typeOf(JsonSchemas.write(type))).isEqualTo(type);
        }
        assertThat(JsonSchemas.write(new ColumnType.ListOf(new ColumnType.Date())).toString())
                .isEqualTo(
                        "{\"type\":[\"null\",\"array\"],\"items\":"
                                + "{\"type\":[\"null\",\"string\"],\"format\":\"date\"}}");
        assertThat(JsonSchemas.write(new ColumnType.Decimal(12, 2)).toString())
                .isEqualTo("{\"type\":[\"null\",\"number\"]}");
    }

    @Test
    void objectsArraysAndWhatMayBeEitherAreToldApart() {
        var schema =
                json(
                        "{'properties':{'o':{'type':['null','object']},'a':{'type':'array',"
                                + "'items':{'type':'string'}},'u':{'type':['string','object']}}}");
        StreamSchema columns = JsonSchemas.parse(schema);
        assertThat(columns)
                .isEqualTo(
                        StreamSchema.of(
                                Column.of("o", new ColumnType.Json(), "object"),
                                Column.of("a", new ColumnType.Json(), "array"),
                                Column.of("u", new ColumnType.Json())));
        JsonNode written = JsonSchemas.write(columns).path("properties");
        assertThat(written.path("o").toString()).isEqualTo("{\"type\":[\"null\",\"object\"]}");
        assertThat(written.path("a").toString()).isEqualTo("{\"type\":[\"null\",\"array\"]}");
        assertThat(written.path("u").path("oneOf").size()).isEqualTo(5);
        assertThat(JsonSchemas.parse(JsonSchemas.write(columns))).isEqualTo(columns);
        var database = StreamSchema.of(Column.of("j", new ColumnType.Jsonb(), "jsonb"));
        assertThat(JsonSchemas.write(database).at("/properties/j/type/1").asString())
                .isEqualTo("object");
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}

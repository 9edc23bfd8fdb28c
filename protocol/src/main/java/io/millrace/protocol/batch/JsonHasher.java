package io.millrace.protocol.batch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Hashes of JSON texts by value: white space and the order of keys don't count, of a key that
 * stands twice the last counts, numbers are equal if their values are. A text that is no JSON is
 * hashed by its bytes.
 */
final class JsonHasher {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonHasher() {}

    static long hash(MemorySegment data, long start, int size) {
        byte[] text = data.asSlice(start, size).toArray(ValueLayout.JAVA_BYTE);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            long hash = value(parser, parser.nextToken());
            return parser.nextToken() == null ? hash : RowHasher.hashBytes(data, start, size);
        } catch (JacksonException | NumberFormatException _) {
            return RowHasher.hashBytes(data, start, size); // no JSON: equal only to itself
        }
    }

    private static long value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                long hash = 3;
                for (JsonToken next = parser.nextToken();
                        next != JsonToken.END_ARRAY;
                        next = parser.nextToken()) {
                    hash = RowHasher.mix(hash, value(parser, next));
                }
                yield hash;
            }
            case VALUE_STRING -> RowHasher.mix(5, text(parser.getString()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> RowHasher.mix(7, number(parser));
            case VALUE_TRUE -> 11;
            case VALUE_FALSE -> 13;
            default -> 17;
        };
    }

    private static long object(JsonParser parser) {
        Map<String, Long> members = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            members.put(name, value(parser, parser.nextToken()));
        }
        long sum = members.size() + 1L;
        for (var member : members.entrySet()) {
            sum += RowHasher.finish(RowHasher.mix(text(member.getKey()), member.getValue()));
        }
        return RowHasher.mix(19, sum);
    }

    private static long number(JsonParser parser) {
        BigDecimal value = parser.getDecimalValue();
        if (value.signum() == 0) {
            return 0;
        }
        BigDecimal stripped = value.stripTrailingZeros();
        return RowHasher.mix(stripped.unscaledValue().hashCode(), stripped.scale());
    }

    private static long text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return RowHasher.hashBytes(MemorySegment.ofArray(bytes), 0, bytes.length);
    }
}

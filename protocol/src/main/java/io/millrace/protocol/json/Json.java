package io.millrace.protocol.json;

import java.util.Iterator;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The one mapper of the protocol, and comparison by value. Safe for all threads. */
public final class Json {
    /** How deep objects and arrays may nest; deeper input is refused. */
    public static final int MAXIMUM_DEPTH = 1000;

    /** Digits of a single number; far beyond what any destination holds, yet cheap to parse. */
    private static final int MAXIMUM_NUMBER_LENGTH = 100_000;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAXIMUM_DEPTH)
                                                    .maxNumberLength(MAXIMUM_NUMBER_LENGTH)
                                                    .maxStringLength(Integer.MAX_VALUE)
                                                    .maxNameLength(Integer.MAX_VALUE)
                                                    .build())
                                    .streamWriteConstraints(
                                            StreamWriteConstraints.builder()
                                                    .maxNestingDepth(MAXIMUM_DEPTH + 16)
                                                    .build())
                                    .build())
                    .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                    // A number never passes through an IEEE double (reference: protocol 1.1.8).
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    // Of a key that stands twice the last counts (reference: protocol 4.9).
                    .disable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Json() {}

    /**
     * Reads trees with exact numbers, refuses what follows the first value, and writes numbers with
     * every digit.
     */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /**
     * The one value in these bytes.
     *
     * @throws JacksonException where they are no JSON, or beyond a limit; its message may quote
     *     them
     */
    public static JsonNode parse(byte[] bytes, int from, int count) {
        try {
            return MAPPER.readTree(bytes, from, count);
        } catch (NumberFormatException beyond) {
            // Comes as it is from 1e9999999999: BigDecimal's exponents have 32 bits.
            throw new StreamReadException(null, "a number is too large or too small", beyond);
        }
    }

    public static JsonNode parse(byte[] bytes) {
        return parse(bytes, 0, bytes.length);
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /**
     * Whether both are the same JSON value: the order of keys doesn't count, and numbers are equal
     * if their values are, {@code 10.0} and {@code 10} for example.
     */
    public static boolean equalByValue(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        if (one.isObject() && other.isObject()) {
            if (one.size() != other.size()) {
                return false;
            }
            for (Map.Entry<String, JsonNode> property : one.properties()) {
                JsonNode counterpart = other.get(property.getKey());
                if (counterpart == null || !equalByValue(property.getValue(), counterpart)) {
                    return false;
                }
            }
            return true;
        }
        if (one.isArray() && other.isArray()) {
            if (one.size() != other.size()) {
                return false;
            }
            Iterator<JsonNode> counterparts = other.iterator();
            for (JsonNode element : one) {
                if (!equalByValue(element, counterparts.next())) {
                    return false;
                }
            }
            return true;
        }
        return one.equals(other);
    }
}

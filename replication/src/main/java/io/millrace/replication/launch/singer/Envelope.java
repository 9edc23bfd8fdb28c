package io.millrace.replication.launch.singer;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Where the parts of a line's object stand, without looking into the record: its bytes are passed
 * on as they are. One thread.
 */
final class Envelope {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    // Python writes them; what reads the record decides.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Integer.MAX_VALUE)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private final String body;

    String type = "";
    @Nullable String stream;
    @Nullable String namespace;
    @Nullable String timeExtracted;
    long emittedAt;
    int bodyStart;
    int bodyEnd;

    /**
     * @param body the property whose bytes are wanted: {@code record} or {@code data}
     */
    Envelope(String body) {
        this.body = body;
    }

    /**
     * Looks through the one object in these bytes; one level of objects is looked into as well.
     *
     * @return false where they are no JSON object
     */
    boolean scan(byte[] bytes, int from, int count) {
        type = "";
        stream = null;
        namespace = null;
        timeExtracted = null;
        emittedAt = Long.MIN_VALUE;
        bodyStart = -1;
        bodyEnd = -1;
        try (JsonParser parser =
                FACTORY.createParser(ObjectReadContext.empty(), bytes, from, count)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            object(parser, from, 0);
            return parser.nextToken() == null;
        } catch (JacksonException _) {
            return false;
        }
    }

    private void object(JsonParser parser, int from, int depth) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals(body) && token == JsonToken.START_OBJECT) {
                bodyStart = from + (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                bodyEnd = from + (int) parser.currentLocation().getByteOffset();
            } else if (token == JsonToken.VALUE_STRING) {
                text(name, parser, depth);
            } else if (token == JsonToken.VALUE_NUMBER_INT && name.equals("emitted_at")) {
                emittedAt = parser.getLongValue();
            } else if (token == JsonToken.START_OBJECT && depth == 0 && name.equals("record")) {
                object(parser, from, 1);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void text(String name, JsonParser parser, int depth) {
        switch (name) {
            case "type" -> {
                if (depth == 0) {
                    type = parser.getString();
                }
            }
            case "stream" -> stream = parser.getString();
            case "namespace" -> namespace = parser.getString();
            case "time_extracted" -> timeExtracted = parser.getString();
            default -> {
                // Not needed for the other side's envelope.
            }
        }
    }
}

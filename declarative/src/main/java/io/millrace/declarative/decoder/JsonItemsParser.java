package io.millrace.declarative.decoder;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The items of the array at a dotted path, in memory one at a time. Items of arrays on the way
 * count as a key {@code item}, as the reference's parser has it.
 */
record JsonItemsParser(String path, Charset encoding) implements BodyParser {
    private static final String ITEM = "item";

    static JsonItemsParser compile(Definition definition) {
        String path = definition.text("items_path");
        if (path.isEmpty()) {
            throw definition.malformed("items_path", "a path with dots between its keys");
        }
        return new JsonItemsParser(path, Encodings.of(definition, "encoding"));
    }

    @Override
    public void parse(InputStream body, RecordSink sink) throws IOException, InterruptedException {
        try (JsonParser parser = open(body)) {
            read(parser, sink);
        } catch (JacksonException error) {
            throw new IOException("not a JSON text: " + error.getOriginalMessage(), error);
        } catch (PythonError error) {
            throw new IOException(error.getMessage(), error);
        }
    }

    private JsonParser open(InputStream body) {
        if (encoding.equals(StandardCharsets.UTF_8)) {
            return Json.parser(body);
        }
        Reader reader =
                new InputStreamReader(
                        body,
                        encoding.newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT));
        return Json.parser(reader);
    }

    private void read(JsonParser parser, RecordSink sink) throws InterruptedException {
        String wanted = path + "." + ITEM;
        List<String> above = new ArrayList<>(); // the place of each open container
        String place = "";
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            switch (token) {
                case PROPERTY_NAME -> place = join(above.getLast(), parser.currentName());
                case END_OBJECT, END_ARRAY -> {
                    above.removeLast();
                    place = inArray(parser, above);
                }
                default -> {
                    if (place.equals(wanted)) {
                        sink.accept(SourceRecord.ofValue(Json.read(parser)));
                    } else if (token == JsonToken.START_OBJECT) {
                        above.add(place);
                    } else if (token == JsonToken.START_ARRAY) {
                        above.add(place);
                        place = join(place, ITEM);
                    }
                }
            }
        }
    }

    /** Where the next item stands, once a container was closed within an array. */
    private static String inArray(JsonParser parser, List<String> above) {
        boolean array = !above.isEmpty() && parser.streamReadContext().inArray();
        return array ? join(above.getLast(), ITEM) : "";
    }

    private static String join(String place, String key) {
        return place.isEmpty() ? key : place + "." + key;
    }

    @Override
    public boolean isBounded() {
        return true;
    }
}

package io.millrace.declarative.decoder;

import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;
import java.io.IOException;
import java.io.InputStream;

/** Makes elements of a stream of bytes; what the composite decoders are composed of. */
sealed interface BodyParser
        permits CsvParser, JsonLinesParser, JsonItemsParser, WholeJsonParser, GzipParser {

    /** Reads {@code body} to its end. It is closed by the caller. */
    void parse(InputStream body, RecordSink sink) throws IOException, InterruptedException;

    /** Whether the memory that it needs doesn't grow with the body. */
    boolean isBounded();

    static BodyParser compile(Definition definition, Compilation compilation) {
        return switch (definition.type()) {
            case "CsvDecoder" -> CsvParser.compile(definition);
            case "JsonlDecoder" -> new JsonLinesParser(compilation.log());
            case "JsonItemsDecoder" -> JsonItemsParser.compile(definition);
            case "JsonDecoder" -> new WholeJsonParser();
            case "GzipDecoder" -> new GzipParser(compile(definition.child("decoder"), compilation));
            default ->
                    throw definition.unknownType(
                            "here can be a CsvDecoder, GzipDecoder, JsonDecoder, JsonItemsDecoder"
                                    + " or JsonlDecoder");
        };
    }
}

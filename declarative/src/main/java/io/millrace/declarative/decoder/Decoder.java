package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes elements of a body (reference: 9). Immutable; safe for all threads. */
public sealed interface Decoder
        permits JsonDecoder, XmlDecoder, LinesDecoder, BodyDecoder, ZipDecoder {

    /**
     * Gives the elements of {@code answer} to {@code sink}, in order, as they are decoded. Fails
     * with a {@link io.millrace.protocol.failure.SystemFailure} where the body isn't what it should
     * be, unless this kind of decoder passes over that with a warning.
     */
    void decode(Answer answer, RecordSink sink) throws InterruptedException;

    /**
     * What templates of pagination see as {@code response}: the first element; an empty object
     * without one, and of a streamed answer.
     */
    @Nullable Object first(Answer answer) throws InterruptedException;

    /** Whether the body is best read while it arrives, since it may be larger than the memory. */
    boolean streams();

    /** The decoder of a component that names none: JSON. */
    static Decoder json(Compilation compilation) {
        return new JsonDecoder(compilation.log());
    }

    /** The decoder in {@code field} of {@code owner}; JSON where there is none. */
    static Decoder compile(Definition owner, String field, Compilation compilation) {
        Optional<Definition> definition = owner.find(field);
        return definition.isPresent() ? compile(definition.get(), compilation) : json(compilation);
    }

    static Decoder compile(Definition definition, Compilation compilation) {
        return switch (definition.type()) {
            case "JsonDecoder" -> json(compilation);
            case "XmlDecoder" -> new XmlDecoder(compilation.log());
            case "IterableDecoder" -> new LinesDecoder();
            case "ZipfileDecoder" ->
                    new ZipDecoder(BodyParser.compile(definition.child("decoder"), compilation));
            case "CsvDecoder", "JsonlDecoder", "JsonItemsDecoder", "GzipDecoder" -> {
                BodyParser parser = BodyParser.compile(definition, compilation);
                yield new BodyDecoder(parser, parser.isBounded());
            }
            case "CustomDecoder" -> throw CustomComponents.refused(definition);
            default -> throw definition.unknownType("a decoder");
        };
    }

    /** An empty object, that the caller may change. */
    static Object nothing() {
        return new LinkedHashMap<String, Object>();
    }
}

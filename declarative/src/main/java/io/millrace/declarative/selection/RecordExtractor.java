package io.millrace.declarative.selection;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;

/** Finds the records of an answer (reference: 6.2). Immutable; safe for all threads. */
public sealed interface RecordExtractor
        permits DpathExtractor, CombinedExtractor, ResponseToFileExtractor {

    /** Gives the records to {@code sink}, in order, and returns how many it were. */
    long extract(Answer answer, RecordSink sink) throws InterruptedException;

    /** An extractor whose records have no lists that are to be completed. */
    static RecordExtractor compile(
            Definition definition, Decoder decoder, Compilation compilation) {
        return compile(definition, decoder, compilation, CompleteLists.NONE);
    }

    static RecordExtractor compile(
            Definition definition, Decoder decoder, Compilation compilation, CompleteLists lists) {
        return switch (definition.type()) {
            case "DpathExtractor" ->
                    DpathExtractor.compile(definition, decoder, compilation, lists);
            case CombinedExtractor.TYPE ->
                    CombinedExtractor.compile(definition, decoder, compilation, lists);
            case "ResponseToFileExtractor" -> ResponseToFileExtractor.compile(definition);
            case "CustomRecordExtractor" -> throw CustomComponents.refused(definition);
            default -> throw definition.unknownType("a record extractor");
        };
    }
}

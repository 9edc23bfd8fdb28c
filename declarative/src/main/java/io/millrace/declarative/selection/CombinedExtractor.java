package io.millrace.declarative.selection;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.List;

/**
 * What several extractors find in an answer: all of it, in their order, or what the first finds
 * that finds anything.
 *
 * @param first whether the others are left out then
 * @param skipsEmpty whether records that are nothing, empty or zero are dropped; they count as
 *     found, since the API gave them as a part of the page
 */
record CombinedExtractor(
        List<RecordExtractor> extractors,
        boolean first,
        boolean skipsEmpty,
        Definition definition,
        Compilation compilation)
        implements RecordExtractor {
    static final String TYPE = "CombinedExtractor";

    static CombinedExtractor compile(
            Definition definition, Decoder decoder, Compilation compilation, CompleteLists lists) {
        if (decoder.streams()) {
            throw new ConfigurationFailure(
                    ("The manifest is not valid: %s is a CombinedExtractor, which reads an answer"
                                    + " several times, and its decoder can read it once only.")
                            .formatted(definition.path()));
        }
        List<RecordExtractor> extractors =
                definition.children("extractors").stream()
                        .map(each -> RecordExtractor.compile(each, decoder, compilation, lists))
                        .toList();
        if (extractors.isEmpty()) {
            throw definition.malformed("extractors", "a list of at least one extractor");
        }
        return new CombinedExtractor(
                extractors,
                isFirstMatch(definition),
                definition.flag("skip_empty_records", false),
                definition,
                compilation);
    }

    private static boolean isFirstMatch(Definition definition) {
        return switch (definition.findText("mode").orElse("union")) {
            case "union" -> false;
            case "first_match" -> true;
            default -> throw definition.malformed("mode", "union or first_match");
        };
    }

    /** Whether an extractor counts the records of several lists as those of one page. */
    static boolean adds(Definition extractor) {
        return extractor.type().equals(TYPE)
                && (!isFirstMatch(extractor)
                        || extractor.children("extractors").stream()
                                .anyMatch(CombinedExtractor::adds));
    }

    @Override
    public long extract(Answer answer, RecordSink sink) throws InterruptedException {
        long found = 0;
        for (RecordExtractor extractor : extractors) {
            var kept = new Kept(sink);
            long here = extractor.extract(answer, kept);
            if (kept.dropped > 0) {
                compilation.log().log(
                        LogLevel.WARN,
                        ("%s dropped %d empty records, which skip_empty_records asks for;"
                                        + " the API may tell of an error beside them.")
                                .formatted(definition.path(), kept.dropped));
            }
            if (!first) {
                found += here;
            } else if (kept.any) {
                return here;
            }
        }
        return found;
    }

    /** The records of one extractor. */
    private final class Kept implements RecordSink {
        private final RecordSink sink;
        private boolean any;
        private long dropped;

        Kept(RecordSink sink) {
            this.sink = sink;
        }

        @Override
        public void accept(SourceRecord record) throws InterruptedException {
            if (skipsEmpty && !record.isFilledObject() && !Python.isTrue(record.value())) {
                dropped++;
                return;
            }
            any = true;
            sink.accept(record);
        }
    }
}

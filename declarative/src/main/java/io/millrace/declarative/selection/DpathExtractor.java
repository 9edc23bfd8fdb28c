package io.millrace.declarative.selection;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.decoder.JsonDecoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.json.JsonPages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records are what stands at a path of each element: the items of a list, or one object. Where the
 * path has no patterns and the answer is JSON, the records are ranges of its bytes.
 */
record DpathExtractor(
        List<InterpolatedString> path,
        Context context,
        Decoder decoder,
        Optional<RecordExpander> expander)
        implements RecordExtractor {

    static DpathExtractor compile(
            Definition definition, Decoder decoder, Compilation compilation, CompleteLists lists) {
        return new DpathExtractor(
                compilation.strings(definition, "field_path"),
                compilation.context(),
                decoder,
                definition
                        .find("record_expander")
                        .map(expander -> RecordExpander.compile(expander, compilation, lists)));
    }

    /** Counts what leaves the extractor, behind the expander. */
    private static final class Counted implements RecordSink {
        private final RecordSink sink;
        private long count;

        Counted(RecordSink sink) {
            this.sink = sink;
        }

        @Override
        public void accept(SourceRecord element) throws InterruptedException {
            count++;
            sink.accept(element);
        }
    }

    @Override
    public long extract(Answer answer, RecordSink sink) throws InterruptedException {
        List<@Nullable Object> segments = new ArrayList<>(path.size());
        for (InterpolatedString segment : path) {
            segments.add(segment.evaluate(context));
        }
        var counted = new Counted(sink);
        RecordSink expanded =
                expander.<RecordSink>map(each -> record -> each.expand(record, counted))
                        .orElse(counted);
        if (decoder instanceof JsonDecoder json
                && segments.stream().allMatch(Paths::isLiteral)
                && extractRanges(json, answer, segments, expanded)) {
            return counted.count;
        }
        decoder.decode(answer, element -> extractTree(element, segments, expanded));
        return counted.count;
    }

    /** False where the page needs a tree; nothing was given then. */
    private static boolean extractRanges(
            JsonDecoder json, Answer answer, List<?> segments, RecordSink sink)
            throws InterruptedException {
        var pages = new JsonPages();
        List<String> keys = segments.stream().map(String.class::cast).toList();
        byte[] page = answer.bytes();
        return switch (json.find(answer, keys, pages)) {
            case ITEMS -> {
                for (int i = 0; i < pages.count(); i++) {
                    SourceRecord item = SourceRecord.ofBytes(page, pages.from(i), pages.to(i));
                    if (keys.isEmpty()) {
                        // Each item is an element of its own here, of which lists are taken apart.
                        give(item, sink);
                    } else {
                        sink.accept(item);
                    }
                }
                yield true;
            }
            case OBJECT, SCALAR -> {
                give(SourceRecord.ofBytes(page, pages.from(0), pages.to(0)), sink);
                yield true;
            }
            case NOTHING -> true;
            case IRREGULAR -> false;
        };
    }

    private static void extractTree(SourceRecord element, List<?> segments, RecordSink sink)
            throws InterruptedException {
        if (segments.isEmpty()) {
            give(element, sink);
        } else if (segments.contains("*")) {
            for (Object each : Paths.values(element.value(), segments)) {
                sink.accept(SourceRecord.ofValue(each));
            }
        } else {
            Object found = Paths.get(element.value(), segments);
            if (!Python.isMissing(found)) {
                give(SourceRecord.ofValue(found), sink);
            }
        }
    }

    /** The items of a list, else the value itself unless it is nothing. */
    private static void give(SourceRecord found, RecordSink sink) throws InterruptedException {
        if (found.isFilledObject()) {
            sink.accept(found);
        } else if (found.value() instanceof List<?> items) {
            for (Object item : items) {
                sink.accept(SourceRecord.ofValue(item));
            }
        } else if (Python.isTrue(found.value())) {
            sink.accept(found);
        }
    }
}

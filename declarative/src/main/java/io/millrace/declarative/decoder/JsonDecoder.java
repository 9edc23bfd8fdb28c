package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.json.JsonPages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON. The items of an array are the elements; any other value is the one element. Null, an empty
 * array and other text count as an empty object, text with a warning.
 */
public record JsonDecoder(EngineLog log) implements Decoder {

    @Override
    public void decode(Answer answer, RecordSink sink) throws InterruptedException {
        JsonBody body = JsonBody.of(answer.bytes());
        var counting = new Counting(sink);
        boolean decoded = body.giveElements(counting);
        if (counting.count == 0) {
            if (!decoded) {
                judge(answer, body);
            }
            sink.accept(SourceRecord.ofValue(Decoder.nothing()));
        }
    }

    @Override
    public @Nullable Object first(Answer answer) {
        JsonBody body = JsonBody.of(answer.bytes());
        var pages = new JsonPages();
        if (pages.findMembers(body.bytes(), body.from(), body.bytes().length)
                == JsonPages.Found.OBJECT) {
            return LazyJson.of(body.bytes(), pages);
        }
        if (pages.find(body.bytes(), body.from(), body.bytes().length, List.of())
                        == JsonPages.Found.ITEMS
                && pages.count() > 0) {
            return Json.parse(body.bytes(), pages.from(0), pages.to(0));
        }
        Object value = body.tree();
        if (value instanceof List<?> items) {
            return items.isEmpty() ? Decoder.nothing() : items.getFirst();
        }
        return value == null || Python.isMissing(value) ? Decoder.nothing() : value;
    }

    @Override
    public boolean streams() {
        return false;
    }

    /** Finds what stands at {@code path} of an answer by its bytes, see {@link JsonPages#find}. */
    public JsonPages.Found find(Answer answer, List<String> path, JsonPages pages) {
        JsonBody body = JsonBody.of(answer.bytes());
        return pages.find(body.bytes(), body.from(), body.bytes().length, path);
    }

    /**
     * A document that ends too soon, and a web page, are no answers of the API: taken for an empty
     * object, as the reference does, records would be lost in silence (invariant 3). Other text
     * means that there is nothing, with some APIs.
     */
    private void judge(Answer answer, JsonBody body) {
        if (body.bytes().length > body.from() && Python.isMissing(body.tree())) {
            if (!answer.isError() && body.begins("<!doctype", "<html", "<head")) {
                throw new TransientFailure(
                        ("The API answered with a web page instead of JSON (%s). If that stays so,"
                                        + " check the address in the configuration, and whether"
                                        + " something between here and the API answers in its"
                                        + " place.")
                                .formatted(answer));
            }
            if (!answer.isError() && body.isBrokenOff()) {
                throw new TransientFailure(
                        "An answer ends before its JSON does (%s). The sync can be run again."
                                .formatted(answer));
            }
            log.log(
                    LogLevel.WARN,
                    "An answer is no JSON, and counts as an empty object: " + answer);
        }
    }

    private static final class Counting implements RecordSink {
        private final RecordSink sink;
        private long count;

        Counting(RecordSink sink) {
            this.sink = sink;
        }

        @Override
        public void accept(SourceRecord element) throws InterruptedException {
            count++;
            sink.accept(element);
        }
    }
}

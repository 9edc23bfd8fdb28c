package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Each line of text is an object with the one field {@code record}. */
record LinesDecoder() implements Decoder {

    @Override
    public void decode(Answer answer, RecordSink sink) throws InterruptedException {
        try (InputStream body = answer.stream()) {
            var lines = new LineReader(body, true);
            while (lines.next()) {
                Map<String, Object> element = new LinkedHashMap<>();
                element.put("record", lines.text());
                sink.accept(SourceRecord.ofValue(element));
            }
        } catch (IOException error) {
            throw BodyDecoder.unreadable(answer, error);
        }
    }

    @Override
    public @Nullable Object first(Answer answer) {
        return Decoder.nothing();
    }

    @Override
    public boolean streams() {
        return true;
    }
}

package io.millrace.declarative.decoder;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.json.JsonPages;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JSON value on each line. Lines that hold none, blank ones too, are left out with a warning. */
record JsonLinesParser(EngineLog log) implements BodyParser {

    @Override
    public void parse(InputStream body, RecordSink sink) throws IOException, InterruptedException {
        var lines = new LineReader(body, false);
        var pages = new JsonPages();
        while (lines.next()) {
            byte[] bytes = lines.bytes();
            int from = lines.from();
            int to = lines.to();
            switch (pages.find(bytes, from, to, List.of())) {
                case OBJECT, SCALAR ->
                        sink.accept(SourceRecord.ofBytes(bytes, pages.from(0), pages.to(0)));
                case ITEMS, NOTHING, IRREGULAR -> {
                    Object value = parse(lines.text(), lines.number());
                    if (!Python.isMissing(value)) {
                        sink.accept(SourceRecord.ofValue(value));
                    }
                }
            }
        }
    }

    private @Nullable Object parse(String text, long number) {
        try {
            return Json.parse(text);
        } catch (PythonError _) {
            log.log(
                    LogLevel.WARN,
                    "Line %d of an answer is no JSON, and is left out.".formatted(number));
            return Python.MISSING;
        }
    }

    @Override
    public boolean isBounded() {
        return true;
    }
}

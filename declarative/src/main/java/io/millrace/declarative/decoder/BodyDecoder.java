package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** CSV, lines or items of JSON, gzip: a parser over the body, while it arrives if that helps. */
record BodyDecoder(BodyParser parser, boolean streams) implements Decoder {

    @Override
    public void decode(Answer answer, RecordSink sink) throws InterruptedException {
        try (InputStream body = answer.stream()) {
            parser.parse(body, sink);
        } catch (IOException error) {
            throw unreadable(answer, error);
        }
    }

    @Override
    public @Nullable Object first(Answer answer) throws InterruptedException {
        if (answer.isStreamed()) {
            return Decoder.nothing();
        }
        try (InputStream body = answer.stream()) {
            parser.parse(
                    body,
                    element -> {
                        throw new FirstElement(element);
                    });
        } catch (FirstElement found) {
            return found.element.value();
        } catch (IOException error) {
            throw unreadable(answer, error);
        }
        return Decoder.nothing();
    }

    static SystemFailure unreadable(Answer answer, IOException error) {
        return new SystemFailure(
                "An answer could not be decoded: %s. Does the decoder of the stream fit the API?"
                        .formatted(error.getMessage()),
                answer.toString(),
                error);
    }

    /** Ends the parsing once its first element is there. */
    private static final class FirstElement extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient SourceRecord element;

        FirstElement(SourceRecord element) {
            super(null, null, false, false);
            this.element = element;
        }
    }
}

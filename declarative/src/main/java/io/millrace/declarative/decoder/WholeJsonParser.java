package io.millrace.declarative.decoder;

import io.millrace.declarative.record.RecordSink;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.InputStream;

/**
 * A whole document of JSON inside gzip or zip. Unlike {@link JsonDecoder} it doesn't take rubbish
 * for an empty object.
 */
record WholeJsonParser() implements BodyParser {
    /** What a small archive may unpack to; beyond, a decoder that streams is needed. */
    private static final int MOST_BYTES = 256 << 20;

    @Override
    public void parse(InputStream body, RecordSink sink) throws IOException, InterruptedException {
        byte[] bytes = body.readNBytes(MOST_BYTES);
        if (bytes.length == MOST_BYTES && body.read() >= 0) {
            throw new SystemFailure(
                    "A packed answer is larger than %d MiB when unpacked. Use a JsonItemsDecoder or a"
                                    .formatted(MOST_BYTES >> 20)
                            + " JsonlDecoder, which need not hold it in memory.");
        }
        if (!JsonBody.of(bytes).giveElements(sink)) {
            throw new SystemFailure("Response JSON data failed to be parsed.");
        }
    }

    @Override
    public boolean isBounded() {
        return false;
    }
}

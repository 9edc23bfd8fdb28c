package io.millrace.declarative.decoder;

import io.millrace.declarative.record.RecordSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;

/** Unpacks what begins as gzip does, and passes anything else on as it is. */
record GzipParser(BodyParser inner) implements BodyParser {
    private static final int BUFFER_BYTES = 64 << 10;

    @Override
    public void parse(InputStream body, RecordSink sink) throws IOException, InterruptedException {
        var ahead = new PushbackInputStream(body, 2);
        byte[] magic = ahead.readNBytes(2);
        ahead.unread(magic);
        if (magic.length == 2 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B) {
            inner.parse(new GZIPInputStream(ahead, BUFFER_BYTES), sink);
        } else {
            inner.parse(ahead, sink);
        }
    }

    @Override
    public boolean isBounded() {
        return inner.isBounded();
    }
}

package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FileProgress.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * What is to be read of a file.
 *
 * @param fingerprint of the file as it is now
 * @param from where to go on; empty for the beginning
 * @param textEnd where to end, in decompressed UTF-8 bytes; {@link Long#MAX_VALUE} for the end that
 *     the file has now
 */
record Part(InputFile file, Fingerprint fingerprint, Optional<FileProgress> from, long textEnd) {

    static Part whole(InputFile file, Fingerprint fingerprint) {
        return new Part(file, fingerprint, Optional.empty(), Long.MAX_VALUE);
    }

    /** The text from {@code offset} on, as far as it is to be read; the caller closes it. */
    InputStream open(Optional<String> encoding, long offset) throws IOException {
        InputStream text = file.open(encoding, offset, fingerprint.size());
        return textEnd == Long.MAX_VALUE ? text : new BoundedStream(text, textEnd - offset);
    }

    FileProgress at(long offset, long line, boolean complete) {
        return new FileProgress(fingerprint, offset, line, complete);
    }
}

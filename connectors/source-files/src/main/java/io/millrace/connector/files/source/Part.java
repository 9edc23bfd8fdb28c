package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FileProgress.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;

/**
 * What is to be read of a file.
 *
 * @param fingerprint of the file as it is now
 * @param from where to go on; empty for the beginning
 * @param textEnd where to end, in decompressed UTF-8 bytes; {@link Long#MAX_VALUE} for the end that
 *     the file has now
 * @param unended what becomes of a last row without a line break; see {@link #lastRow}
 */
record Part(
        InputFile file,
        Fingerprint fingerprint,
        Optional<FileProgress> from,
        long textEnd,
        LastRow unended) {

    static Part whole(InputFile file, Fingerprint fingerprint, LastRow unended) {
        return new Part(file, fingerprint, Optional.empty(), Long.MAX_VALUE, unended);
    }

    /** The text from {@code offset} on, as far as it is to be read; the caller closes it. */
    InputStream open(Optional<String> encoding, long offset) throws IOException {
        InputStream text = file.open(encoding, offset, fingerprint.size(), unended != LastRow.TAKE);
        return textEnd == Long.MAX_VALUE ? text : new BoundedStream(text, textEnd - offset);
    }

    /**
     * What becomes of a last row without a line break, asked for where there is one: a file that
     * has grown since it was looked at is being written.
     */
    LastRow lastRow() {
        if (unended != LastRow.IF_WHOLE) {
            return unended;
        }
        try {
            return Files.size(file.path()) > fingerprint.size() ? LastRow.LEAVE : unended;
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    /** A place between rows in the midst of the file. */
    FileProgress at(long offset, long line) {
        return new FileProgress(fingerprint, offset, line, false, new Ending.Closed());
    }

    /** The place up to which the file was read, where that is all. */
    FileProgress end(long offset, long line, Ending ending) {
        return new FileProgress(fingerprint, offset, line, true, ending);
    }
}

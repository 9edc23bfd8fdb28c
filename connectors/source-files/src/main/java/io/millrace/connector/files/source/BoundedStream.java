package io.millrace.connector.files.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The first bytes of a stream, as many as the file had when it was looked at: what a writer appends
 * meanwhile may end in the middle of a row. A file that has fewer by now is a {@link
 * FileShrankException}.
 */
final class BoundedStream extends FilterInputStream {
    private long left;

    BoundedStream(InputStream source, long left) {
        super(source);
        this.left = left;
    }

    /** A file was cut off while it was read. */
    static final class FileShrankException extends IOException {
        private static final long serialVersionUID = 1;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left <= 0) {
            return -1;
        }
        int count = super.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new FileShrankException();
        }
        left -= count;
        return count;
    }
}

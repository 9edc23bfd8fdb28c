package io.millrace.connector.files.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Gives a text of another encoding in UTF-8. What is no text of that encoding is an {@link
 * UndecodableLineException}. One thread.
 */
final class Transcoder extends InputStream {
    private final InputStream source;
    private final CharsetDecoder decoder;
    private final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    private final ByteBuffer in = ByteBuffer.allocate(1 << 16).flip();
    private final CharBuffer chars = CharBuffer.allocate(1 << 16).flip();
    private final ByteBuffer out = ByteBuffer.allocate(1 << 18).flip();
    private final boolean cut;
    private boolean atEnd;
    private boolean flushed;
    private long line = 1; // behind what was decoded

    /**
     * @param cut whether the text may end in the middle of a character, which is then left out
     */
    Transcoder(InputStream source, Charset charset, boolean cut) {
        this.source = source;
        this.cut = cut;
        this.decoder =
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    @Override
    public int read() throws IOException {
        return fill() ? out.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, out.remaining());
        out.get(target, offset, count);
        return count;
    }

    /** Whether {@link #out} has something. */
    private boolean fill() throws IOException {
        while (!out.hasRemaining()) {
            if (flushed) {
                return false;
            }
            if (!atEnd) {
                in.compact();
                int count = source.read(in.array(), in.position(), in.remaining());
                atEnd = count < 0;
                in.position(in.position() + Math.max(count, 0));
                in.flip();
            }
            chars.compact();
            CoderResult decoded = decoder.decode(in, chars, atEnd && !cut);
            if (atEnd && cut && decoded.isUnderflow()) {
                in.position(in.limit());
                decoded = decoder.decode(in, chars, true);
            }
            if (decoded.isError()) {
                throw new UndecodableLineException(line + lineBreaks());
            }
            boolean last = atEnd && decoded.isUnderflow();
            if (last) {
                decoder.flush(chars);
            }
            chars.flip();
            out.clear();
            CoderResult encoded = encoder.encode(chars, out, last);
            if (encoded.isError()) {
                encoded.throwException();
            }
            out.flip();
            for (int i = out.position(); i < out.limit(); i++) {
                line += out.get(i) == '\n' ? 1 : 0;
            }
            flushed = last && !chars.hasRemaining();
        }
        return true;
    }

    /** Those in what was decoded and not yet given. */
    private long lineBreaks() {
        long count = 0;
        for (int i = 0; i < chars.position(); i++) {
            count += chars.get(i) == '\n' ? 1 : 0;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}

package io.millrace.replication.launch.singer;

import io.millrace.protocol.json.JsonBuffer;
import java.io.IOException;
import java.io.InputStream;

/** A stream of lines in the place of another one. One thread. */
abstract class TranslatedLines extends InputStream {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int KEPT_BYTES = 4 << 20;

    private final InputStream lines;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private JsonBuffer line = new JsonBuffer(8 << 10);
    private JsonBuffer translated = new JsonBuffer(CHUNK_BYTES);
    private int position;
    private boolean ended;

    TranslatedLines(InputStream lines) {
        this.lines = lines;
    }

    /** Appends what stands for a line, which has no line break; each line ends with one. */
    abstract void line(byte[] bytes, int from, int count, JsonBuffer output) throws IOException;

    /**
     * Appends what follows the last line.
     *
     * @param cutOff whether the last line had no line break
     */
    abstract void end(boolean cutOff, JsonBuffer output) throws IOException;

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (position == translated.size()) {
            if (ended) {
                return -1;
            }
            position = 0;
            // A huge row's room isn't held for ever.
            translated = cleared(translated);
            fill();
        }
        int count = Math.min(length, translated.size() - position);
        System.arraycopy(translated.array(), position, target, offset, count);
        position += count;
        return count;
    }

    private static JsonBuffer cleared(JsonBuffer buffer) {
        if (buffer.array().length > KEPT_BYTES) {
            return new JsonBuffer(CHUNK_BYTES);
        }
        buffer.clear();
        return buffer;
    }

    private void fill() throws IOException {
        int count = lines.read(chunk);
        if (count < 0) {
            ended = true;
            boolean cutOff = line.size() > 0;
            if (cutOff) {
                line(line.array(), 0, line.size(), translated);
            }
            end(cutOff, translated);
            return;
        }
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (chunk[i] != '\n') {
                continue;
            }
            if (line.size() == 0) {
                line(chunk, start, i - start, translated);
            } else {
                line.append(chunk, start, i - start);
                line(line.array(), 0, line.size(), translated);
                line = cleared(line);
            }
            start = i + 1;
        }
        line.append(chunk, start, count - start);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}

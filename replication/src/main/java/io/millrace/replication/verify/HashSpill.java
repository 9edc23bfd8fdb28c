package io.millrace.replication.verify;

import io.millrace.protocol.failure.FullDisk;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Hashes of many rows on disk, parted by the hash of the key, so that each part fits into memory.
 * Confined to one thread.
 */
final class HashSpill implements AutoCloseable {
    static final int PARTS = 64;
    private static final int ENTRY = 24;
    private static final int BUFFER = ENTRY * 2048;

    private final Path folder;
    private final List<FileChannel> files = new ArrayList<>(PARTS);
    private final ByteBuffer[] buffers = new ByteBuffer[PARTS];

    /**
     * One row.
     *
     * @param key hash of its key
     * @param row hash of all its columns
     * @param order grows with newer versions of a row, of the same side
     */
    record Entry(long key, long row, long order) {
        Entry at(long newOrder) {
            return new Entry(key, row, newOrder);
        }
    }

    HashSpill() {
        try {
            folder = Files.createTempDirectory("millrace-verify");
            for (int part = 0; part < PARTS; part++) {
                files.add(
                        FileChannel.open(
                                folder.resolve(Integer.toString(part)),
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.DELETE_ON_CLOSE));
                buffers[part] = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
            }
        } catch (IOException e) {
            throw full(e);
        }
    }

    static int part(long key) {
        return (int) (key >>> 58);
    }

    void add(long key, long row, long order) {
        ByteBuffer buffer = buffers[part(key)];
        if (buffer.remaining() < ENTRY) {
            write(part(key));
        }
        buffer.putLong(key).putLong(row).putLong(order);
    }

    private void write(int part) {
        ByteBuffer buffer = buffers[part].flip();
        try {
            while (buffer.hasRemaining()) {
                files.get(part).write(buffer);
            }
        } catch (IOException e) {
            throw full(e);
        }
        buffer.clear();
    }

    /** The entries of a part, in the order in which they were added. */
    List<Entry> read(int part) {
        write(part);
        try {
            FileChannel file = files.get(part);
            List<Entry> entries = new ArrayList<>((int) (file.size() / ENTRY));
            ByteBuffer buffer = buffers[part];
            file.position(0);
            while (true) {
                int count = file.read(buffer);
                if (count < 0) {
                    break;
                }
                buffer.flip();
                while (buffer.remaining() >= ENTRY) {
                    entries.add(new Entry(buffer.getLong(), buffer.getLong(), buffer.getLong()));
                }
                buffer.compact();
            }
            buffer.clear();
            return entries;
        } catch (IOException e) {
            throw full(e);
        }
    }

    private SyncFailure full(IOException cause) {
        String temporary = System.getProperty("java.io.tmpdir");
        Optional<SyncFailure> noRoom =
                FullDisk.of(
                        cause,
                        Path.of(temporary),
                        "or name another folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER");
        return noRoom.isPresent() ? noRoom.get() : unusable(temporary, cause);
    }

    private static SystemFailure unusable(String temporary, IOException cause) {
        return new SystemFailure(
                "The temporary folder %s can't be used for comparing; make room there, or set java.io.tmpdir."
                        .formatted(temporary),
                String.valueOf(cause.getMessage()),
                cause);
    }

    @Override
    public void close() {
        try {
            for (FileChannel file : files) {
                file.close();
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

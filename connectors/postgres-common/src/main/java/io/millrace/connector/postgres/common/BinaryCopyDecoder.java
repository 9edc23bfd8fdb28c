package io.millrace.connector.postgres.common;

import static io.millrace.connector.postgres.common.FieldDecoder.INTS;
import static io.millrace.connector.postgres.common.FieldDecoder.SHORTS;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.StreamSchema;
import java.util.Arrays;

/**
 * Turns one {@code COPY … TO STDOUT (FORMAT binary)} into rows of batches. The format is that of
 * PostgreSQL's documentation of COPY, "Binary Format"; each call takes one CopyData message, which
 * holds one row (the first one after the file's header; the last one the trailer alone). Belongs to
 * one thread.
 */
public final class BinaryCopyDecoder {
    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
    };
    private static final int HEADER = SIGNATURE.length + 8;

    private final StreamSchema schema;
    private final FieldDecoder[] decoders;
    private boolean started;
    private boolean ended;
    private @org.jspecify.annotations.Nullable ColumnBatch batch;

    /**
     * @param schema the columns in the order in which the COPY sends them, each in the form that
     *     {@link PostgresType#select} asks for
     */
    public BinaryCopyDecoder(StreamSchema schema) {
        this.schema = schema;
        this.decoders =
                schema.columns().stream()
                        .map(column -> FieldDecoder.of(column.type()))
                        .toArray(FieldDecoder[]::new);
    }

    /** Starts over, for the next COPY of the same columns. */
    public void reset() {
        started = false;
        ended = false;
    }

    /**
     * Rows go to {@code newBatch} from now on. The one before has all of its own only if {@link
     * #flush} came before.
     */
    public void into(ColumnBatch newBatch) {
        batch = newBatch;
        for (int i = 0; i < decoders.length; i++) {
            decoders[i].into(newBatch.vector(i));
        }
    }

    /** Puts all values into the batch: before anybody looks at it, and when a COPY has ended. */
    public void flush() {
        for (FieldDecoder decoder : decoders) {
            decoder.flush();
        }
    }

    /** Whether the trailer was seen: a COPY that ends without it was cut off. */
    public boolean ended() {
        return ended;
    }

    /** Whether {@code message} holds a row, and not the trailer alone. */
    public boolean holdsRow(byte[] message) {
        int at = started || message.length < HEADER ? 0 : HEADER;
        return message.length >= at + 2 && (short) SHORTS.get(message, at) >= 0;
    }

    /** Takes note of a message whose row is not wanted. */
    public void skip(byte[] message) {
        start(message);
    }

    /**
     * Appends the row of a message to the batch, which has its values after a {@link #flush}; false
     * if the message holds none.
     *
     * @throws SystemFailure if the message isn't a row of the columns
     */
    public boolean decode(byte[] message) {
        int at = start(message);
        if (at == message.length) {
            return false;
        }
        int fields = (short) SHORTS.get(message, at);
        at += 2;
        if (fields == -1) {
            ended = true;
            flush();
            return false;
        }
        if (fields != decoders.length) {
            throw new SystemFailure(
                    "PostgreSQL sent rows with another number of columns than were asked for. Run"
                            + " the sync again.",
                    "%d fields in place of %d".formatted(fields, decoders.length));
        }
        ColumnBatch target = batch;
        if (target == null) {
            throw new IllegalStateException("no batch to decode into");
        }
        for (int i = 0; i < fields; i++) {
            int size = (int) INTS.get(message, at);
            at += 4;
            if (size < 0) {
                decoders[i].appendNull();
            } else {
                if (!decoders[i].append(message, at, size)) {
                    target.changeOpenRow(
                            new FieldChange(
                                    schema.column(i).name(),
                                    decoders[i].change(),
                                    FieldChange.Reason.SOURCE_SERIALIZATION_ERROR));
                }
                at += size;
            }
        }
        if (at != message.length) {
            throw new SystemFailure(
                    "PostgreSQL sent a row in a form that this version doesn't know.",
                    "%d bytes behind a row".formatted(message.length - at));
        }
        target.endRow();
        return true;
    }

    private int start(byte[] message) {
        if (started) {
            return 0;
        }
        if (message.length < HEADER
                || !Arrays.equals(message, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
            throw new SystemFailure("PostgreSQL's COPY doesn't begin as the binary format does.");
        }
        started = true;
        int flags = (int) INTS.get(message, SIGNATURE.length);
        if ((flags & 0xFFFF_0000) != 0) {
            throw new SystemFailure(
                    "PostgreSQL's COPY uses a format that this version doesn't know.",
                    "flags %x".formatted(flags));
        }
        return HEADER + (int) INTS.get(message, SIGNATURE.length + 4);
    }
}

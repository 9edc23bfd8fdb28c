package io.millrace.connector.duckdb.common;

import io.millrace.protocol.batch.BitVector;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.ListVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Writes the structs of the Arrow C Data Interface (arrow.apache.org, "The Arrow C data interface",
 * version 1) that describe our vectors where they lie.
 */
final class ArrowLayout {
    static final int SCHEMA_BYTES = 72;
    static final int SCHEMA_RELEASE = 56;
    static final int ARRAY_BYTES = 80;
    static final int ARRAY_RELEASE = 64;
    static final int ARRAY_PRIVATE = 72;
    static final int STREAM_BYTES = 40;
    static final int STREAM_RELEASE = 24;
    static final int STREAM_PRIVATE = 32;

    private static final long NULLABLE = 2;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private ArrowLayout() {}

    /** An {@code ArrowSchema} of a struct with a field for each column, in {@code arena}. */
    static MemorySegment schema(Arena arena, StreamSchema schema, long release) {
        MemorySegment root = arena.allocate(SCHEMA_BYTES, 8);
        fillSchema(arena, root, "+s", "", Optional.empty(), 0, release);
        MemorySegment children = arena.allocate(8L * Math.max(1, schema.size()), 8);
        for (int i = 0; i < schema.size(); i++) {
            Column column = schema.column(i);
            children.set(
                    LONG, 8L * i, field(arena, column.name(), column.type(), release).address());
        }
        root.set(LONG, 32, schema.size());
        root.set(LONG, 40, children.address());
        return root;
    }

    private static MemorySegment field(Arena arena, String name, ColumnType type, long release) {
        MemorySegment field = arena.allocate(SCHEMA_BYTES, 8);
        fillSchema(arena, field, format(type), name, extension(type), NULLABLE, release);
        if (type instanceof ColumnType.ListOf list) {
            MemorySegment children = arena.allocate(8, 8);
            children.set(LONG, 0, field(arena, "item", list.element(), release).address());
            field.set(LONG, 32, 1);
            field.set(LONG, 40, children.address());
        }
        return field;
    }

    private static void fillSchema(
            Arena arena,
            MemorySegment target,
            String format,
            String name,
            Optional<Extension> extension,
            long flags,
            long release) {
        target.fill((byte) 0);
        target.set(LONG, 0, arena.allocateFrom(format).address());
        target.set(LONG, 8, arena.allocateFrom(name).address());
        extension.ifPresent(known -> target.set(LONG, 16, metadata(arena, known).address()));
        target.set(LONG, 24, flags);
        target.set(LONG, SCHEMA_RELEASE, release);
    }

    private record Extension(String name, String metadata) {}

    private static MemorySegment metadata(Arena arena, Extension extension) {
        String[] pairs = {
            "ARROW:extension:name",
            extension.name(),
            "ARROW:extension:metadata",
            extension.metadata()
        };
        MemorySegment text = arena.allocate(256, 8);
        var intLayout = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
        text.set(intLayout, 0, 2);
        long at = 4;
        for (String part : pairs) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            text.set(intLayout, at, bytes.length);
            MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, at + 4, bytes.length);
            at += 4 + bytes.length;
        }
        return text;
    }

    private static Optional<Extension> extension(ColumnType type) {
        return switch (type) {
            case ColumnType.Uuid _ -> Optional.of(new Extension("arrow.uuid", ""));
            case ColumnType.Json _, ColumnType.Jsonb _ ->
                    Optional.of(new Extension("arrow.json", ""));
            case ColumnType.TimeTz _ ->
                    Optional.of(
                            new Extension(
                                    "arrow.opaque",
                                    "{\"type_name\":\"time_tz\",\"vendor_name\":\"DuckDB\"}"));
            default -> Optional.empty();
        };
    }

    private static String format(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool _ -> "b";
            case ColumnType.Int16 _ -> "s";
            case ColumnType.Int32 _ -> "i";
            case ColumnType.Int64 _ -> "l";
            case ColumnType.Float32 _ -> "f";
            case ColumnType.Float64 _ -> "g";
            case ColumnType.Decimal decimal -> "d:" + decimal.precision() + "," + decimal.scale();
            case ColumnType.BigDecimalText _,
                    ColumnType.JsonNumber _,
                    ColumnType.Text _,
                    ColumnType.Json _,
                    ColumnType.Jsonb _ ->
                    "u";
            case ColumnType.Date _ -> "tdD";
            case ColumnType.Time _ -> "ttu";
            case ColumnType.TimeTz _ -> "w:8";
            case ColumnType.Timestamp _ -> "tsu:";
            case ColumnType.TimestampTz _ -> "tsu:UTC";
            case ColumnType.Binary _ -> "z";
            case ColumnType.Uuid _ -> "w:16";
            case ColumnType.ListOf _ -> "+l";
        };
    }

    /**
     * An {@code ArrowArray} of a struct over the vectors of {@code batch}, in {@code arena}. Only
     * the root has {@code owner} as private data and is to be released by {@code release}; the
     * children share {@code childRelease}, which frees nothing.
     */
    static MemorySegment array(
            Arena arena, ColumnBatch batch, long owner, long release, long childRelease) {
        MemorySegment root = arena.allocate(ARRAY_BYTES, 8);
        int columns = batch.schema().size();
        MemorySegment children = arena.allocate(8L * Math.max(1, columns), 8);
        for (int i = 0; i < columns; i++) {
            children.set(LONG, 8L * i, vector(arena, batch.vector(i), childRelease).address());
        }
        root.set(LONG, 0, batch.rows());
        root.set(LONG, 24, 1);
        root.set(LONG, 32, columns);
        root.set(LONG, 40, arena.allocate(8, 8).address());
        root.set(LONG, 48, children.address());
        root.set(LONG, ARRAY_RELEASE, release);
        root.set(LONG, ARRAY_PRIVATE, owner);
        return root;
    }

    private static MemorySegment vector(Arena arena, Vector vector, long release) {
        MemorySegment array = arena.allocate(ARRAY_BYTES, 8);
        array.set(LONG, 0, vector.length());
        array.set(LONG, 8, vector.nullCount());
        array.set(LONG, ARRAY_RELEASE, release);
        long validity = vector.validity().map(MemorySegment::address).orElse(0L);
        switch (vector) {
            case BitVector bits -> buffers(arena, array, List.of(validity, address(bits.data())));
            case FixedVector fixed ->
                    buffers(arena, array, List.of(validity, address(fixed.data())));
            case VariableVector variable ->
                    buffers(
                            arena,
                            array,
                            List.of(
                                    validity,
                                    address(variable.offsets()),
                                    address(variable.data())));
            case ListVector list -> {
                buffers(arena, array, List.of(validity, address(list.offsets())));
                MemorySegment children = arena.allocate(8, 8);
                children.set(LONG, 0, vector(arena, list.elements(), release).address());
                array.set(LONG, 32, 1);
                array.set(LONG, 48, children.address());
            }
        }
        return array;
    }

    private static long address(MemorySegment segment) {
        return segment.address();
    }

    private static void buffers(Arena arena, MemorySegment array, List<Long> addresses) {
        MemorySegment buffers = arena.allocate(8L * addresses.size(), 8);
        for (int i = 0; i < addresses.size(); i++) {
            buffers.set(LONG, 8L * i, addresses.get(i));
        }
        array.set(LONG, 24, addresses.size());
        array.set(LONG, 40, buffers.address());
    }
}

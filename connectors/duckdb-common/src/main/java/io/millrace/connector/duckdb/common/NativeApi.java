package io.millrace.connector.duckdb.common;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The functions of DuckDB's C interface that are used here. Pointers and integers alike are passed
 * as 64-bit integers: every platform that DuckDB's library exists for passes both in the same way,
 * and so five shapes of call, which are slow to make, serve all functions. Results narrower than 64
 * bits are cut after the call.
 */
final class NativeApi {
    /** {@code duckdb_result}: three counters and flags, and three pointers. */
    static final MemoryLayout RESULT = MemoryLayout.sequenceLayout(6, ValueLayout.JAVA_LONG);

    private static final MemoryLayout RESULT_BY_VALUE =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG);

    // duckdb_type, in the order of the header
    static final int TYPE_BOOLEAN = 1;
    static final int TYPE_TINYINT = 2;
    static final int TYPE_SMALLINT = 3;
    static final int TYPE_INTEGER = 4;
    static final int TYPE_BIGINT = 5;
    static final int TYPE_DOUBLE = 11;
    static final int TYPE_VARCHAR = 17;

    final One close;
    final One disconnect;
    final One interrupt;
    final One destroyResult;
    final One resultError;
    final One columnCount;
    final One destroyDataChunk;
    final One chunkSize;
    final One vectorData;
    final One vectorValidity;
    final One listChild;
    final One listSize;
    final One prepareError;
    final One destroyPrepare;
    final Two connect;
    final Two executeStreaming;
    final Two columnType;
    final Two chunkVector;
    final Three query;
    final Three prepare;
    final Three arrowScan;
    final Four open;
    private final MethodHandle fetchChunk;

    NativeApi(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        var binder = new Binder(linker, library);
        close = binder.one("duckdb_close");
        disconnect = binder.one("duckdb_disconnect");
        interrupt = binder.one("duckdb_interrupt");
        destroyResult = binder.one("duckdb_destroy_result");
        resultError = binder.one("duckdb_result_error");
        columnCount = binder.one("duckdb_column_count");
        destroyDataChunk = binder.one("duckdb_destroy_data_chunk");
        chunkSize = binder.one("duckdb_data_chunk_get_size");
        vectorData = binder.one("duckdb_vector_get_data");
        vectorValidity = binder.one("duckdb_vector_get_validity");
        listChild = binder.one("duckdb_list_vector_get_child");
        listSize = binder.one("duckdb_list_vector_get_size");
        prepareError = binder.one("duckdb_prepare_error");
        destroyPrepare = binder.one("duckdb_destroy_prepare");
        connect = binder.two("duckdb_connect");
        executeStreaming = binder.two("duckdb_execute_prepared_streaming");
        columnType = binder.two("duckdb_column_type");
        chunkVector = binder.two("duckdb_data_chunk_get_vector");
        query = binder.three("duckdb_query");
        prepare = binder.three("duckdb_prepare");
        arrowScan = binder.three("duckdb_arrow_scan");
        open = binder.four("duckdb_open_ext");
        fetchChunk =
                linker.downcallHandle(
                        binder.find("duckdb_fetch_chunk"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, RESULT_BY_VALUE));
    }

    /** The next chunk of a result; 0 after the last, and after a failure. */
    long fetchChunk(MemorySegment result) {
        try {
            return (long) fetchChunk.invokeExact(result);
        } catch (Throwable e) {
            throw new AssertionError("C functions throw nothing", e);
        }
    }

    /** The text at {@code address}; empty where it is 0. */
    static String text(long address) {
        return address == 0
                ? ""
                : MemorySegment.ofAddress(address)
                        .reinterpret(Long.MAX_VALUE)
                        .getString(0, StandardCharsets.UTF_8);
    }

    /** A function of one argument. */
    static final class One {
        private final MethodHandle handle;

        private One(MethodHandle handle) {
            this.handle = handle;
        }

        long call(long a) {
            try {
                return (long) handle.invokeExact(a);
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }
    }

    /** A function of two arguments. */
    static final class Two {
        private final MethodHandle handle;

        private Two(MethodHandle handle) {
            this.handle = handle;
        }

        long call(long a, long b) {
            try {
                return (long) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }
    }

    /** A function of three arguments. */
    static final class Three {
        private final MethodHandle handle;

        private Three(MethodHandle handle) {
            this.handle = handle;
        }

        long call(long a, long b, long c) {
            try {
                return (long) handle.invokeExact(a, b, c);
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }
    }

    /** A function of four arguments. */
    static final class Four {
        private final MethodHandle handle;

        private Four(MethodHandle handle) {
            this.handle = handle;
        }

        long call(long a, long b, long c, long d) {
            try {
                return (long) handle.invokeExact(a, b, c, d);
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }
    }

    private static final class Binder {
        private static final ValueLayout LONG = ValueLayout.JAVA_LONG;

        private final SymbolLookup library;
        private final MethodHandle one;
        private final MethodHandle two;
        private final MethodHandle three;
        private final MethodHandle four;

        Binder(Linker linker, SymbolLookup library) {
            this.library = library;
            one = linker.downcallHandle(FunctionDescriptor.of(LONG, LONG));
            two = linker.downcallHandle(FunctionDescriptor.of(LONG, LONG, LONG));
            three = linker.downcallHandle(FunctionDescriptor.of(LONG, LONG, LONG, LONG));
            four = linker.downcallHandle(FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG));
        }

        MemorySegment find(String name) {
            return library.find(name)
                    .orElseThrow(() -> new AssertionError("DuckDB's library has no " + name));
        }

        One one(String name) {
            return new One(one.bindTo(find(name)));
        }

        Two two(String name) {
            return new Two(two.bindTo(find(name)));
        }

        Three three(String name) {
            return new Three(three.bindTo(find(name)));
        }

        Four four(String name) {
            return new Four(four.bindTo(find(name)));
        }
    }
}

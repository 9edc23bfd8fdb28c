package io.millrace.replication.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CursorRankTest {
    private static ColumnBatch batch(ColumnType type) {
        return new ColumnBatch(
                new BatchMemory(1 << 20),
                new StreamName(Optional.empty(), "orders"),
                new StreamSchema(List.of(Column.of("cursor", type))),
                0,
                16);
    }

    private static void assertOrdered(ColumnBatch batch) {
        for (int row = 1; row < batch.rows(); row++) {
            assertTrue(
                    new CursorRank(0).of(batch, row - 1) < new CursorRank(0).of(batch, row),
                    "row " + row);
        }
    }

    @Test
    void nullComesBeforeTheSmallestDouble() {
        try (ColumnBatch batch = batch(new ColumnType.Float64())) {
            var vector = (FixedVector) batch.vector(0);
            vector.appendNull();
            batch.endRow();
            for (double value : new double[] {-1e300, -1.5, -0.0, 0.0, 1e-300, 2, 1e300}) {
                vector.appendDouble(value);
                batch.endRow();
            }
            assertOrdered(batch);
        }
    }

    @Test
    void decimalsKeepTheirOrderAcrossBothHalves() {
        try (ColumnBatch batch = batch(new ColumnType.Decimal(38, 2))) {
            var vector = (FixedVector) batch.vector(0);
            for (long[] halves :
                    new long[][] {{0, -2}, {0, -1}, {0, 0}, {1L << 40, 0}, {-1L, 0}, {0, 5}}) {
                vector.append128(halves[0], halves[1]);
                batch.endRow();
            }
            for (int row = 1; row < batch.rows(); row++) {
                assertTrue(
                        new CursorRank(0).of(batch, row - 1) <= new CursorRank(0).of(batch, row),
                        "row " + row);
            }
        }
    }

    @Test
    void textsAllRankAlike() {
        try (ColumnBatch batch = batch(new ColumnType.Text())) {
            var vector = (io.millrace.protocol.batch.VariableVector) batch.vector(0);
            vector.append("b");
            batch.endRow();
            vector.append("a");
            batch.endRow();
            assertEquals(new CursorRank(0).of(batch, 0), new CursorRank(0).of(batch, 1));
        }
    }
}

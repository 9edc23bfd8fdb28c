package io.millrace.connector.files.source;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.ColumnType;
import java.nio.file.Path;
import java.util.List;

/** Refuses Parquet files. */
final class ParquetReader implements FileReader {
    ParquetReader(Path cache) {}

    @Override
    public List<FoundColumn> columns(InputFile file, boolean sampled) {
        throw new ConfigurationFailure("Parquet files can't be read yet: " + file.key());
    }

    @Override
    public ColumnType join(ColumnType one, ColumnType other) {
        return one;
    }

    @Override
    public void read(Part part, TypedOutput output) {
        throw new ConfigurationFailure("Parquet files can't be read yet: " + part.file().key());
    }

    @Override
    public boolean canGrow() {
        return false;
    }
}

package io.millrace.connector.files.source;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbException;
import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Reads Parquet through DuckDB, which knows all of it. Types that we have none for become text, or
 * JSON where they are nested. Progress is counted in rows.
 */
final class ParquetReader implements FileReader {
    private static final long CHECKPOINT_BYTES = 64 << 20;

    private final Path cache;

    /**
     * @param cache where DuckDB's library is unpacked
     */
    ParquetReader(Path cache) {
        this.cache = cache;
    }

    @Override
    public boolean canGrow() {
        return false;
    }

    @Override
    public OptionalInt lineBreak(InputFile file, long offset) {
        return OptionalInt.empty(); // no lines
    }

    /** A column of a file, under DuckDB's name of its type. */
    private record FileColumn(String name, String duckDbType) {

        ColumnType type() {
            return DuckDbTypes.parse(duckDbType)
                    .orElseGet(() ->
                            switch (duckDbType) {
                                case "TINYINT", "UTINYINT" -> new ColumnType.Int16();
                                case "USMALLINT" -> new ColumnType.Int32();
                                case "UINTEGER" -> new ColumnType.Int64();
                                case "UBIGINT" -> new ColumnType.Decimal(20, 0);
                                case "TIMESTAMP_S", "TIMESTAMP_MS" -> new ColumnType.Timestamp();
                                default ->
                                        isNested() ? new ColumnType.Json() : new ColumnType.Text();
                            });
        }

        private boolean isNested() {
            return duckDbType.startsWith("STRUCT(")
                    || duckDbType.startsWith("MAP(")
                    || duckDbType.startsWith("UNION(")
                    || duckDbType.endsWith("]");
        }

        /** The column as a value of {@code type}. */
        String as(ColumnType type) {
            boolean toJson = type instanceof ColumnType.Json && !duckDbType.equals("JSON");
            String value = toJson ? "to_json(%s)".formatted(Sql.name(name)) : Sql.name(name);
            return "CAST(%s AS %s)".formatted(value, DuckDbTypes.sqlName(type));
        }
    }

    @Override
    public List<FoundColumn> columns(InputFile file, boolean sampled) throws InterruptedException {
        try (DuckDbDatabase database = open();
                DuckDbConnection connection = database.connect()) {
            return describe(file, connection).stream()
                    .map(column -> new FoundColumn(column.name(), Optional.of(column.type())))
                    .toList();
        }
    }

    private DuckDbDatabase open() throws InterruptedException {
        return DuckDbDatabase.inMemory(DuckDbLibrary.load(cache), cache.resolve("duckdb-tmp"));
    }

    private static String scan(InputFile file) {
        // Brackets and stars in a name would be a glob.
        String escaped = file.path().toString().replaceAll("([\\[*?])", "[$1]");
        return "read_parquet(%s, file_row_number = true)".formatted(Sql.text(escaped));
    }

    private static List<FileColumn> describe(InputFile file, DuckDbConnection connection)
            throws InterruptedException {
        try {
            file.openRaw().close();
            if (Files.size(file.path()) == 0) {
                return List.of();
            }
            return connection
                    .rows("DESCRIBE SELECT * EXCLUDE (file_row_number) FROM " + scan(file))
                    .stream()
                    .map(row -> new FileColumn(row.text(0), row.text(1)))
                    .toList();
        } catch (IOException failure) {
            throw file.failure(failure);
        } catch (DuckDbException failure) {
            throw unreadable(file, failure);
        }
    }

    private static ConfigurationFailure unreadable(InputFile file, DuckDbException failure) {
        return new ConfigurationFailure(
                "%s can't be read as Parquet. Correct its format, or write it again."
                        .formatted(file.key()),
                failure.getMessage(),
                failure);
    }

    @Override
    public ColumnType join(ColumnType one, ColumnType other) {
        if (one.equals(other)) {
            return one;
        }
        int oneWidth = integerWidth(one);
        int otherWidth = integerWidth(other);
        if (oneWidth > 0 && otherWidth > 0) {
            return oneWidth > otherWidth ? one : other;
        }
        if (isReal(one) && isReal(other)) {
            return new ColumnType.Float64();
        }
        return TypeGuess.join(one, other);
    }

    private static int integerWidth(ColumnType type) {
        return switch (type) {
            case ColumnType.Int16 _ -> 2;
            case ColumnType.Int32 _ -> 4;
            case ColumnType.Int64 _ -> 8;
            default -> 0;
        };
    }

    private static boolean isReal(ColumnType type) {
        return type instanceof ColumnType.Float32 || type instanceof ColumnType.Float64;
    }

    @Override
    public void read(Part part, TypedOutput output) throws InterruptedException {
        InputFile file = part.file();
        try (DuckDbDatabase database = open();
                DuckDbConnection connection = database.connect()) {
            List<FileColumn> columns = describe(file, connection);
            long first = part.from().map(FileProgress::offset).orElse(0L);
            if (columns.isEmpty()) {
                output.progress(file, part.end(first, 0, new Ending.Closed()));
                return;
            }
            widen(columns, output);
            stream(part, first, columns, connection, output);
        }
    }

    private void widen(List<FileColumn> columns, TypedOutput output) throws InterruptedException {
        List<Column> added = new ArrayList<>();
        Map<Integer, ColumnType> wider = new LinkedHashMap<>();
        for (FileColumn column : columns) {
            var place = output.schema().indexOf(column.name());
            if (place.isEmpty()) {
                added.add(Column.of(column.name(), column.type()));
                continue;
            }
            ColumnType known = output.schema().column(place.getAsInt()).type();
            ColumnType joined = join(known, column.type());
            if (!joined.equals(known)) {
                wider.put(place.getAsInt(), joined);
            }
        }
        if (!wider.isEmpty()) {
            output.widen(wider);
        }
        output.add(added);
    }

    private static void stream(
            Part part,
            long first,
            List<FileColumn> columns,
            DuckDbConnection connection,
            TypedOutput output)
            throws InterruptedException {
        Map<String, FileColumn> byName =
                columns.stream().collect(Collectors.toMap(FileColumn::name, column -> column));
        List<String> selected = new ArrayList<>();
        for (Column column : output.schema().columns()) {
            FileColumn found = byName.get(column.name());
            selected.add(
                    found == null
                            ? "CAST(NULL AS %s)".formatted(DuckDbTypes.sqlName(column.type()))
                            : found.as(column.type()));
        }
        String rows =
                part.textEnd() == Long.MAX_VALUE
                        ? "file_row_number >= %d".formatted(first)
                        : "file_row_number >= %d AND file_row_number < %d"
                                .formatted(first, part.textEnd());
        String query =
                "SELECT %s FROM %s WHERE %s"
                        .formatted(String.join(", ", selected), scan(part.file()), rows);
        long[] done = {first, 0}; // rows, and bytes since the last checkpoint
        try {
            connection.stream(
                    query,
                    output::newBatch,
                    batch -> {
                        done[0] += batch.rows();
                        done[1] += batch.bytes();
                        output.emit(batch);
                        if (done[1] >= CHECKPOINT_BYTES) {
                            done[1] = 0;
                            output.progress(part.file(), part.at(done[0], 0));
                        }
                    });
        } catch (DuckDbException failure) {
            throw unreadable(part.file(), failure);
        }
        output.progress(part.file(), part.end(done[0], 0, new Ending.Closed()));
    }
}

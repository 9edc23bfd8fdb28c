package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.DuckDbConnection;
import io.millrace.connector.duckdb.common.DuckDbDatabase;
import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.connector.duckdb.common.Sql;
import io.millrace.connector.duckdb.common.UniqueNames;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.BatchSink;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.json.ValueParser;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a stream's parts, of whatever format each is. */
final class PartReader {
    private final StreamName stream;
    private final ReadBackRequest request;
    private final Path cache;
    private final Path root;

    PartReader(StreamName stream, ReadBackRequest request, Path cache, Path root) {
        this.stream = stream;
        this.request = request;
        this.cache = cache;
        this.root = root;
    }

    void read(Path folder, BatchSink sink) throws IOException, InterruptedException {
        List<Path> parquet = new ArrayList<>();
        for (Path file : Folder.list(folder)) {
            String name = file.getFileName().toString();
            if (StreamParts.number(name).isEmpty()) {
                continue;
            }
            if (name.endsWith(".parquet")) {
                parquet.add(file);
            } else if (name.endsWith(".jsonl")) {
                readLines(file, sink);
            } else {
                readCsv(file, sink);
            }
        }
        if (!parquet.isEmpty()) {
            readParquet(parquet, sink);
        }
    }

    private void readParquet(List<Path> files, BatchSink sink) throws InterruptedException {
        String list =
                files.stream()
                        .map(Path::toString)
                        .map(Sql::text)
                        .collect(Collectors.joining(", ", "[", "]"));
        String from = "read_parquet(" + list + ", union_by_name = true)";
        try (DuckDbDatabase database =
                        DuckDbDatabase.inMemory(
                                DuckDbLibrary.load(cache),
                                root.resolve(StateStore.FOLDER).resolve("tmp"));
                DuckDbConnection connection = database.connect()) {
            Set<String> present =
                    connection.rows("DESCRIBE SELECT * FROM " + from).stream()
                            .map(row -> UniqueNames.foldCase(row.text(0)))
                            .collect(Collectors.toSet());
            String columns =
                    request.schema().columns().stream()
                            .map(column ->
                                    "CAST(%s AS %s)"
                                            .formatted(
                                                    present.contains(
                                                                    UniqueNames.foldCase(
                                                                            column.name()))
                                                            ? Sql.name(column.name())
                                                            : "NULL",
                                                    DuckDbTypes.sqlName(column.type())))
                            .collect(Collectors.joining(", "));
            connection.stream(
                    "SELECT %s FROM %s".formatted(columns.isEmpty() ? "NULL" : columns, from),
                    stream,
                    request.schema(),
                    request.memory(),
                    sink);
        }
    }

    private ColumnBatch newBatch() throws InterruptedException {
        request.memory().awaitRoom();
        return new ColumnBatch(request.memory(), stream, request.schema(), 0, 2048);
    }

    /** Takes one row after the other into batches. */
    private interface RowSource {
        /** Appends the next row; whether there was one. */
        boolean next(ColumnBatch batch) throws IOException;
    }

    private void fill(RowSource rows, BatchSink sink) throws IOException, InterruptedException {
        boolean more = true;
        while (more) {
            ColumnBatch batch = newBatch();
            boolean handed = false;
            try {
                while (more && !batch.isFull()) {
                    more = rows.next(batch);
                }
                if (batch.rows() > 0) {
                    handed = true;
                    sink.accept(batch);
                }
            } finally {
                if (!handed) {
                    batch.close();
                }
            }
        }
    }

    private void readLines(Path file, BatchSink sink) throws IOException, InterruptedException {
        var writer = new JsonRowWriter(request.schema());
        try (InputStream input = new BufferedInputStream(Files.newInputStream(file), 256 << 10)) {
            var line = new Line(input);
            fill(
                    batch -> {
                        if (!line.next()) {
                            return false;
                        }
                        Optional<String> rejected =
                                writer.write(batch, line.bytes(), 0, line.size());
                        if (rejected.isPresent()) {
                            throw new SystemFailure(
                                    "The file %s holds a line that was not written by this program."
                                            .formatted(file),
                                    rejected.orElseThrow());
                        }
                        return true;
                    },
                    sink);
        }
    }

    private void readCsv(Path file, BatchSink sink) throws IOException, InterruptedException {
        StreamSchema schema = request.schema();
        try (InputStream input = Files.newInputStream(file)) {
            var reader = new Csv.Reader(input);
            Map<String, Integer> header = new HashMap<>();
            for (Optional<byte[]> name : reader.next().orElse(List.of())) {
                header.put(
                        new String(name.orElse(new byte[0]), StandardCharsets.UTF_8),
                        header.size());
            }
            int[] places = new int[schema.size()];
            List<ValueParser> parsers = new ArrayList<>();
            for (int i = 0; i < places.length; i++) {
                Column column = schema.column(i);
                places[i] = header.getOrDefault(column.name(), -1);
                parsers.add(
                        isJson(column.type())
                                ? ValueParser.ofJson(column.type())
                                : ValueParser.ofText(column.type()));
            }
            fill(
                    batch -> {
                        Optional<List<Optional<byte[]>>> record = reader.next();
                        if (record.isEmpty()) {
                            return false;
                        }
                        for (int i = 0; i < places.length; i++) {
                            Optional<byte[]> value =
                                    places[i] < 0
                                            ? Optional.empty()
                                            : record.orElseThrow().get(places[i]);
                            append(batch.vector(i), parsers.get(i), value);
                        }
                        batch.endRow();
                        return true;
                    },
                    sink);
        }
    }

    private static void append(Vector vector, ValueParser parser, Optional<byte[]> value) {
        if (value.isEmpty()) {
            vector.appendNull();
            return;
        }
        byte[] bytes = value.orElseThrow();
        if (isJson(vector.type())) {
            parser.appendJson(vector, bytes, 0, bytes.length);
        } else {
            parser.appendText(vector, bytes, 0, bytes.length);
        }
    }

    private static boolean isJson(ColumnType type) {
        return type instanceof ColumnType.Json
                || type instanceof ColumnType.Jsonb
                || type instanceof ColumnType.ListOf;
    }

    /** Lines of a file, one at a time in one buffer. */
    private static final class Line {
        private final InputStream input;
        private byte[] bytes = new byte[4096];
        private int size;

        Line(InputStream input) {
            this.input = input;
        }

        boolean next() throws IOException {
            size = 0;
            int c = input.read();
            if (c < 0) {
                return false;
            }
            while (c >= 0 && c != '\n') {
                if (size == bytes.length) {
                    bytes = Arrays.copyOf(bytes, size * 2);
                }
                bytes[size++] = (byte) c;
                c = input.read();
            }
            return true;
        }

        byte[] bytes() {
            return bytes;
        }

        int size() {
            return size;
        }
    }
}

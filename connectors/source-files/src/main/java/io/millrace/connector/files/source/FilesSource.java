package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FileReader.FoundColumn;
import io.millrace.connector.files.source.FilesOptions.Format;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.ConnectorContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Reads files. Streams are read side by side, the files of a stream one after another. */
final class FilesSource implements Source {
    /** Files of a stream whose values are looked at for the types of its columns. */
    private static final int SAMPLED_FILES = 5;

    private static final int MANY_STREAMS = 100;

    private final FilesOptions options;
    private final ConnectorContext context;

    FilesSource(FilesOptions options, ConnectorContext context) {
        this.options = options;
        this.context = context;
    }

    @Override
    public void check() throws InterruptedException {
        for (StreamFiles stream : find(FilesSource::refuse)) {
            for (InputFile file : stream.files()) {
                try {
                    file.openRaw().close();
                } catch (IOException failure) {
                    throw file.failure(failure);
                }
            }
            reader(stream.format()).columns(stream.files().getFirst(), false);
        }
    }

    @Override
    public List<StreamDescription> discover() throws InterruptedException {
        return discover(FilesSource::refuse);
    }

    @Override
    public List<StreamDescription> discover(BrokenStreams broken) throws InterruptedException {
        List<StreamDescription> streams = new ArrayList<>();
        for (StreamFiles stream : find(broken)) {
            try {
                streams.add(describe(stream));
            } catch (SyncFailure failure) {
                broken.add(StreamName.of(stream.name()), failure);
            }
        }
        return streams;
    }

    private List<StreamFiles> find(BrokenStreams broken) {
        return StreamFiles.find(options, context.directory(), broken);
    }

    private static void refuse(StreamName stream, SyncFailure failure) {
        throw failure;
    }

    private StreamDescription describe(StreamFiles stream) throws InterruptedException {
        FileReader reader = reader(stream.format());
        Map<String, Optional<ColumnType>> types = new LinkedHashMap<>();
        int looked = 0;
        for (InputFile file : stream.files()) {
            for (FoundColumn column : reader.columns(file, looked < SAMPLED_FILES)) {
                types.merge(
                        column.name(),
                        column.type(),
                        (one, other) ->
                                one.isPresent() && other.isPresent()
                                        ? Optional.of(reader.join(one.get(), other.get()))
                                        : one.or(() -> other));
            }
            looked++;
        }
        List<Column> columns = new ArrayList<>();
        types.forEach((name, type) -> columns.add(new FoundColumn(name, type).column()));
        for (String key : stream.primaryKey()) {
            if (!types.containsKey(key)) {
                throw new ConfigurationFailure(
                        "The stream %s has no column \"%s\" for its primary key. It has %s."
                                .formatted(stream.name(), key, String.join(", ", types.keySet())));
            }
        }
        return StreamDescription.of(StreamName.of(stream.name()), new StreamSchema(columns))
                .withPrimaryKey(stream.primaryKey().stream().map(List::of).toList())
                .withCursor(List.of(), true)
                .withResumable(true)
                .withRowsOnce();
    }

    private FileReader reader(Format format) {
        return switch (format) {
            case Format.Csv csv -> new CsvReader(csv);
            case Format.Jsonl jsonl -> new JsonReader(jsonl);
            case Format.Parquet _ -> new ParquetReader(context.cache());
        };
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        Map<StreamName, SyncFailure> broken = new LinkedHashMap<>();
        List<StreamFiles> streams = find(broken::put);
        adviseOneStream(plan, output);
        var turns = new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors()));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var readings = new ArrayList<Future<?>>();
            for (StreamRequest request : plan.streams()) {
                readings.add(
                        executor.submit(() -> {
                            turns.acquire();
                            try {
                                readOrGiveUp(streams, broken, request, output);
                            } finally {
                                turns.release();
                            }
                            return null;
                        }));
            }
            try {
                for (Future<?> reading : readings) {
                    reading.get();
                }
            } catch (ExecutionException failure) {
                throw failure(failure.getCause());
            } finally {
                readings.forEach(reading -> reading.cancel(true));
            }
        }
    }

    /** A stream costs more than a file does, and tables by the hundred are hardly ever meant. */
    private void adviseOneStream(ReadPlan plan, SourceOutput output) {
        if (options.streams().isEmpty() && plan.streams().size() >= MANY_STREAMS) {
            output.log(
                    SourceOutput.LogLevel.WARN,
                    "These are %,d streams, one for each name of a file. Where the files hold the same kind of rows, read them as one stream, which is also faster: streams: [{name: all, path: \"%s\"}]"
                            .formatted(plan.streams().size(), options.path().orElse("data/*.csv")));
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) throws InterruptedException {
        return switch (cause) {
            case InterruptedException interrupt -> throw interrupt;
            case RuntimeException failure -> failure;
            case null, default ->
                    new SystemFailure("Files could not be read.", String.valueOf(cause), cause);
        };
    }

    private void readOrGiveUp(
            List<StreamFiles> streams,
            Map<StreamName, SyncFailure> broken,
            StreamRequest request,
            SourceOutput everything)
            throws InterruptedException {
        StreamOutput output = everything.stream(request.name());
        try {
            SyncFailure unreadable = broken.get(request.name());
            if (unreadable != null) {
                throw unreadable;
            }
            StreamFiles stream =
                    streams.stream()
                            .filter(found -> StreamName.of(found.name()).equals(request.name()))
                            .findFirst()
                            .orElseThrow(() ->
                                    new ConfigurationFailure(
                                            "There are no files of the stream %s any more."
                                                    .formatted(request.name())));
            new StreamReading(stream, request, reader(stream.format()), options, everything)
                    .read(output);
        } catch (SyncFailure failure) {
            output.incomplete(failure);
        }
    }
}

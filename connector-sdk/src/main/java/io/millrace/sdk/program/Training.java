package io.millrace.sdk.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.http.ApiClient;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import io.millrace.sdk.stream.RecordSchema;
import io.millrace.sdk.stream.SourceStream;
import io.millrace.sdk.stream.StreamReading;
import io.millrace.sdk.stream.StreamedSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a connector of the kit does when its cache of loaded classes is made ({@code
 * -XX:AOTCacheOutput}): it runs each verb of a source of its own, which goes nowhere, and then the
 * connector's own {@code spec}. With the cache a connector starts in less than half the time.
 */
public final class Training {
    private static final int RECORDS = 500;

    private Training() {}

    private record Options(
            @Option("How many records there are") int records,
            @Option("Of no use") Optional<Secret> key) {}

    private record Item(long id, String name, double price, Instant at) {}

    private static final class Items implements SourceStream {
        @Override
        public StreamDescription describe() {
            return StreamDescription.of(StreamName.of("items"), RecordSchema.of(Item.class))
                    .withPrimaryKey(List.of(List.of("id")))
                    .withCursor(List.of("id"), true);
        }

        @Override
        public void read(StreamReading reading) throws InterruptedException {
            for (int i = 0; i < RECORDS; i++) {
                reading.record(new Item(i, "item " + i, i / 4.0, Instant.ofEpochSecond(i)));
            }
            reading.checkpoint();
        }
    }

    private static final class Definition implements SourceDefinition<Options> {
        @Override
        public String name() {
            return "training";
        }

        @Override
        public String title() {
            return "Training";
        }

        @Override
        public String description() {
            return "Goes nowhere.";
        }

        @Override
        public Class<Options> optionsType() {
            return Options.class;
        }

        @Override
        public Source create(Options options, ConnectorContext context) {
            return new StreamedSource(List.of(new Items())) {
                @Override
                public void check() throws InterruptedException {
                    // Nobody answers there; what is needed to ask is loaded all the same.
                    try (ApiClient client =
                            ApiClient.to(URI.create("http://127.0.0.1:9/"), context)
                                    .attempts(1)
                                    .build()) {
                        client.get("items");
                    }
                }
            };
        }
    }

    /**
     * @param arguments the connector's main class, whose {@code spec} ends the process
     */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        Path folder = Files.createTempDirectory("training");
        Path config = Files.writeString(folder.resolve("config.json"), "{\"records\": 1}");
        Path catalog =
                Files.writeString(
                        folder.resolve("catalog.json"),
                        """
                        {"streams": [{"stream": {"name": "items", "json_schema": {}, "supported_sync_modes": ["incremental"]},
                         "sync_mode": "incremental", "destination_sync_mode": "append"}]}
                        """);
        Path state =
                Files.writeString(
                        folder.resolve("state.json"),
                        """
                        [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "items"}, "stream_state": {"cursor": 1}}}]
                        """);
        try {
            run(folder, "spec");
            run(folder, "check", "--config", config.toString());
            run(folder, "discover", "--config", config.toString());
            run(
                    folder,
                    "read",
                    "--config",
                    config.toString(),
                    "--catalog",
                    catalog.toString(),
                    "--state",
                    state.toString());
        } finally {
            for (Path file : List.of(config, catalog, state, folder)) {
                Files.delete(file);
            }
        }
        for (String main : arguments) {
            Class.forName(main)
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {"spec"});
        }
    }

    private static void run(Path folder, String... words) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
        int _ =
                new ConnectorProgram(
                                new Definition(),
                                new ConnectorContext(Clock.systemUTC(), folder, folder),
                                new ByteArrayInputStream(new byte[0]),
                                nowhere,
                                nowhere)
                        .run(List.of(words));
    }
}

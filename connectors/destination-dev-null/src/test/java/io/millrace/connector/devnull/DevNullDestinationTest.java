package io.millrace.connector.devnull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.ReadBackRequest;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.UnknownKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

class DevNullDestinationTest {
    private static final StreamName NUMBERS = StreamName.of("numbers");
    private static final StreamSchema SCHEMA =
            StreamSchema.of(Column.of("n", new ColumnType.Int64()));

    private final BatchMemory memory = new BatchMemory(1 << 20);
    private final List<Checkpoint> durable = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private final Logger logger = Logger.getLogger("io.millrace.connector.devnull");
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    logged.add(
                            java.text.MessageFormat.format(
                                    entry.getMessage(), entry.getParameters()));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void everyBatchIsClosed() {
        logger.removeHandler(handler);
        assertThat(memory.used()).isZero();
    }

    @Test
    void theRegistryFindsIt() {
        assertThat(ConnectorRegistry.of(getClass().getClassLoader()).loadDestination("dev-null"))
                .isInstanceOf(DevNullDestinationDefinition.class);
    }

    @Test
    void aCheckpointIsDurableAsSoonAsItComes() throws InterruptedException {
        try (DestinationLane lane = open("{}")) {
            lane.write(batch(0, 10));
            lane.commit(checkpoint(1), JsonNodeFactory.instance.objectNode());
            assertThat(durable).containsExactly(checkpoint(1));
            lane.finish(NUMBERS, checkpoint(2), JsonNodeFactory.instance.objectNode());
            assertThat(durable).containsExactly(checkpoint(1), checkpoint(2));
        }
    }

    @Test
    void itFailsAfterAsManyRecordsAsItWasTold() throws InterruptedException {
        for (String config :
                List.of(
                        """
                        {"fail_after": 15, "fail_as": "transient_error"}\
                        """,
                        """
                        {"test_destination": {"test_destination_type": "FAILING", "num_messages": 15},
                         "fail_as": "transient_error"}\
                        """)) {
            try (DestinationLane lane = open(config)) {
                lane.write(batch(0, 10));
                lane.write(batch(10, 5));
                assertThatThrownBy(() -> lane.write(batch(15, 1)))
                        .isInstanceOf(TransientFailure.class)
                        .hasMessageContaining("15 records");
            }
        }
    }

    @Test
    void itTakesAsLongForEachRecordAsItWasTold() throws InterruptedException {
        for (String config :
                List.of(
                        """
                        {"millis_per_record": 2.5}\
                        """,
                        """
                        {"test_destination": {"test_destination_type": "THROTTLED",
                         "millis_per_record": 2.5}}\
                        """)) {
            try (DestinationLane lane = open(config)) {
                long begun = System.nanoTime();
                lane.write(batch(0, 20));
                assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(50_000_000L);
            }
        }
    }

    @Test
    void itLogsEveryNthRecordAcrossBatches() throws InterruptedException {
        try (DestinationLane lane = open("{\"log_every\": 4}")) {
            lane.write(batch(1, 6));
            lane.write(batch(7, 6));
        }
        assertThat(logged)
                .containsExactly(
                        "numbers record 4: {\"n\":4}",
                        "numbers record 8: {\"n\":8}",
                        "numbers record 12: {\"n\":12}");
    }

    @Test
    void itLogsTheFirstRecordsAsAirbytesDestinationDoes() throws InterruptedException {
        String config =
                """
                {"test_destination": {"test_destination_type": "LOGGING",
                 "logging_config": {"logging_type": "FirstN", "max_entry_count": 2}}}\
                """;
        try (DestinationLane lane = open(config)) {
            lane.write(batch(1, 6));
        }
        assertThat(logged).hasSize(2);
    }

    @Test
    void thereIsNothingToReadBack() {
        var request = new ReadBackRequest(SCHEMA, memory);
        assertThatThrownBy(
                        () -> create("{}").readBack("p", target(), request, batch -> batch.close()))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("keeps nothing");
    }

    @Test
    void everyTypeOfFailureCanBeAskedFor() throws InterruptedException {
        for (String type : List.of("config_error", "transient_error", "system_error")) {
            try (DestinationLane lane =
                    open("{\"fail_after\": 0, \"fail_as\": \"%s\"}".formatted(type))) {
                assertThatThrownBy(() -> lane.write(batch(0, 1)))
                        .isInstanceOfSatisfying(
                                SyncFailure.class,
                                failure ->
                                        assertThat(failure.failureType().text()).isEqualTo(type));
            }
        }
    }

    private DestinationLane open(String config) throws InterruptedException {
        return create(config)
                .open("pipeline")
                .open(
                        List.of(target()),
                        new LaneListener() {
                            @Override
                            public void durable(Checkpoint checkpoint) {
                                durable.add(checkpoint);
                            }

                            @Override
                            public void rejected(StreamName stream, String reason) {
                                throw new AssertionError(reason);
                            }
                        });
    }

    private static Destination create(String config) {
        DevNullOptions options =
                OptionSchema.of(DevNullOptions.class)
                        .bind(JsonMapper.shared().readTree(config), UnknownKeys.REFUSE)
                        .load();
        return new DevNullDestinationDefinition()
                .create(
                        options,
                        new ConnectorContext(Clock.systemUTC(), Path.of("."), Path.of("cache")));
    }

    private ColumnBatch batch(int first, int rows) {
        var batch = new ColumnBatch(memory, NUMBERS, SCHEMA, 0, rows);
        for (int i = 0; i < rows; i++) {
            batch.fixed(0).appendLong(first + i);
            batch.endRow();
        }
        return batch;
    }

    private static Checkpoint checkpoint(int number) {
        return new Checkpoint(
                Optional.of(NUMBERS),
                JsonNodeFactory.instance.objectNode().put("at", number),
                10,
                0);
    }

    private static StreamTarget target() {
        return new StreamTarget(
                NUMBERS,
                NUMBERS,
                SCHEMA,
                SyncMode.FULL_REFRESH_OVERWRITE,
                List.of(),
                Optional.empty(),
                1,
                true);
    }
}

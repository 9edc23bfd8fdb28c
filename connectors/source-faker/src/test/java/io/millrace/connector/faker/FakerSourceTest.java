package io.millrace.connector.faker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.UnknownKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FakerSourceTest {
    private static final Instant MORNING = Instant.parse("2026-11-21T08:00:00Z");
    private static final Instant EVENING = Instant.parse("2026-11-21T20:00:00Z");

    @Test
    void theRegistryFindsIt() {
        assertThat(ConnectorRegistry.of(getClass().getClassLoader()).loadSource("faker"))
                .isInstanceOf(FakerSourceDefinition.class);
    }

    @Test
    void theConfigurationOfAirbytesFakerIsAcceptedUnchanged() {
        var config =
                JsonMapper.shared()
                        .readTree(
                                """
                                {"count": 5, "seed": -1, "records_per_slice": 1000,
                                 "always_updated": true, "parallelism": 4}\
                                """);
        var binding = OptionSchema.of(FakerOptions.class).bind(config, UnknownKeys.REFUSE);
        assertThat(binding.problems()).isEmpty();
        assertThat(binding.load()).isEqualTo(new FakerOptions(5, -1, Optional.of(1000L), true, 4));
    }

    @Test
    void everyStreamHasItsRows() throws InterruptedException {
        RecordingOutput output = read(source(250, 7, MORNING), SyncMode.FULL_REFRESH_OVERWRITE);
        assertThat(output.stream("users").rows).hasSize(250);
        assertThat(output.stream("products").rows).hasSize(100);
        assertThat(output.stream("purchases").rows).hasSize(250);
        assertThat(output.stream("users").complete).isTrue();
        assertThat(output.memory.used()).isZero();
    }

    @Test
    void theSameSeedGivesTheSameRowsAtAnyTime() throws InterruptedException {
        var mode = SyncMode.FULL_REFRESH_OVERWRITE;
        for (String stream : List.of("users", "products", "purchases")) {
            List<String> first = read(source(100, 7, MORNING), mode).stream(stream).rows;
            assertThat(read(source(100, 7, EVENING), mode).stream(stream).rows).isEqualTo(first);
            assertThat(read(source(100, 8, MORNING), mode).stream(stream).rows).isNotEqualTo(first);
        }
    }

    @Test
    void aLargerCountChangesNoEarlierRow() throws InterruptedException {
        var mode = SyncMode.FULL_REFRESH_OVERWRITE;
        for (String stream : List.of("users", "products", "purchases")) {
            List<String> few = read(source(100, 7, MORNING), mode).stream(stream).rows;
            List<String> many = read(source(300, 7, MORNING), mode).stream(stream).rows;
            assertThat(many.subList(0, 100)).isEqualTo(few);
        }
    }

    @Test
    void emailAddressesAreUniqueAndPurchasesPointToUsersAndProducts() throws InterruptedException {
        RecordingOutput output = read(source(500, 3, MORNING), SyncMode.FULL_REFRESH_OVERWRITE);
        assertThat(output.stream("users").rows)
                .extracting(row -> parse(row).path("email").stringValue())
                .doesNotHaveDuplicates();
        assertThat(output.stream("purchases").rows)
                .allSatisfy(row -> {
                    assertThat(parse(row).path("user_id").asLong()).isBetween(1L, 500L);
                    assertThat(parse(row).path("product_id").asLong()).isBetween(1L, 100L);
                });
    }

    @Test
    void aReadThatResumesAtAnyCheckpointGivesTheRest() throws InterruptedException {
        var mode = SyncMode.INCREMENTAL_APPEND;
        RecordingOutput whole = read(source(100, 7, MORNING), mode);
        for (String stream : List.of("users", "products", "purchases")) {
            List<String> rows = whole.stream(stream).rows;
            List<RecordingOutput.State> states = whole.stream(stream).states;
            assertThat(states.size()).isGreaterThan(3);
            for (RecordingOutput.State state : states.subList(0, states.size() - 1)) {
                List<String> rest =
                        read(
                                        source(100, 7, EVENING),
                                        stream,
                                        mode,
                                        Optional.of(state.json()),
                                        StreamRequest.Purpose.SYNC)
                                .rows;
                assertThat(rest).isEqualTo(rows.subList(state.rows(), rows.size()));
            }
        }
    }

    @Test
    void everyIncrementalSyncUpdatesAllRowsWhereTheyAreAlwaysUpdated() throws InterruptedException {
        var mode = SyncMode.INCREMENTAL_DEDUPED_HISTORY;
        var morning = read(source(60, 7, MORNING), mode).stream("users");
        var evening =
                read(
                        source(60, 7, EVENING),
                        "users",
                        mode,
                        Optional.of(morning.states.getLast().json()),
                        StreamRequest.Purpose.SYNC);
        assertThat(morning.rows).allMatch(row -> row.contains("2026-11-21T08:00:00"));
        assertThat(evening.rows).hasSize(60).allMatch(row -> row.contains("2026-11-21T20:00:00"));
    }

    @Test
    void nothingIsGivenTwiceWhereRowsAreNotAlwaysUpdated() throws InterruptedException {
        var mode = SyncMode.INCREMENTAL_APPEND;
        var before = read(source(60, 7, MORNING, false), mode).stream("users");
        var state = Optional.of(before.states.getLast().json());
        var sync = StreamRequest.Purpose.SYNC;
        assertThat(read(source(60, 7, EVENING, false), "users", mode, state, sync).rows).isEmpty();
        var more = read(source(90, 7, EVENING, false), "users", mode, state, sync);
        assertThat(more.rows).hasSize(30);
    }

    @Test
    void aComparisonGivesWhatHasLandedAtEachCheckpointOfTheSecondRound()
            throws InterruptedException {
        var mode = SyncMode.INCREMENTAL_DEDUPED_HISTORY;
        var morning = read(source(60, 7, MORNING), mode).stream("users");
        var evening =
                read(
                        source(60, 7, EVENING),
                        "users",
                        mode,
                        Optional.of(morning.states.getLast().json()),
                        StreamRequest.Purpose.SYNC);
        for (RecordingOutput.State state : evening.states) {
            var landed = new ArrayList<>(evening.rows.subList(0, state.rows()));
            landed.addAll(morning.rows.subList(state.rows(), 60));
            assertThat(
                            read(
                                            source(60, 7, EVENING.plusSeconds(9)),
                                            "users",
                                            mode,
                                            Optional.of(state.json()),
                                            StreamRequest.Purpose.COMPARE)
                                    .rows)
                    .isEqualTo(landed);
        }
    }

    @Test
    void aSelectionOfColumnsIsGivenInTheOrderAskedFor() throws InterruptedException {
        var source = source(2, 7, MORNING);
        StreamDescription users = source.discover().getFirst();
        var schema = users.schema();
        var chosen =
                io.millrace.protocol.schema.StreamSchema.of(
                        schema.column(schema.indexOf("email").orElseThrow()), schema.column(0));
        var output = new RecordingOutput();
        var request =
                new StreamRequest(
                        users,
                        chosen,
                        SyncMode.FULL_REFRESH_OVERWRITE,
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        StreamRequest.Purpose.SYNC);
        source.read(new ReadPlan(List.of(request), Optional.empty(), output.memory), output);
        assertThat(output.stream("users").rows)
                .allMatch(row -> row.matches("\\{\"email\":\"[^\"]+\",\"id\":\\d+}"));
    }

    private static JsonNode parse(String row) {
        return JsonMapper.shared().readTree(row);
    }

    private static Source source(long count, long seed, Instant now) {
        return source(count, seed, now, true);
    }

    private static Source source(long count, long seed, Instant now, boolean alwaysUpdated) {
        var options = new FakerOptions(count, seed, Optional.of(7L), alwaysUpdated, 2);
        var context =
                new ConnectorContext(
                        Clock.fixed(now, ZoneOffset.UTC), Path.of("."), Path.of("cache"));
        return new FakerSourceDefinition().create(options, context);
    }

    private static RecordingOutput read(Source source, SyncMode mode) throws InterruptedException {
        var output = new RecordingOutput();
        var requests = new ArrayList<StreamRequest>();
        for (StreamDescription stream : source.discover()) {
            requests.add(request(stream, mode, Optional.empty(), StreamRequest.Purpose.SYNC));
        }
        source.read(new ReadPlan(requests, Optional.empty(), output.memory), output);
        return output;
    }

    private static RecordingOutput.Recorded read(
            Source source,
            String name,
            SyncMode mode,
            Optional<JsonNode> state,
            StreamRequest.Purpose purpose)
            throws InterruptedException {
        var output = new RecordingOutput();
        for (StreamDescription stream : source.discover()) {
            if (stream.name().name().equals(name)) {
                var request = request(stream, mode, state, purpose);
                var plan = new ReadPlan(List.of(request), Optional.empty(), output.memory);
                source.read(plan, output);
            }
        }
        return output.stream(name);
    }

    private static StreamRequest request(
            StreamDescription stream,
            SyncMode mode,
            Optional<JsonNode> state,
            StreamRequest.Purpose purpose) {
        return new StreamRequest(
                stream, stream.schema(), mode, List.of(), stream.primaryKey(), state, purpose);
    }
}

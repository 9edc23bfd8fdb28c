import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import io.millrace.sdk.program.ConnectorProgram;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/** @title@: a source. It reads prices by day, and goes on after the last day it has read. */
public final class Main implements SourceDefinition<Main.Options> {

    /** What a user fills in. TODO: your options; the specification is made of them. */
    public record Options(
            @Option("How many days there are") int days,
            @Option("Sent with every request") Optional<Secret> apiKey) {}

    /** One record. */
    private record Price(long day, String symbol, double price, Instant updatedAt) {}

    @Override
    public String name() {
        return "@name@";
    }

    @Override
    public String title() {
        return "@title@";
    }

    @Override
    public String description() {
        return "Prices by day.";
    }

    @Override
    public Class<Options> optionsType() {
        return Options.class;
    }

    @Override
    public Source create(Options options, ConnectorContext context) {
        return new Prices(options);
    }

    /** The source for one configuration. */
    private record Prices(Options options) implements Source {
        private static final int ROWS_PER_BATCH = 1_000;

        /** TODO: the columns that your records have. */
        private static final StreamSchema SCHEMA =
                StreamSchema.of(
                        Column.of("day", new ColumnType.Int64()),
                        Column.of("symbol", new ColumnType.Text()),
                        Column.of("price", new ColumnType.Float64()),
                        Column.of("updated_at", new ColumnType.TimestampTz()));

        @Override
        public void check() {
            if (options.days() < 1) {
                throw new ConfigurationFailure("days must be at least 1.");
            }
            // TODO: ask your API for something small, with the user's rights.
        }

        @Override
        public List<StreamDescription> discover() {
            // TODO: your streams.
            return List.of(
                    StreamDescription.of(StreamName.of("prices"), SCHEMA)
                            .withPrimaryKey(List.of(List.of("day")))
                            .withCursor(List.of("day"), true));
        }

        /** The prices after a day, oldest first, no more than {@code limit}. */
        private List<Price> fetch(long after, int limit) {
            // TODO: ask your API for a page here.
            return java.util.stream.LongStream.rangeClosed(after + 1, options.days())
                    .limit(limit)
                    .mapToObj(day -> new Price(day, "MILL", 100 + day / 4.0, Instant.ofEpochSecond(1_767_225_600L + day)))
                    .toList();
        }

        @Override
        public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
            check();
            for (StreamRequest request : plan.streams()) {
                read(request, output.stream(request.name()));
            }
        }

        private void read(StreamRequest request, StreamOutput output) throws InterruptedException {
            output.started();
            long day = request.state().map(state -> state.path("day").asLong()).orElse(0L);
            while (true) {
                List<Price> page = fetch(day, ROWS_PER_BATCH);
                if (!page.isEmpty()) {
                    ColumnBatch batch = output.newBatch(request.schema());
                    page.forEach(price -> append(price, request.schema(), batch));
                    output.emit(batch);
                    day = page.getLast().day();
                }
                // A checkpoint follows the records it covers.
                output.checkpoint(JsonNodeFactory.instance.objectNode().put("day", day));
                if (page.size() < ROWS_PER_BATCH) {
                    break;
                }
            }
            output.complete();
        }

        /** Only the columns that were asked for, in their order. */
        private static void append(Price price, StreamSchema schema, ColumnBatch batch) {
            for (int column = 0; column < schema.size(); column++) {
                switch (schema.column(column).name()) {
                    case "day" -> batch.fixed(column).appendLong(price.day());
                    case "symbol" -> batch.variable(column).append(price.symbol());
                    case "price" -> batch.fixed(column).appendDouble(price.price());
                    case "updated_at" ->
                            batch.fixed(column).appendLong(price.updatedAt().toEpochMilli() * 1_000);
                    default -> throw new IllegalStateException(schema.column(column).name());
                }
            }
            batch.endRow();
        }
    }

    /** The connector as a program of the protocol. */
    public static void main(String[] arguments) {
        var context = new ConnectorContext(Clock.systemUTC(), Path.of(""), Path.of("target/cache"));
        System.exit(ConnectorProgram.main(new Main(), context, List.of(arguments)));
    }
}

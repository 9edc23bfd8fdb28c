import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import io.millrace.sdk.program.ConnectorProgram;
import io.millrace.sdk.stream.RecordSchema;
import io.millrace.sdk.stream.SourceStream;
import io.millrace.sdk.stream.StreamReading;
import io.millrace.sdk.stream.StreamedSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** @title@: a source. It reads prices by day, and goes on after the last day it has read. */
public final class Main implements SourceDefinition<Main.Options> {

    /** What a user fills in. TODO: your options; the specification is made of them. */
    public record Options(
            @Option("How many days there are") int days,
            @Option("Sent with every request") Optional<Secret> apiKey) {}

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

    /** The source for one configuration. TODO: your streams. */
    private static final class Prices extends StreamedSource {
        private final Options options;

        Prices(Options options) {
            super(List.of(new PriceStream(options)));
            this.options = options;
        }

        @Override
        public void check() {
            if (options.days() < 1) {
                throw new ConfigurationFailure("days must be at least 1.");
            }
            // TODO: ask your API for something small, with the user's rights.
        }
    }

    /** One record. TODO: the fields that yours have; the columns are made of them. */
    record Price(long day, String symbol, double price, Instant updatedAt) {}

    /** The prices, oldest first. */
    record PriceStream(Options options) implements SourceStream {
        private static final int PAGE = 1_000;

        @Override
        public StreamDescription describe() {
            return StreamDescription.of(StreamName.of("prices"), RecordSchema.of(Price.class))
                    .withPrimaryKey(List.of(List.of("day")))
                    .withCursor(List.of("day"), true);
        }

        @Override
        public void read(StreamReading reading) throws InterruptedException {
            long day = reading.cursor().map(Long::parseLong).orElse(0L);
            List<Price> page;
            do {
                page = fetch(day);
                reading.records(page);
                // A checkpoint follows the records it covers.
                reading.checkpoint();
                day += page.size();
            } while (page.size() == PAGE);
        }

        /**
         * The prices after a day, oldest first, no more than a page. TODO: ask your API here.
         * io.millrace.sdk.http.ApiClient knows retries, rate limits, pages and OAuth.
         */
        List<Price> fetch(long after) {
            return LongStream.rangeClosed(after + 1, options.days())
                    .limit(PAGE)
                    .mapToObj(day -> new Price(day, "MILL", 100 + day / 4.0, Instant.ofEpochSecond(1_767_225_600L + day)))
                    .toList();
        }
    }

    /** The connector as a program of the protocol. */
    public static void main(String[] arguments) {
        var context = new ConnectorContext(Clock.systemUTC(), Path.of(""), Path.of("target/cache"));
        System.exit(ConnectorProgram.main(new Main(), context, List.of(arguments)));
    }
}

package io.millrace.connector.faker;

import io.millrace.protocol.connector.Source;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.SourceDefinition;

/** Declares the source {@code faker}. */
public final class FakerSourceDefinition implements SourceDefinition<FakerOptions> {

    @Override
    public String name() {
        return "faker";
    }

    @Override
    public String title() {
        return "Faker";
    }

    @Override
    public String description() {
        return "Users, products and purchases that nobody has made: as many as wanted, and the same"
                + " for the same seed.";
    }

    @Override
    public Class<FakerOptions> optionsType() {
        return FakerOptions.class;
    }

    @Override
    public Source create(FakerOptions options, ConnectorContext context) {
        return new FakerSource(options, context.clock(), seed(options, context));
    }

    private static long seed(FakerOptions options, ConnectorContext context) {
        return options.seed() == -1
                ? context.directory().toAbsolutePath().normalize().toString().hashCode()
                : options.seed();
    }
}

package io.millrace.connector.duckdb.destination;

import io.millrace.connector.duckdb.common.DuckDbLibrary;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.ConnectorContext;
import io.millrace.sdk.DestinationDefinition;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Declares destination {@code duckdb}. */
public final class DuckDbDestinationDefinition implements DestinationDefinition<DuckDbOptions> {

    @Override
    public String name() {
        return "duckdb";
    }

    @Override
    public String title() {
        return "DuckDB";
    }

    @Override
    public String description() {
        return "Writes each stream into a typed table of a DuckDB file, exactly once.";
    }

    @Override
    public Class<DuckDbOptions> optionsType() {
        return DuckDbOptions.class;
    }

    @Override
    public Set<SyncMode> supportedModes() {
        return EnumSet.allOf(SyncMode.class);
    }

    @Override
    public Destination create(DuckDbOptions options, ConnectorContext context) {
        String path = options.destinationPath().strip();
        String start = path.toLowerCase(Locale.ROOT);
        if (start.startsWith("md:") || start.startsWith("motherduck:")) {
            throw new ConfigurationFailure(
                    "destination_path names a MotherDuck database, which this destination can't"
                            + " write. Give the path of a DuckDB file.");
        }
        if (path.isEmpty() || path.equals(":memory:")) {
            throw new ConfigurationFailure(
                    "destination_path is to be the path of a DuckDB file, such as shop.duckdb.");
        }
        DuckDbLibrary.loadAhead(context.cache());
        String schema = options.schema().isBlank() ? "main" : options.schema();
        return new DuckDbDestination(
                context.resolve(path),
                schema,
                options.metadataColumns() == DuckDbOptions.MetadataColumns.AIRBYTE,
                context.clock(),
                context.cache());
    }
}

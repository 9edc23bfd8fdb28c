package io.millrace.sdk;

/**
 * What is known of a connector before it is configured.
 *
 * @param <C> its options: a record whose components carry {@link io.millrace.sdk.option.Option}
 */
public sealed interface ConnectorDefinition<C extends Record>
        permits SourceDefinition, DestinationDefinition {

    /**
     * As pipeline files name it: {@code postgres}. Unique among sources, and among destinations.
     */
    String name();

    /** For people: {@code PostgreSQL}. */
    String title();

    /** What it does, in a sentence or two, for the reference page. */
    String description();

    Class<C> optionsType();
}

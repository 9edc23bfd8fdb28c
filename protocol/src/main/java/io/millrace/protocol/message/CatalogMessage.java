package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;

/** The answer to {@code discover}. */
public record CatalogMessage(Catalog catalog, Additional envelope) implements Message {
    public static CatalogMessage of(Catalog catalog) {
        return new CatalogMessage(catalog, Additional.NONE);
    }
}

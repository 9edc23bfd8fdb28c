package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;

/** The answer to {@code spec}. */
public record SpecMessage(ConnectorSpecification specification, Additional envelope)
        implements Message {
    public static SpecMessage of(ConnectorSpecification specification) {
        return new SpecMessage(specification, Additional.NONE);
    }
}

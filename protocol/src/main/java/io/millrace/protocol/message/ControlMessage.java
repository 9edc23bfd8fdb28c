package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import java.math.BigDecimal;
import tools.jackson.databind.node.ObjectNode;

/** Something for whoever runs the connector. */
public sealed interface ControlMessage extends Message {

    /** Milliseconds since 1970, maybe with a fraction. */
    BigDecimal emittedAt();

    /**
     * The connector's configuration has changed, and is to be saved at once. The text of this
     * record leaves the configuration out, since it holds secrets (invariant 7).
     *
     * @param config the complete new configuration
     * @param configAdditional unknown properties beside {@code config}
     */
    record ConnectorConfig(
            BigDecimal emittedAt,
            ObjectNode config,
            Additional configAdditional,
            Additional additional,
            Additional envelope)
            implements ControlMessage {
        public static ConnectorConfig of(long emittedAt, ObjectNode config) {
            return new ConnectorConfig(
                    BigDecimal.valueOf(emittedAt),
                    config,
                    Additional.NONE,
                    Additional.NONE,
                    Additional.NONE);
        }

        @Override
        public String toString() {
            return "ConnectorConfig[emittedAt=" + emittedAt + ", config=***]";
        }
    }

    /** A kind that is newer than we are; {@code control} is its whole payload. */
    record Unknown(BigDecimal emittedAt, String type, ObjectNode control, Additional envelope)
            implements ControlMessage {}
}

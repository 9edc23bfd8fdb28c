package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message of a type that is newer than we are; written back as it came.
 *
 * @param content the whole line, {@code type} included
 */
public record UnknownMessage(String type, ObjectNode content) implements Message {
    @Override
    public Additional envelope() {
        return Additional.NONE;
    }
}

package io.millrace.protocol.message;

/** JSON that lacks what its type requires; the text names the property and quotes no value. */
final class MalformedMessage extends Exception {
    MalformedMessage(String message) {
        super(message);
    }
}

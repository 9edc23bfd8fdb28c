package io.millrace.connector.files.source;

import java.nio.charset.CharacterCodingException;

/** Bytes that are no text of the encoding that a file is read with. */
final class UndecodableLineException extends CharacterCodingException {
    private static final long serialVersionUID = 1;

    private final long line;

    /**
     * @param line where they are, from 1, of the text that was read
     */
    UndecodableLineException(long line) {
        this.line = line;
    }

    long line() {
        return line;
    }

    @Override
    public String getMessage() {
        return "line %d is no text of the encoding".formatted(line);
    }
}

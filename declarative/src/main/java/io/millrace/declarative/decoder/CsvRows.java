package io.millrace.declarative.decoder;

import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rows of CSV as Python's {@code csv} module sees them: a quote counts only where a cell begins
 * with it, is doubled within, and what follows a closing one belongs to the cell. Any line end ends
 * a row, and is a line feed within quotes. One thread.
 */
final class CsvRows {
    /** Longer rows are refused: they would have to be held in memory. */
    private static final int LONGEST = 64 << 20;

    private enum State {
        CELL_BEGINS,
        PLAIN,
        QUOTED,
        QUOTE_IN_QUOTED
    }

    private final Reader text;
    private final char delimiter;
    private int ahead = -2; // nothing was read ahead

    CsvRows(Reader text, char delimiter) {
        this.text = text;
        this.delimiter = delimiter;
    }

    /** The next row, without cells for a blank line; empty at the end. */
    Optional<List<String>> next() throws IOException {
        List<String> cells = new ArrayList<>();
        var cell = new StringBuilder();
        State state = State.CELL_BEGINS;
        boolean any = false;
        int size = 0;
        while (true) {
            int read = read();
            if (read < 0) {
                if (!any) {
                    return Optional.empty();
                }
                cells.add(cell.toString());
                return Optional.of(cells);
            }
            char c = (char) read;
            if (++size > LONGEST) {
                throw new SystemFailure(
                        "A row of a CSV is longer than %d million characters."
                                .formatted(LONGEST >> 20));
            }
            boolean ends = c == '\n' && state != State.QUOTED;
            if (ends) {
                if (any) {
                    cells.add(cell.toString());
                }
                return Optional.of(cells);
            }
            any = true;
            switch (state) {
                case CELL_BEGINS, PLAIN -> {
                    if (c == delimiter) {
                        cells.add(cell.toString());
                        cell.setLength(0);
                        state = State.CELL_BEGINS;
                    } else if (c == '"' && state == State.CELL_BEGINS) {
                        state = State.QUOTED;
                    } else {
                        cell.append(c);
                        state = State.PLAIN;
                    }
                }
                case QUOTED -> {
                    if (c == '"') {
                        state = State.QUOTE_IN_QUOTED;
                    } else {
                        cell.append(c);
                    }
                }
                case QUOTE_IN_QUOTED -> {
                    if (c == '"') {
                        cell.append(c);
                        state = State.QUOTED;
                    } else if (c == delimiter) {
                        cells.add(cell.toString());
                        cell.setLength(0);
                        state = State.CELL_BEGINS;
                    } else {
                        cell.append(c);
                        state = State.PLAIN;
                    }
                }
            }
        }
    }

    /** The next character, with every line end as a line feed; -1 at the end. */
    private int read() throws IOException {
        int c = ahead == -2 ? text.read() : ahead;
        ahead = -2;
        if (c == '\r') {
            int next = text.read();
            if (next != '\n') {
                ahead = next;
            }
            return '\n';
        }
        return c;
    }
}

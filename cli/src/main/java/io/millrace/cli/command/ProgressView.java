package io.millrace.cli.command;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.replication.sync.SyncProgress;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows how a run goes on: on a terminal as a table that is drawn over itself, elsewhere as a line
 * every ten seconds. Warnings come as lines of their own in both.
 */
final class ProgressView implements SyncProgress, AutoCloseable {
    private static final long TABLE_MILLIS = 200;
    private static final long LINE_MILLIS = 10_000;
    private static final int MOST_ROWS = 15;

    private final PrintStream errors;
    private final boolean table;
    private final boolean quiet;
    private final RunLog log;
    private final Map<StreamName, Row> rows = new LinkedHashMap<>();
    private final long startedNanos = System.nanoTime();
    private final Thread painter;
    private int drawn;
    private boolean closed;

    /** The newest counts of a stream. */
    private static final class Row {
        private SyncProgress.State state = State.WAITING;
        private long read;
        private long committed;
        private long bytes;
        private long expected = -1;
        private long firstNanos;
    }

    ProgressView(PrintStream errors, boolean terminal, boolean quiet, RunLog log) {
        this.errors = errors;
        this.table = terminal && !quiet;
        this.quiet = quiet;
        this.log = log;
        this.painter = Thread.ofPlatform().name("progress").daemon(true).start(this::paint);
    }

    private void paint() {
        try {
            while (true) {
                Thread.sleep(table ? TABLE_MILLIS : LINE_MILLIS);
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    if (table) {
                        draw();
                    } else if (!quiet) {
                        errors.println(line());
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public synchronized void stream(
            StreamName stream, State state, long read, long committed, long bytes) {
        Row row = rows.computeIfAbsent(stream, _ -> new Row());
        if (row.firstNanos == 0 && read > 0) {
            row.firstNanos = System.nanoTime();
        }
        row.state = state;
        row.read = read;
        row.committed = committed;
        row.bytes = bytes;
    }

    @Override
    public synchronized void estimate(StreamName stream, long expected, long bytes) {
        rows.computeIfAbsent(stream, _ -> new Row()).expected = expected;
    }

    @Override
    public void log(LogLevel level, String message) {
        log.line(level, message);
        if (!quiet && level.compareTo(LogLevel.WARN) <= 0) {
            synchronized (this) {
                erase();
                errors.println(log.mask(message));
            }
        }
    }

    @Override
    public void detail(String message, Throwable failure) {
        log.failure(message, failure);
    }

    private String line() {
        long read = rows.values().stream().mapToLong(row -> row.read).sum();
        long committed = rows.values().stream().mapToLong(row -> row.committed).sum();
        long complete = rows.values().stream().filter(row -> row.state == State.COMPLETE).count();
        return "%d s: %,d records read, %,d committed; %d of %d streams complete"
                .formatted(
                        (System.nanoTime() - startedNanos) / 1_000_000_000,
                        read,
                        committed,
                        complete,
                        rows.size());
    }

    private void erase() {
        if (drawn > 0) {
            errors.print("\u001b[%dA\u001b[J".formatted(drawn));
            drawn = 0;
        }
    }

    private void draw() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%-40s %14s %14s %10s %12s  %s"
                        .formatted("stream", "read", "committed", "MB", "records/s", "state"));
        // What is going on first: a pipeline may have more streams than the screen lines.
        List<Map.Entry<StreamName, Row>> shown = new ArrayList<>(rows.entrySet());
        shown.sort(java.util.Comparator.comparingInt(entry -> rank(entry.getValue().state)));
        for (var entry : shown.subList(0, Math.min(MOST_ROWS, shown.size()))) {
            Row row = entry.getValue();
            double seconds = row.firstNanos == 0 ? 0 : (System.nanoTime() - row.firstNanos) / 1e9;
            String share =
                    row.expected > 0 && row.state == State.READING
                            ? " %d %%".formatted(Math.min(100, row.read * 100 / row.expected))
                            : "";
            lines.add(
                    "%-40s %,14d %,14d %,10.1f %,12.0f  %s%s"
                            .formatted(
                                    shortened(entry.getKey().toString()),
                                    row.read,
                                    row.committed,
                                    row.bytes / 1e6,
                                    seconds > 0 ? row.read / seconds : 0.0,
                                    row.state.name().toLowerCase(java.util.Locale.ROOT),
                                    share));
        }
        if (shown.size() > MOST_ROWS) {
            lines.add("and %d more".formatted(shown.size() - MOST_ROWS));
        }
        erase();
        lines.forEach(errors::println);
        drawn = lines.size();
    }

    private static int rank(State state) {
        return switch (state) {
            case READING, FINISHING -> 0;
            case FAILED -> 1;
            case WAITING -> 2;
            case COMPLETE -> 3;
        };
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 39) + "…";
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (table) {
                draw();
            }
        }
        painter.interrupt();
    }
}

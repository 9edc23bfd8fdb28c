package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FileProgress.Fingerprint;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One read of a stream: decides which files, and from where. One thread.
 *
 * <p>A file is new by its path, unless it is one that was renamed; it has changed if its size, its
 * time or its first or last bytes have. A changed file is read as a whole, but for one that has
 * only grown: that is read on from where the last reading ended. What a writer hadn't finished then
 * was left, or is told where it was taken for a whole row ({@link Ending}).
 */
final class StreamReading {
    private final StreamFiles stream;
    private final StreamRequest request;
    private final FileReader reader;
    private final FilesOptions options;
    private final SourceOutput log;
    private final Duration betweenCheckpoints;
    private final StreamState state;
    private final boolean compare;

    StreamReading(
            StreamFiles stream,
            StreamRequest request,
            FileReader reader,
            FilesOptions options,
            SourceOutput log) {
        this(stream, request, reader, options, log, Duration.ofSeconds(1));
    }

    /**
     * @param betweenCheckpoints the least time between two
     */
    StreamReading(
            StreamFiles stream,
            StreamRequest request,
            FileReader reader,
            FilesOptions options,
            SourceOutput log,
            Duration betweenCheckpoints) {
        this.betweenCheckpoints = betweenCheckpoints;
        this.stream = stream;
        this.request = request;
        this.reader = reader;
        this.options = options;
        this.log = log;
        this.state = StreamState.parse(request.state());
        this.compare = request.purpose() == StreamRequest.Purpose.COMPARE;
    }

    void read(StreamOutput output) throws InterruptedException {
        output.started();
        List<Part> parts = compare ? covered() : due(output);
        output.estimate(-1, parts.stream().mapToLong(part -> part.fingerprint().size()).sum());
        try (TypedOutput typed =
                new TypedOutput(
                        request, output, state, options.onBadRow(), betweenCheckpoints, log)) {
            if (parts.isEmpty() && !compare) {
                typed.checkpoint();
            }
            for (Part part : parts) {
                reader.read(part, typed);
            }
            typed.settle();
        }
        output.complete();
    }

    /** The files that are new or have changed. */
    private List<Part> due(StreamOutput output) throws InterruptedException {
        Map<InputFile, Fingerprint> fingerprints = new LinkedHashMap<>();
        stream.files().forEach(file -> fingerprints.put(file, fingerprint(file)));
        if (request.syncMode().incremental()) {
            state.rename(renamed(fingerprints));
        }
        List<Part> parts = new ArrayList<>();
        for (InputFile file : stream.files()) {
            Fingerprint now = Objects.requireNonNull(fingerprints.get(file));
            Optional<FileProgress> known = state.find(file);
            if (known.isEmpty()) {
                parts.add(Part.whole(file, now, lastRow(false)));
                continue;
            }
            FileProgress before = known.get();
            if (before.fingerprint().sameContent(now)) {
                if (before.ending() instanceof Ending.Left) {
                    // Nobody has written since the last run: the row is what it is.
                    parts.add(rest(file, now, before, lastRow(LastRow.TAKE)));
                } else if (!before.complete()) {
                    parts.add(rest(file, now, before, lastRow(false)));
                }
                continue;
            }
            Optional<FileProgress> goesOn =
                    hasGrown(file, before) ? goesOn(file, before) : Optional.empty();
            if (goesOn.isPresent()) {
                parts.add(rest(file, now, goesOn.get(), lastRow(true)));
                continue;
            }
            if (!request.syncMode().incremental()) {
                // Its rows have been committed for the refresh that goes on, and hold no more.
                output.restart("the file %s has changed".formatted(file.key()));
                state.forget();
                return due(output);
            }
            log.log(
                    LogLevel.INFO,
                    "The file %s was written anew since the last sync, and is read as a whole."
                            .formatted(file.key()));
            parts.add(Part.whole(file, now, lastRow(false)));
        }
        return parts;
    }

    private static Part rest(InputFile file, Fingerprint now, FileProgress from, LastRow unended) {
        return new Part(file, now, Optional.of(from), Long.MAX_VALUE, unended);
    }

    /**
     * @param grown whether the file is known to grow
     */
    private LastRow lastRow(boolean grown) {
        return lastRow(
                !request.syncMode().incremental() || compare
                        ? LastRow.TAKE
                        : grown ? LastRow.LEAVE : LastRow.IF_WHOLE);
    }

    private LastRow lastRow(LastRow unlessAlwaysLeft) {
        return switch (options.unfinishedLine()) {
            case AUTO -> unlessAlwaysLeft;
            case LEAVE -> LastRow.LEAVE;
        };
    }

    /**
     * The new names, by the old ones, of files that were read under another name, as when logs are
     * rotated. The file system must tell that it is the same file, and the content, too; and the
     * old name stands for another file now, or for none.
     */
    private Map<String, String> renamed(Map<InputFile, Fingerprint> fingerprints) {
        Map<String, String> keysByNode = new HashMap<>();
        state.files()
                .forEach((key, before) ->
                        before.fingerprint().node().ifPresent(node -> keysByNode.put(node, key)));
        Map<String, Optional<String>> nodesByKey = new HashMap<>();
        fingerprints.forEach((file, now) -> nodesByKey.put(file.key(), now.node()));
        Map<String, String> newByOld = new LinkedHashMap<>();
        fingerprints.forEach((file, now) -> {
            String old = now.node().map(keysByNode::get).orElse(file.key());
            FileProgress before = state.files().get(old);
            if (!old.equals(file.key())
                    && before != null
                    && !now.node().equals(nodesByKey.get(old))
                    && isSameFile(file, before, now)) {
                newByOld.put(old, file.key());
            }
        });
        return newByOld;
    }

    private boolean isSameFile(InputFile file, FileProgress before, Fingerprint now) {
        return before.fingerprint().sameContent(now) || hasGrown(file, before);
    }

    /** What the state covers of the files that are still there; without a state, everything. */
    private List<Part> covered() {
        List<Part> parts = new ArrayList<>();
        for (InputFile file : stream.files()) {
            Optional<FileProgress> known = state.find(file);
            Fingerprint now = fingerprint(file);
            if (request.state().isEmpty() || !request.syncMode().incremental()) {
                parts.add(Part.whole(file, now, lastRow(false)));
            } else if (known.isPresent()) {
                long end =
                        isSameFile(file, known.get(), now) ? known.get().offset() : Long.MAX_VALUE;
                parts.add(new Part(file, now, Optional.empty(), end, LastRow.TAKE));
            }
        }
        return parts;
    }

    private Fingerprint fingerprint(InputFile file) {
        try {
            return Fingerprints.of(file);
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    private boolean hasGrown(InputFile file, FileProgress known) {
        try {
            return reader.canGrow()
                    && Files.size(file.path()) > known.fingerprint().size()
                    && !InputFile.isCompressed(file)
                    && Fingerprints.hasGrown(file, known.fingerprint());
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }

    /** Where the first row begins that was not read of a file that has grown since. */
    private Optional<FileProgress> goesOn(InputFile file, FileProgress before) {
        return switch (before.ending()) {
            case Ending.Closed _, Ending.Left _, Ending.Told _ ->
                    Optional.of(before.at(before.offset(), before.line()));
            case Ending.Taken row ->
                    behindLineBreak(file, before).or(() -> rowAgain(file, before, row));
            case Ending.Unknown _ ->
                    endedWithLine(file, before)
                            ? Optional.of(before)
                            : behindLineBreak(file, before);
        };
    }

    private Optional<FileProgress> behindLineBreak(InputFile file, FileProgress before) {
        OptionalInt lineBreak = reader.lineBreak(file, before.offset());
        return lineBreak.isEmpty()
                ? Optional.empty()
                : Optional.of(before.at(before.offset() + lineBreak.getAsInt(), before.line() + 1));
    }

    /** The row that looked whole goes on: a refresh begins anew, others read it once more. */
    private Optional<FileProgress> rowAgain(InputFile file, FileProgress before, Ending.Taken row) {
        if (!request.syncMode().incremental()) {
            return Optional.empty();
        }
        log.log(
                LogLevel.WARN,
                "Line %d of %s was read when it looked whole, and has been continued since. It is read once more; set unfinished_line: leave where lines are written in pieces."
                        .formatted(row.line(), file.key()));
        return Optional.of(before.at(row.offset(), row.line()));
    }

    private static boolean endedWithLine(InputFile file, FileProgress before) {
        try {
            return Fingerprints.endedWithLine(file, before.fingerprint().size());
        } catch (IOException failure) {
            throw file.failure(failure);
        }
    }
}

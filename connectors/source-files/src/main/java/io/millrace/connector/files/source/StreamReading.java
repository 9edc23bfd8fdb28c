package io.millrace.connector.files.source;

import io.millrace.connector.files.source.FileProgress.Fingerprint;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One read of a stream: decides which files, and from where. One thread.
 *
 * <p>A file is new by its path, and has changed if its size, its time or its first or last bytes
 * have. A changed file is read as a whole, but for one that has only grown behind a line break: of
 * that the new lines are read.
 */
final class StreamReading {
    private final StreamFiles stream;
    private final StreamRequest request;
    private final FileReader reader;
    private final StreamState state;

    StreamReading(StreamFiles stream, StreamRequest request, FileReader reader) {
        this.stream = stream;
        this.request = request;
        this.reader = reader;
        this.state = StreamState.parse(request.state());
    }

    void read(StreamOutput output, FilesOptions.OnBadRow onBadRow) throws InterruptedException {
        output.started();
        boolean compare = request.purpose() == StreamRequest.Purpose.COMPARE;
        List<Part> parts = compare ? covered() : due(output);
        output.estimate(-1, parts.stream().mapToLong(part -> part.fingerprint().size()).sum());
        try (TypedOutput typed = new TypedOutput(request, output, state, onBadRow)) {
            if (parts.isEmpty() && !compare) {
                typed.checkpoint();
            }
            for (Part part : parts) {
                reader.read(part, typed);
            }
        }
        output.complete();
    }

    /** The files that are new or have changed. */
    private List<Part> due(StreamOutput output) throws InterruptedException {
        List<Part> parts = new ArrayList<>();
        for (InputFile file : stream.files()) {
            Optional<FileProgress> known = state.find(file);
            Fingerprint now = fingerprint(file);
            if (known.isEmpty()) {
                parts.add(Part.whole(file, now));
                continue;
            }
            boolean same = known.get().fingerprint().equals(now);
            if (same && known.get().complete()) {
                continue;
            }
            if (same || hasGrown(file, known.get())) {
                parts.add(new Part(file, now, known, Long.MAX_VALUE));
                continue;
            }
            if (!request.syncMode().incremental()) {
                // Its rows have been committed for the refresh that goes on, and hold no more.
                output.restart("the file %s has changed".formatted(file.key()));
                state.forget();
                return due(output);
            }
            parts.add(Part.whole(file, now));
        }
        return parts;
    }

    /** What the state covers of the files that are still there; without a state, everything. */
    private List<Part> covered() {
        List<Part> parts = new ArrayList<>();
        for (InputFile file : stream.files()) {
            Optional<FileProgress> known = state.find(file);
            Fingerprint now = fingerprint(file);
            if (request.state().isEmpty() || !request.syncMode().incremental()) {
                parts.add(Part.whole(file, now));
            } else if (known.isPresent()) {
                boolean stands =
                        known.get().fingerprint().equals(now) || hasGrown(file, known.get());
                long end = stands ? known.get().offset() : Long.MAX_VALUE;
                parts.add(new Part(file, now, Optional.empty(), end));
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
}

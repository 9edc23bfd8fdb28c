package io.millrace.declarative.source;

import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Puts what slices give into the order of the slices, though they are read at the same time: what
 * comes and the states between it are the same as if they had been read one after the other
 * (invariants 2 and 4).
 *
 * <p>The first slice that isn't done hands over while it is read, and the ones behind it keep what
 * they have, as far as there is room; then they wait. The first one never waits for room that
 * another slice holds, so that it always goes on.
 *
 * <p>One thread begins slices, one reads each of them, and one passes everything on ({@link #run}).
 */
final class SliceOrder {
    /** Slices that have begun and are not passed on; each costs some memory, even an empty one. */
    private static final int MOST_AHEAD = 256;

    /** What the first slice may be ahead of the one who passes on. */
    private static final long MOST_OF_FIRST = 1 << 20;

    /** The memory that the slices of all streams of a run share while they wait. */
    static final class Room {
        private static final long LARGEST = 32L << 20;

        private final long bytes;
        private long taken;

        /**
         * @param bytes more only where a single piece is larger
         */
        Room(long bytes) {
            this.bytes = bytes;
        }

        /** A part of the heap that leaves the answers and the batches theirs. */
        static Room ofHeap() {
            return new Room(Math.min(LARGEST, Runtime.getRuntime().maxMemory() / 16));
        }
    }

    /**
     * @param taken of the room
     */
    private record Piece(SliceTurn.Passing passing, long bytes, long taken) {}

    // Guards all that follows, in all orders of the run: room that is freed in one of them may be
    // what another waits for.
    private final Room room;

    private final ArrayDeque<Turn> turns = new ArrayDeque<>();
    private boolean isComplete;

    SliceOrder(Room room) {
        this.room = room;
    }

    /** The next slice; blocks while too many before it are not done. */
    Turn begin() throws InterruptedException {
        synchronized (room) {
            while (turns.size() >= MOST_AHEAD) {
                room.wait();
            }
            var turn = new Turn();
            turns.add(turn);
            return turn;
        }
    }

    /** No slice comes any more. */
    void complete() {
        synchronized (room) {
            isComplete = true;
            room.notifyAll();
        }
    }

    /** Passes on what the slices give, in their order, until all of them are done. */
    void run() throws InterruptedException {
        Optional<SliceTurn.Passing> next = next();
        while (next.isPresent()) {
            next.get().run();
            next = next();
        }
    }

    private Optional<SliceTurn.Passing> next() throws InterruptedException {
        synchronized (room) {
            while (true) {
                Turn first = turns.peekFirst();
                if (first == null) {
                    if (isComplete) {
                        return Optional.empty();
                    }
                    room.wait();
                    continue;
                }
                Piece piece = first.pieces.pollFirst();
                if (piece != null) {
                    first.bytes -= piece.bytes;
                    room.taken -= piece.taken;
                    room.notifyAll();
                    return Optional.of(piece.passing);
                }
                if (first.isDone) {
                    turns.removeFirst();
                    room.notifyAll();
                } else {
                    room.wait();
                }
            }
        }
    }

    /** The turn of one slice. */
    final class Turn implements SliceTurn {
        private final ArrayDeque<Piece> pieces = new ArrayDeque<>(2);
        private long bytes;
        private boolean isDone;

        private Turn() {}

        @Override
        public void pass(long size, Passing passing) throws InterruptedException {
            synchronized (room) {
                while (true) {
                    if (turns.peekFirst() == this) {
                        if (bytes == 0 || bytes + size <= MOST_OF_FIRST) {
                            add(new Piece(passing, size, 0));
                            return;
                        }
                    } else if (room.taken == 0 || room.taken + size <= room.bytes) {
                        room.taken += size;
                        add(new Piece(passing, size, size));
                        return;
                    }
                    room.wait();
                }
            }
        }

        /** The slice has been read, or can't be; {@code last} comes after all that it gave. */
        void end(Passing last) {
            synchronized (room) {
                isDone = true;
                add(new Piece(last, 0, 0));
            }
        }

        /**
         * Returns when all that the slice gave has been passed on, if nothing but that is to be
         * awaited; else at once, so that a slow slice before this one doesn't hold up those behind.
         * So requests of several streams keep the order that they have without reading ahead.
         */
        void awaitPassed() throws InterruptedException {
            synchronized (room) {
                while (turns.peekFirst() == this) {
                    room.wait();
                }
            }
        }

        private void add(Piece piece) {
            pieces.add(piece);
            bytes += piece.bytes;
            room.notifyAll();
        }
    }
}

package io.millrace.connector.duckdb.destination;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.connector.StoredCheckpoint;
import io.millrace.protocol.connector.StreamTarget;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A session on a file that doesn't exist: it is made with the first thing to write, so that a
 * command that only looks, or is refused, leaves nothing behind. Safe for all threads.
 */
final class NewFileSession implements DestinationSession {
    private final Opening opening;
    private @Nullable DestinationSession opened;

    /** Makes the file. */
    @FunctionalInterface
    interface Opening {
        DestinationSession open() throws InterruptedException;
    }

    NewFileSession(Opening opening) {
        this.opening = opening;
    }

    private synchronized DestinationSession made() throws InterruptedException {
        DestinationSession session = opened;
        if (session == null) {
            session = opening.open();
            opened = session;
        }
        return session;
    }

    private synchronized Optional<DestinationSession> ifMade() {
        return Optional.ofNullable(opened);
    }

    @Override
    public List<StoredCheckpoint> checkpoints() throws InterruptedException {
        Optional<DestinationSession> session = ifMade();
        return session.isPresent() ? session.get().checkpoints() : List.of();
    }

    @Override
    public boolean keepsCheckpoints() {
        return true;
    }

    @Override
    public DestinationLane open(List<StreamTarget> targets, LaneListener listener)
            throws InterruptedException {
        return made().open(targets, listener);
    }

    @Override
    public void reset(Collection<StreamName> streams, boolean data) throws InterruptedException {
        Optional<DestinationSession> session = ifMade();
        if (session.isPresent()) {
            session.get().reset(streams, data);
        }
    }

    @Override
    public void saveReceipt(JsonNode receipt) throws InterruptedException {
        made().saveReceipt(receipt);
    }

    @Override
    public Optional<JsonNode> loadReceipt() throws InterruptedException {
        Optional<DestinationSession> session = ifMade();
        return session.isPresent() ? session.get().loadReceipt() : Optional.empty();
    }

    @Override
    public void close() {
        ifMade().ifPresent(DestinationSession::close);
    }
}

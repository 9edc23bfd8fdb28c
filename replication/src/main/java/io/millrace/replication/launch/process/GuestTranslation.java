package io.millrace.replication.launch.process;

import io.millrace.protocol.failure.SyncFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Between a guest's own language and the lines of the protocol, for one run of it. */
public interface GuestTranslation {
    /** For guests that speak the protocol. */
    GuestTranslation NONE = new GuestTranslation() {};

    /**
     * The protocol's lines for what the guest prints. Read by one thread.
     *
     * @param printed passes on what it throws; closed by others
     */
    default InputStream output(InputStream printed, Ending ending) throws IOException {
        return printed;
    }

    /** How the guest ends, for what is only said when it has ended well. */
    @FunctionalInterface
    interface Ending {
        /** Waits for the guest's end, and tells whether that was with status 0 and in time. */
        boolean awaitSuccess() throws IOException;
    }

    /**
     * Takes the protocol's lines. Written by one thread, which may be another than the one that
     * reads the output.
     */
    default OutputStream input(OutputStream guest) {
        return guest;
    }

    /** Whether an exit status other than 0 means success, given what was said before it. */
    default boolean forgives(int exitStatus) {
        return false;
    }

    /** What went wrong, where the guest's last words tell it. */
    default Optional<SyncFailure> explain(int exitStatus, String lastErrors) {
        return Optional.empty();
    }
}

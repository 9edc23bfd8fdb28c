package io.millrace.replication.sync;

import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.util.ArrayList;
import java.util.List;

/** Counts the steps of a run, and fails the n-th: once, or from then on. */
final class Faults {
    /** What a failing step throws. */
    enum Kind {
        TRANSIENT_ONCE,
        TRANSIENT_FOR_EVER,
        SYSTEM_ONCE
    }

    private final int failing;
    private final Kind kind;
    private int count;
    final List<String> steps = new ArrayList<>();

    private Faults(int failing, Kind kind) {
        this.failing = failing;
        this.kind = kind;
    }

    static Faults none() {
        return new Faults(Integer.MAX_VALUE, Kind.SYSTEM_ONCE);
    }

    static Faults at(int step, Kind kind) {
        return new Faults(step, kind);
    }

    private boolean healed;

    /** The next run meets no faults. */
    synchronized void heal() {
        healed = true;
    }

    synchronized void step(String name) {
        if (healed) {
            return;
        }
        count++;
        steps.add(name);
        boolean fails = kind == Kind.TRANSIENT_FOR_EVER ? count >= failing : count == failing;
        if (fails) {
            throw failure(name);
        }
    }

    private SyncFailure failure(String name) {
        return kind == Kind.SYSTEM_ONCE
                ? new SystemFailure("Step %d (%s) was made to fail.".formatted(count, name))
                : new TransientFailure("Step %d (%s) was made to fail.".formatted(count, name));
    }
}

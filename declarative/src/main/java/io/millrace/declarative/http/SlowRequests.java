package io.millrace.declarative.http;

import io.millrace.declarative.manifest.EngineLog;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells of requests that wait long for their answers: a person would see nothing meanwhile, and
 * take it for a hang of our own. Safe for all threads.
 */
final class SlowRequests implements AutoCloseable {
    private final EngineLog log;
    private final Duration patience;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Thread watch;
    private boolean closed;

    /**
     * @param patience after which a request is told, and again each time that it has passed
     */
    SlowRequests(EngineLog log, Duration patience) {
        this.log = log;
        this.patience = patience;
    }

    /** One request that waits until it is closed. */
    final class Waiting implements AutoCloseable {
        private final String name;
        private final OutgoingRequest request;
        private final long since = System.nanoTime();
        private int told;

        private Waiting(String name, OutgoingRequest request) {
            this.name = name;
            this.request = request;
        }

        private void look() {
            Duration waited = Duration.ofNanos(System.nanoTime() - since);
            if (waited.compareTo(patience.multipliedBy(told + 1L)) >= 0) {
                told++;
                log.waiting(
                        "Stream %s: %s has been waiting for its answer for %d s."
                                .formatted(name, request, waited.toSeconds()));
            }
        }

        @Override
        public void close() {
            waiting.remove(this);
        }
    }

    /**
     * A request that begins to wait now.
     *
     * @param name the stream's
     */
    Waiting begin(String name, OutgoingRequest request) {
        var begun = new Waiting(name, request);
        waiting.add(begun);
        start();
        return begun;
    }

    /** Most reads are over before anybody has to look. */
    private void start() {
        if (watch == null) {
            synchronized (this) {
                if (watch == null && !closed) {
                    watch = Thread.ofVirtual().name("slow requests").start(this::watch);
                }
            }
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(patience.dividedBy(4));
                waiting.forEach(Waiting::look);
            }
        } catch (InterruptedException _) {
            return; // closed
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        Thread started = watch;
        if (started != null) {
            started.interrupt();
        }
    }
}

package io.millrace.declarative.schema;

import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps what was loaded; threads that ask meanwhile wait for it. A failure isn't kept. */
final class LoadedOnce implements SchemaLoader {
    private final SchemaLoader loader;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Map<String, Object> loaded;

    LoadedOnce(SchemaLoader loader) {
        this.loader = loader;
    }

    @Override
    public Map<String, Object> load() throws InterruptedException {
        Map<String, Object> known = loaded;
        if (known != null) {
            return known;
        }
        lock.lockInterruptibly();
        try {
            known = loaded;
            if (known == null) {
                known = loader.load();
                loaded = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }
}

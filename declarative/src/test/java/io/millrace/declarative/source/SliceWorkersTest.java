package io.millrace.declarative.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SliceWorkersTest {
    private static final long MEMORY = 1_000;

    private final AtomicLong largest = new AtomicLong();

    private SliceWorkers workers(ConcurrencyLevel level) {
        return new SliceWorkers(level, largest::get, MEMORY);
    }

    /** How many slices can be begun before one has to wait. */
    private static int atATime(SliceWorkers workers) throws InterruptedException {
        var begun = new AtomicLong();
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                while (true) {
                                    workers.begin();
                                    begun.incrementAndGet();
                                }
                            } catch (InterruptedException _) {
                                // That was to be seen.
                            }
                        });
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        thread.interrupt();
        thread.join();
        for (int i = 0; i < begun.get(); i++) {
            workers.end();
        }
        return (int) begun.get();
    }

    private static void read(SliceWorkers workers, int slices) throws InterruptedException {
        for (int i = 0; i < slices; i++) {
            workers.begin();
            workers.end();
        }
    }

    @Test
    void theManifestsLevelIsTheLevel() throws InterruptedException {
        SliceWorkers workers = workers(ConcurrencyLevel.fixed(5));
        largest.set(MEMORY);
        read(workers, 1_000);
        assertThat(atATime(workers)).isEqualTo(5);
    }

    @Test
    void withoutOneMoreAreReadWithEachHundredSlicesThatWereRead() throws InterruptedException {
        SliceWorkers workers = workers(new ConcurrencyLevel(2, 8));
        read(workers, 97);
        assertThat(atATime(workers)).isEqualTo(2);
        read(workers, 1);
        assertThat(atATime(workers)).isEqualTo(3);
        read(workers, 1_000);
        assertThat(atATime(workers)).isEqualTo(8);
    }

    @Test
    void noMoreAreReadThanHaveTheirAnswersInMemory() throws InterruptedException {
        SliceWorkers workers = workers(new ConcurrencyLevel(2, 8));
        read(workers, 1_000);
        largest.set(MEMORY / 5);
        assertThat(atATime(workers)).isEqualTo(5);
        largest.set(MEMORY * 2);
        assertThat(atATime(workers)).isEqualTo(2);
    }
}

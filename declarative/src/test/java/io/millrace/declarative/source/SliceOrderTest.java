package io.millrace.declarative.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SliceOrderTest {

    @Test
    void whateverSlicesAreReadFirstTheyGoOnInTheirOrder() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int run = 0; run < 20; run++) {
            int slices = random.nextInt(400);
            int workers = 1 + random.nextInt(8);
            List<String> passed = read(slices, workers, 1 + random.nextInt(5_000), random);
            List<String> expected = new ArrayList<>();
            for (int slice = 0; slice < slices; slice++) {
                for (int piece = 0; piece < slice % 5; piece++) {
                    expected.add(slice + "." + piece);
                }
                expected.add(slice + " done");
            }
            assertThat(passed).as("seed %d, run %d", seed, run).isEqualTo(expected);
        }
    }

    /** Reads slices of 0 to 4 pieces each, with as many threads as {@code workers}. */
    private static List<String> read(int slices, int workers, long room, Random random)
            throws Exception {
        var order = new SliceOrder(new SliceOrder.Room(room));
        List<String> passed = new ArrayList<>();
        var permits = new Semaphore(workers);
        List<Integer> sizes = new ArrayList<>();
        for (int slice = 0; slice < slices; slice++) {
            sizes.add(random.nextInt(2_000));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var passing =
                    threads.submit(() -> {
                        order.run();
                        return true;
                    });
            for (int slice = 0; slice < slices; slice++) {
                permits.acquire();
                int number = slice;
                SliceOrder.Turn turn = order.begin();
                threads.submit(() -> {
                    for (int piece = 0; piece < number % 5; piece++) {
                        String text = number + "." + piece;
                        turn.pass(sizes.get(number), () -> passed.add(text));
                    }
                    turn.end(() -> passed.add(number + " done"));
                    permits.release();
                    return true;
                });
            }
            order.complete();
            passing.get();
        }
        return passed;
    }

    @Test
    void slicesBehindTheFirstHoldNoMoreThanThereIsRoomFor() throws Exception {
        var order = new SliceOrder(new SliceOrder.Room(1_000));
        var held = new AtomicInteger();
        List<String> passed = Collections.synchronizedList(new ArrayList<>());
        SliceOrder.Turn first = order.begin();
        SliceOrder.Turn second = order.begin();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var isFull = new CountDownLatch(10);
            threads.submit(() -> {
                for (int piece = 0; piece < 20; piece++) {
                    second.pass(
                            100,
                            () -> {
                                held.decrementAndGet();
                                passed.add("second");
                            });
                    held.incrementAndGet();
                    isFull.countDown();
                }
                second.end(() -> passed.add("end"));
                return true;
            });
            isFull.await();
            Thread.sleep(20); // an eleventh piece would come at once
            assertThat(held).hasValue(10);
            threads.submit(() -> {
                order.run();
                return true;
            });
            first.pass(5_000, () -> passed.add("first")); // room of its own, however large
            first.end(() -> {});
            order.complete();
        }
        assertThat(passed).hasSize(22).startsWith("first").endsWith("end");
    }
}

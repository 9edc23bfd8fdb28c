package io.millrace.sdk.stream;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.StreamOutput;
import io.millrace.protocol.connector.StreamRequest;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A source of streams that read themselves, several at the same time. A source of one's own extends
 * it, says how it is checked, and closes what it opened.
 */
public abstract class StreamedSource implements Source {
    private static final int AT_A_TIME = 4;

    private final List<SourceStream> streams;

    /**
     * @param streams in the order in which they are offered
     */
    protected StreamedSource(List<? extends SourceStream> streams) {
        this.streams = List.copyOf(streams);
    }

    /** How many streams are read at the same time. */
    protected int streamsAtATime() {
        return AT_A_TIME;
    }

    /** Called before the first stream is read, e.g. to keep a token that rotates. */
    protected void begin(SourceOutput output) {}

    @Override
    public final List<StreamDescription> discover() throws InterruptedException {
        return List.copyOf(described().keySet());
    }

    private Map<StreamDescription, SourceStream> described() throws InterruptedException {
        var described = new LinkedHashMap<StreamDescription, SourceStream>();
        for (SourceStream stream : streams) {
            described.put(stream.describe(), stream);
        }
        return described;
    }

    @Override
    public final void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        begin(output);
        var byName = new LinkedHashMap<StreamName, SourceStream>();
        described().forEach((description, stream) -> byName.put(description.name(), stream));
        var places = new Semaphore(streamsAtATime());
        var broken = new AtomicReference<Throwable>();
        var threads = new ArrayList<Thread>();
        try {
            for (StreamRequest request : plan.streams()) {
                places.acquire();
                SourceStream stream =
                        Optional.ofNullable(byName.get(request.name()))
                                .orElseThrow(() ->
                                        new SystemFailure(
                                                "There is no stream %s any more."
                                                        .formatted(request.name())));
                threads.add(
                        Thread.ofVirtual()
                                .name(request.name().toString())
                                .start(() -> {
                                    try {
                                        read(stream, request, output);
                                    } catch (InterruptedException _) {
                                        // Whoever interrupted it is waiting for its end below.
                                    } catch (RuntimeException | Error failure) {
                                        broken.compareAndSet(null, failure);
                                    } finally {
                                        places.release();
                                    }
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException stop) {
            threads.forEach(Thread::interrupt);
            for (Thread thread : threads) {
                thread.join();
            }
            throw stop;
        }
        switch (broken.get()) {
            case null -> {}
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            default -> throw new IllegalStateException(broken.get());
        }
    }

    private static void read(SourceStream stream, StreamRequest request, SourceOutput output)
            throws InterruptedException {
        StreamOutput target = output.stream(request.name());
        target.started();
        try (var reading = new StreamReading(request, target)) {
            stream.read(reading);
            reading.flush();
        } catch (SyncFailure failure) {
            target.incomplete(failure);
            return;
        } catch (RuntimeException failure) {
            target.incomplete(
                    new SystemFailure(
                            "Something went wrong in the connector while it read %s."
                                    .formatted(request.name()),
                            failure.toString(),
                            failure));
            return;
        }
        target.complete();
    }
}

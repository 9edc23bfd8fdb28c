package io.millrace.replication.launch.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * The program of a container, as if it ran here; it has no handle, since its processes are the
 * engine's. When it has ended, the engine removes the container. Safe for all threads.
 */
final class ContainerProcess extends Process {
    private final Engine engine;
    private final String path;
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final InputStream errors;
    private final InputStream output;
    private final OutputStream input;

    private ContainerProcess(
            Engine engine,
            String path,
            InputStream errors,
            InputStream output,
            OutputStream input) {
        this.engine = engine;
        this.path = path;
        this.errors = errors;
        this.output = output;
        this.input = input;
    }

    /** The engine refuses to make or to start a container. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final boolean program;

        private Refused(String message, boolean program) {
            super(message);
            this.program = program;
        }

        /** The engine's own words. */
        String reason() {
            return String.valueOf(getMessage());
        }

        /** Whether that is because the image has no such program. */
        boolean program() {
            return program;
        }
    }

    /**
     * Makes a container and starts it.
     *
     * @param name under which it can be removed, whatever happens here
     * @param wanted what the engine is to make
     * @param pipes its standard input and output, where it opens them by itself; they go over the
     *     engine's connections otherwise
     */
    static ContainerProcess start(
            Engine engine, String name, JsonNode wanted, Optional<NamedPipes> pipes)
            throws IOException {
        Engine.Answer made =
                engine.post("/containers/create?name=" + Engine.encoded(name), Optional.of(wanted));
        if (!made.succeeded()) {
            throw new Refused(made.message(), false);
        }
        String path = "/containers/" + Engine.encoded(made.json().path("Id").asString(name));
        Engine.Exchange errors = attach(engine, path, "stderr=1");
        Optional<Engine.Exchange> streams =
                pipes.isPresent()
                        ? Optional.empty()
                        : Optional.of(attach(engine, path, "stdin=1&stdout=1"));
        var process =
                new ContainerProcess(
                        engine,
                        path,
                        new Frames(errors.body()),
                        pipes.map(NamedPipes::output)
                                .orElseGet(() -> new Frames(streams.orElseThrow().body())),
                        pipes.map(NamedPipes::input)
                                .orElseGet(() -> new Attached(streams.orElseThrow().channel())));
        // Asked for before it starts, or a quick one would be removed before we look.
        Engine.Exchange end =
                engine.open("POST", path + "/wait?condition=next-exit", Optional.empty());
        boolean started = false;
        try {
            Engine.Answer answer = engine.post(path + "/start", Optional.empty());
            if (!answer.succeeded()) {
                throw new Refused(
                        answer.message(),
                        answer.status() == 400
                                || answer.message().contains("exec:")
                                || answer.message().contains("executable file not found"));
            }
            started = true;
        } finally {
            if (!started) {
                end.close();
                errors.close();
                streams.ifPresent(Engine.Exchange::close);
                pipes.ifPresent(NamedPipes::end);
                engine.call("DELETE", path + "?force=1&v=1", Optional.empty());
            }
        }
        Thread.ofVirtual().start(() -> process.awaitEnd(end, pipes));
        return process;
    }

    private static Engine.Exchange attach(Engine engine, String path, String streams)
            throws IOException {
        Engine.Exchange exchange =
                engine.open("POST", path + "/attach?stream=1&" + streams, Optional.empty());
        int status = exchange.status();
        if (status >= 300) {
            exchange.close();
            throw new Refused("its streams can't be had: status " + status, false);
        }
        return exchange;
    }

    private void awaitEnd(Engine.Exchange end, Optional<NamedPipes> pipes) {
        int status = Container.ENGINE_FAILED;
        try (end) {
            status = end.answer().json().path("StatusCode").asInt(status);
        } catch (IOException _) {
            // The engine itself has ended.
        } finally {
            // First, as the files are removed when it has ended.
            pipes.ifPresent(NamedPipes::end);
            ended.complete(status);
        }
    }

    @Override
    public OutputStream getOutputStream() {
        return input;
    }

    @Override
    public InputStream getInputStream() {
        return output;
    }

    @Override
    public InputStream getErrorStream() {
        return errors;
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return ended.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("it is never completed by a failure", impossible);
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            ended.get(timeout, unit);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("it is never completed by a failure", impossible);
        }
    }

    @Override
    public int exitValue() {
        if (!ended.isDone()) {
            throw new IllegalThreadStateException("it still runs");
        }
        return ended.join();
    }

    @Override
    public boolean isAlive() {
        return !ended.isDone();
    }

    @Override
    public void destroy() {
        kill("SIGTERM");
    }

    @Override
    public Process destroyForcibly() {
        kill("SIGKILL");
        return this;
    }

    private void kill(String signal) {
        // An interrupt would end the call, and is often why there is one.
        boolean interrupted = Thread.interrupted();
        try {
            // An engine that says no has ended it already.
            engine.post(path + "/kill?signal=" + signal, Optional.empty());
        } catch (IOException _) {
            // The engine is gone, or too slow: it is asked again until the container has ended.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * One stream of the engine's connection: frames of a head of 8 bytes and as many as it says.
     */
    private static final class Frames extends InputStream {
        private static final int HEAD = 8;

        private final InputStream source;
        private int left;

        Frames(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (left == 0) {
                byte[] head = source.readNBytes(HEAD);
                if (head.length < HEAD) {
                    return -1;
                }
                left = ByteBuffer.wrap(head).getInt(HEAD - Integer.BYTES);
            }
            int count = source.read(target, offset, Math.min(length, left));
            left -= Math.max(count, 0);
            return count;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /** The input of a connection that stays open for the output. */
    private static final class Attached extends OutputStream {
        private final SocketChannel channel;
        private final OutputStream bytes;

        Attached(SocketChannel channel) {
            this.channel = channel;
            this.bytes = Channels.newOutputStream(channel);
        }

        @Override
        public void write(int one) throws IOException {
            bytes.write(one);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            bytes.write(source, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (channel.isOpen()) {
                channel.shutdownOutput();
            }
        }
    }

    @Override
    public String toString() {
        return path;
    }
}

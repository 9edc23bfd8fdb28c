package io.millrace.replication.launch.docker;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Standard input and output of a program as named pipes in a folder, which a container sees too:
 * bytes go through the kernel alone, where the engine would copy them twice. {@link #end} is to be
 * called when the program has ended. Safe for all threads.
 */
final class NamedPipes {
    private static final String INPUT = "stdin.pipe";
    private static final String OUTPUT = "stdout.pipe";

    /** {@code mkfifo(3)}. */
    private static final Optional<MethodHandle> MKFIFO =
            Linker.nativeLinker()
                    .defaultLookup()
                    .find("mkfifo")
                    .map(address ->
                            Linker.nativeLinker()
                                    .downcallHandle(
                                            address,
                                            FunctionDescriptor.of(
                                                    ValueLayout.JAVA_INT,
                                                    ValueLayout.ADDRESS,
                                                    ValueLayout.JAVA_INT)));

    private final Path inputPipe;

    /** Opened for both, so that opening doesn't wait; as long as it is open, readers wait. */
    private final FileChannel holder;

    private final FileChannel output;
    private final boolean listens;

    /** The other end of the program's input, once the program has opened its own. */
    private final CompletableFuture<FileChannel> input = new CompletableFuture<>();

    private NamedPipes(Path inputPipe, FileChannel holder, FileChannel output, boolean listens) {
        this.inputPipe = inputPipe;
        this.holder = holder;
        this.output = output;
        this.listens = listens;
    }

    /**
     * Makes the pipes, which everybody may use who gets into {@code folder}.
     *
     * @param listens whether the program is to have an input
     */
    static NamedPipes create(Path folder, boolean listens) throws IOException {
        Path input = folder.resolve(INPUT);
        if (listens) {
            make(input);
        }
        Path output = folder.resolve(OUTPUT);
        make(output);
        FileChannel holder = FileChannel.open(output, READ, WRITE);
        try {
            var pipes = new NamedPipes(input, holder, FileChannel.open(output, READ), listens);
            if (listens) {
                Thread.ofPlatform().daemon().name("guest-pipe").start(pipes::openInput);
            }
            return pipes;
        } catch (IOException failure) {
            holder.close();
            throw failure;
        }
    }

    /** Whether this system has them. */
    static boolean available() {
        return MKFIFO.isPresent();
    }

    private static void make(Path pipe) throws IOException {
        int made;
        try (Arena arena = Arena.ofConfined()) {
            made = (int) MKFIFO.orElseThrow().invokeExact(arena.allocateFrom(pipe.toString()), 0);
        } catch (Throwable impossible) {
            throw new AssertionError("C functions throw nothing", impossible);
        }
        if (made != 0) {
            throw new IOException("no pipe can be made at " + pipe);
        }
        Files.setPosixFilePermissions(pipe, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    /** Waits for the program: what is written before it listens would be lost with our end. */
    private void openInput() {
        try {
            input.complete(FileChannel.open(inputPipe, WRITE));
        } catch (IOException failure) {
            input.completeExceptionally(failure);
        }
    }

    /** How a program's shell is told to use the pipes, which it finds in {@code folder}. */
    String redirections(String folder) {
        return "<%s >%s"
                .formatted(listens ? folder + "/" + INPUT : "/dev/null", folder + "/" + OUTPUT);
    }

    /** What the program prints; ends after {@link #end}. */
    InputStream output() {
        return Channels.newInputStream(output);
    }

    /** What the program gets; a write waits until it listens. */
    OutputStream input() {
        return listens ? new Input() : OutputStream.nullOutputStream();
    }

    /** After this, what is left of the output can be read, and nothing waits for the program. */
    void end() {
        if (listens) {
            // A reader, for an opening that still waits for one.
            try (FileChannel _ = FileChannel.open(inputPipe, READ, WRITE)) {
                close(input.join());
            } catch (IOException | CompletionException _) {
                // It could not be opened, so nobody waits.
            }
        }
        close(holder);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // Nothing was to be kept.
        }
    }

    private final class Input extends OutputStream {

        private FileChannel channel() throws IOException {
            try {
                return input.get();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a program started");
            } catch (ExecutionException failure) {
                throw new IOException("the program's input can't be opened", failure);
            }
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            FileChannel channel = channel();
            ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            channel().close();
        }
    }
}

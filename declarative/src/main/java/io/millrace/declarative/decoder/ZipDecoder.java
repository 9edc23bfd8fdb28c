package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.record.RecordSink;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Each file of a zip archive, in the order of its directory. The archive is kept in a file while it
 * is read, since its directory stands at its end.
 */
record ZipDecoder(BodyParser inner) implements Decoder {

    @Override
    public void decode(Answer answer, RecordSink sink) throws InterruptedException {
        try {
            Path file = Files.createTempFile("millrace-", ".zip");
            try {
                try (InputStream body = answer.stream()) {
                    Files.copy(body, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
                read(answer, file, sink);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException error) {
            throw new SystemFailure(
                    "A zip archive could not be kept in a file: " + error.getMessage(),
                    answer.toString(),
                    error);
        }
    }

    private void read(Answer answer, Path file, RecordSink sink)
            throws IOException, InterruptedException {
        try (var archive = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = archive.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (!entry.isDirectory()) {
                    read(answer, archive, entry, sink);
                }
            }
        } catch (ZipException error) {
            throw new SystemFailure(
                    "Received an invalid zip file in response.", answer.toString(), error);
        }
    }

    private void read(Answer answer, ZipFile archive, ZipEntry entry, RecordSink sink)
            throws InterruptedException {
        try (InputStream content = archive.getInputStream(entry)) {
            inner.parse(content, sink);
        } catch (IOException error) {
            throw new SystemFailure(
                    "Failed to parse file: %s from zip file.".formatted(entry.getName()),
                    "%s: %s".formatted(answer, error.getMessage()),
                    error);
        }
    }

    @Override
    public @Nullable Object first(Answer answer) {
        return Decoder.nothing();
    }

    @Override
    public boolean streams() {
        return true;
    }
}

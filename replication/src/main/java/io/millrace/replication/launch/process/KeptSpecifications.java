package io.millrace.replication.launch.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.protocol.json.Additional;
import io.millrace.protocol.message.ConnectorSpecification;
import io.millrace.protocol.message.Message;
import io.millrace.protocol.message.MessageReader;
import io.millrace.protocol.message.MessageWriter;
import io.millrace.protocol.message.SpecMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Specifications of programs that can't change theirs, by the program's identity. A cache: what
 * can't be read or written is asked for again.
 */
final class KeptSpecifications {
    private final Path folder;

    KeptSpecifications(Path cache) {
        this.folder = cache.resolve("specifications");
    }

    Optional<ConnectorSpecification> find(String identity) {
        Path file = file(identity);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            // Closes nothing but an array.
            var reader = new MessageReader(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (reader.next() == MessageReader.Event.MESSAGE) {
                Message message = reader.message();
                if (message instanceof SpecMessage spec) {
                    return Optional.of(spec.specification());
                }
            }
            return Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    void keep(String identity, ConnectorSpecification specification) {
        var text = new ByteArrayOutputStream();
        try (var writer = new MessageWriter(text)) {
            writer.write(new SpecMessage(specification, Additional.NONE));
            writer.flush();
            Files.createDirectories(folder);
            Path draft = Files.createTempFile(folder, "draft-", ".jsonl");
            Files.write(draft, text.toByteArray());
            Files.move(
                    draft,
                    file(identity),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException _) {
            // Asked for again next time.
        }
    }

    private Path file(String identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(UTF_8));
            return folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".jsonl");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}

package io.millrace.cli.command;

import io.millrace.cli.registry.ConnectorArchive;
import io.millrace.cli.registry.ConnectorMetadata;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connector build}. */
@Command(
        description = {
            "Packs a connector: an archive of its folder, without secrets, and an image by its"
                    + " Dockerfile.",
            "The same content gives the same archive, byte by byte."
        })
final class ConnectorBuildCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "DIR", description = "The connector's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--archive",
            paramLabel = "F",
            description = "The archive; by default target/NAME-VERSION.zip in the folder.")
    private @Nullable Path archive;

    @Option(names = "--no-image", description = "Makes the archive alone.")
    private boolean noImage;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    ConnectorBuildCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(folder)) {
            throw new UsageException("There is no folder %s.".formatted(folder));
        }
        ConnectorMetadata metadata = ConnectorMetadata.read(folder);
        if (!metadata.problems().isEmpty()) {
            throw new ConfigurationFailure(
                    "metadata.yaml is not as it must be: "
                            + String.join("; ", metadata.problems()));
        }
        String name = metadata.repository().substring(metadata.repository().lastIndexOf('/') + 1);
        Path target =
                archive != null
                        ? archive
                        : folder.resolve("target/%s-%s.zip".formatted(name, metadata.version()));
        ConnectorArchive.write(folder.toAbsolutePath().normalize(), target);
        String digest = ConnectorArchive.digest(target);
        String image = metadata.repository() + ":" + metadata.version();
        if (!noImage) {
            buildImage(image);
        }
        if (json) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.put("archive", target.toString());
            document.put("digest", digest);
            if (noImage) {
                document.putNull("image");
            } else {
                document.put("image", image);
            }
            terminal.output().println(document.toPrettyString());
        } else {
            terminal.output().printf("%s%n%s%n", target, digest);
            if (!noImage) {
                terminal.output().println(image);
            }
        }
        return ExitStatus.DONE;
    }

    private void buildImage(String image) throws InterruptedException {
        if (!Files.exists(folder.resolve("Dockerfile"))) {
            throw new UsageException("There is no Dockerfile in %s.".formatted(folder));
        }
        Images.build(image, folder.toAbsolutePath(), terminal);
    }
}

package io.millrace.cli.command;

import io.millrace.cli.registry.ConnectorArchive;
import io.millrace.cli.registry.ConnectorMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
            "Packs a connector: an archive of its folder, without secrets, and an image. One in"
                    + " Java needs no engine: its image is a file beside the archive, for 'docker"
                    + " load'. All others are built by their Dockerfile.",
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

    @Option(names = "--base-image", paramLabel = "IMAGE", description = Images.BASE_IMAGE)
    private @Nullable String baseImage;

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
        String name = metadata.shortName();
        Path target =
                archive != null
                        ? archive
                        : folder.resolve("target/%s-%s.zip".formatted(name, metadata.version()));
        ConnectorArchive.write(folder.toAbsolutePath().normalize(), target);
        String digest = ConnectorArchive.digest(target);
        Optional<Images.Built> image =
                noImage
                        ? Optional.empty()
                        : Optional.of(new Images(terminal, baseImage).build(folder, metadata));
        Optional<Path> imageArchive = image.flatMap(Images.Built::archive);
        if (json) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.put("archive", target.toString());
            document.put("digest", digest);
            document.put("image", image.map(Images.Built::name).orElse(null));
            imageArchive.ifPresent(file -> document.put("image_archive", file.toString()));
            terminal.output().println(document.toPrettyString());
        } else {
            terminal.output().printf("%s%n%s%n", target, digest);
            image.ifPresent(each -> terminal.output().println(each.name()));
            imageArchive.ifPresent(terminal.output()::println);
        }
        return ExitStatus.DONE;
    }
}

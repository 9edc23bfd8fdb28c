package io.millrace.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.CredentialRetriever;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes one image. The one argument is a file of JSON: {@code name} of the image, {@code base} (an
 * image) or {@code base_archive} (a file of one), {@code layers} (lists of files, {@code from} and
 * {@code to}), {@code entrypoint}, {@code directory}, {@code environment}, {@code labels}; with
 * {@code archive} the image becomes that file, otherwise it goes to the registry that its name
 * leads to, with the credentials that {@code docker login} keeps. Prints {@code {"digest"}}. The
 * same request and base give the same image.
 */
public final class ImageBuilder {
    private final PrintStream errors;

    private ImageBuilder(PrintStream errors) {
        this.errors = errors;
    }

    /** Ends with 1 where the image can't be made; standard error tells why. */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(Path.of(arguments[0]), System.out, System.err));
    }

    static int run(Path request, PrintStream output, PrintStream errors)
            throws InterruptedException {
        try {
            String digest =
                    new ImageBuilder(errors).build(JsonMapper.shared().readTree(request.toFile()));
            output.println(JsonMapper.shared().createObjectNode().put("digest", digest).toString());
            return 0;
        } catch (ExecutionException failure) {
            errors.println(told(failure.getCause() == null ? failure : failure.getCause()));
        } catch (IOException
                | InvalidImageReferenceException
                | RegistryException
                | CacheDirectoryCreationException failure) {
            errors.println(told(failure));
        }
        return 1;
    }

    /** With its causes: the first often says only that something failed. */
    private static String told(Throwable failure) {
        var text = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && text.indexOf(cause.getMessage()) < 0) {
                text.append(": ").append(cause.getMessage());
            }
        }
        return text.toString();
    }

    private String build(JsonNode request)
            throws IOException,
                    InterruptedException,
                    ExecutionException,
                    InvalidImageReferenceException,
                    RegistryException,
                    CacheDirectoryCreationException {
        JibContainerBuilder image =
                base(request)
                        .setFormat(ImageFormat.Docker)
                        .setCreationTime(Instant.EPOCH)
                        .setWorkingDirectory(
                                AbsoluteUnixPath.get(request.path("directory").asString()));
        int number = 0;
        for (JsonNode files : request.path("layers")) {
            number++;
            var layer = FileEntriesLayer.builder().setName("layer " + number);
            for (JsonNode file : files) {
                layer.addEntry(
                        Path.of(file.path("from").asString()),
                        AbsoluteUnixPath.get(file.path("to").asString()));
            }
            image.addFileEntriesLayer(layer.build());
        }
        image.setEntrypoint(
                request.path("entrypoint").valueStream().map(JsonNode::asString).toList());
        for (var variable : request.path("environment").properties()) {
            image.addEnvironmentVariable(variable.getKey(), variable.getValue().asString());
        }
        for (var label : request.path("labels").properties()) {
            image.addLabel(label.getKey(), label.getValue().asString());
        }
        JibContainer built = image.containerize(target(request));
        return built.getDigest().toString();
    }

    private JibContainerBuilder base(JsonNode request) throws InvalidImageReferenceException {
        if (request.has("base_archive")) {
            return Jib.from(TarImage.at(Path.of(request.path("base_archive").asString())));
        }
        String name = request.path("base").asString();
        if (name.equals("scratch")) {
            return Jib.fromScratch();
        }
        return Jib.from(registry(ImageReference.parse(name)));
    }

    private Containerizer target(JsonNode request) throws InvalidImageReferenceException {
        ImageReference name = ImageReference.parse(request.path("name").asString());
        Containerizer target =
                request.has("archive")
                        ? Containerizer.to(
                                TarImage.at(Path.of(request.path("archive").asString()))
                                        .named(name))
                        : Containerizer.to(registry(name));
        return target.setToolName("millrace")
                .setAllowInsecureRegistries(isHere(name.getRegistry()))
                .addEventHandler(
                        LogEvent.class,
                        event -> {
                            switch (event.getLevel()) {
                                case WARN, LIFECYCLE -> errors.println(event.getMessage());
                                case ERROR, INFO, PROGRESS, DEBUG -> {
                                    // Errors are thrown, too; the rest is every request.
                                }
                            }
                        });
    }

    private RegistryImage registry(ImageReference name) {
        RegistryImage image = RegistryImage.named(name);
        try {
            CredentialRetriever docker =
                    CredentialRetrieverFactory.forImage(name, _ -> {}).dockerConfig();
            image.addCredentialRetriever(docker);
        } catch (IllegalArgumentException noHome) {
            errors.println("Nobody is logged in: " + noHome.getMessage());
        }
        return image;
    }

    /** As engines do: plain HTTP on this machine alone. */
    private static boolean isHere(String registry) {
        String host = registry.replaceFirst(":\\d+$", "");
        return host.equals("localhost")
                || (host.matches("[\\d.]+|\\[.*]")
                        && InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""))
                                .isLoopbackAddress());
    }
}

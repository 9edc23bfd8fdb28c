package io.millrace.cli.command;

import io.millrace.cli.registry.ConnectorMetadata;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.replication.launch.process.Tool;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The image of a connector in Java: its libraries and its own jar, as layers on an image that has
 * Java. It is made by the image builder, a program of its own beside ours: its libraries are many,
 * and nothing else needs them.
 */
final class JavaImage {
    private static final String JAR = "target/connector.jar";
    private static final String LIBRARIES = "target/lib";
    private static final String INSIDE = "/connector/";
    private static final String DEFAULT_BASE = "eclipse-temurin:25-jre";
    private static final Duration WITHIN = Duration.ofHours(1);

    private final Path folder;
    private final ConnectorMetadata metadata;
    private final String base;
    private final Terminal terminal;

    private JavaImage(Path folder, ConnectorMetadata metadata, String base, Terminal terminal) {
        this.folder = folder;
        this.metadata = metadata;
        this.base = base;
        this.terminal = terminal;
    }

    /**
     * The image of a connector; empty where it isn't one in Java of our kit's layout.
     *
     * @throws UsageException where it isn't compiled
     */
    static Optional<JavaImage> of(
            Path folder, ConnectorMetadata metadata, Optional<String> base, Terminal terminal) {
        if (!metadata.language().equals("java") || !Files.isDirectory(folder.resolve("src"))) {
            return Optional.empty();
        }
        if (!Files.exists(folder.resolve(JAR))) {
            throw new UsageException(
                    "%s isn't compiled; run 'millrace connector compile %s'."
                            .formatted(folder, folder));
        }
        return Optional.of(
                new JavaImage(
                        folder.toAbsolutePath().normalize(),
                        metadata,
                        base.orElseGet(() ->
                                metadata.data()
                                        .path("connectorBuildOptions")
                                        .path("baseImage")
                                        .asString(DEFAULT_BASE)),
                        terminal));
    }

    /** Makes it a file that {@code docker load} takes. */
    void write(String name, Path archive) throws InterruptedException {
        build(request(name).put("archive", archive.toAbsolutePath().toString()));
    }

    /** Takes it to the registry of images that its name leads to. */
    void push(String name) throws InterruptedException {
        build(request(name));
    }

    private ObjectNode request(String name) {
        ObjectNode request = JsonMapper.shared().createObjectNode();
        request.put("name", name);
        // A path from where the user is, if there is such a file.
        request.put(
                Files.isRegularFile(Path.of(base)) ? "base_archive" : "base",
                Files.isRegularFile(Path.of(base))
                        ? Path.of(base).toAbsolutePath().toString()
                        : base);
        ArrayNode layers = request.putArray("layers");
        // What seldom changes first.
        try (Stream<Path> jars = Files.list(folder.resolve(LIBRARIES))) {
            ArrayNode libraries = layers.addArray();
            jars.sorted().forEach(jar -> file(libraries, jar));
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(folder.resolve(LIBRARIES)),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
        file(layers.addArray(), folder.resolve(JAR));
        var words =
                List.of(
                        "java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-cp",
                        INSIDE + JAR + ":" + INSIDE + LIBRARIES + "/*",
                        mainClass());
        ArrayNode entryPoint = request.putArray("entrypoint");
        words.forEach(entryPoint::add);
        request.put("directory", INSIDE.substring(0, INSIDE.length() - 1));
        request.putObject("environment").put("AIRBYTE_ENTRYPOINT", String.join(" ", words));
        request.putObject("labels")
                .put("io.airbyte.name", metadata.repository())
                .put("io.airbyte.version", metadata.version());
        return request;
    }

    private void file(ArrayNode layer, Path file) {
        layer.addObject()
                .put("from", file.toString())
                .put("to", INSIDE + folder.relativize(file).toString().replace('\\', '/'));
    }

    private String mainClass() {
        try (var jar = new JarFile(folder.resolve(JAR).toFile())) {
            Optional<String> named =
                    Optional.ofNullable(jar.getManifest())
                            .map(manifest ->
                                    manifest.getMainAttributes()
                                            .getValue(Attributes.Name.MAIN_CLASS));
            if (named.isPresent()) {
                return named.get();
            }
            if (jar.getEntry("Main.class") != null) {
                return "Main";
            }
        } catch (IOException failure) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(folder.resolve(JAR)),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
        throw new ConfigurationFailure(
                "%s has no class Main, and no Main-Class in its manifest.".formatted(JAR));
    }

    private void build(ObjectNode request) throws InterruptedException {
        Tool.Outcome outcome =
                Tool.run(
                        place -> {
                            var words = new ArrayList<String>();
                            words.add(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString());
                            // For Guava, which Jib brings.
                            words.add("--sun-misc-unsafe-memory-access=allow");
                            words.addAll(List.of("-cp", builder()));
                            words.add("io.millrace.image.ImageBuilder");
                            words.add(place.write("request.json", request).toString());
                            return words;
                        },
                        folder,
                        Map.of(),
                        WITHIN,
                        (_, line) -> terminal.errors().println(line),
                        io.millrace.protocol.secret.SecretMasker.none());
        if (!outcome.succeeded()) {
            throw new ConfigurationFailure(
                    "The image could not be made; --no-image leaves it out.", outcome.lastErrors());
        }
    }

    /** The class path of the image builder: a folder of jars beside our own. */
    private static String builder() {
        String given = System.getProperty("millrace.image.builder");
        if (given != null) {
            return given;
        }
        try {
            Path own =
                    Path.of(
                            JavaImage.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            Path jars = own.resolveSibling("image");
            if (Files.isDirectory(jars)) {
                return jars + File.separator + "*";
            }
            throw new SystemFailure(
                    "This installation has no image builder in %s.".formatted(jars));
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("our own place is no path", impossible);
        }
    }
}

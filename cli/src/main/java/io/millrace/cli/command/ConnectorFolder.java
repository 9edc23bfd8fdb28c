package io.millrace.cli.command;

import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.LaunchProblem;
import io.millrace.replication.launch.Launcher;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.launch.folder.FolderLauncher;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.GuestLauncher;
import io.millrace.replication.launch.process.Guests;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The folder of a connector that somebody writes, and how it is run as a program. */
final class ConnectorFolder {
    private final Path folder;
    private final Launchers launchers;
    private final Terminal terminal;

    ConnectorFolder(Path folder, Launchers launchers, Terminal terminal) {
        if (!Files.isDirectory(folder)) {
            throw new UsageException("There is no folder %s.".formatted(folder));
        }
        this.folder = folder;
        this.launchers = launchers;
        this.terminal = terminal;
    }

    Path path() {
        return folder;
    }

    /**
     * What runs the connector.
     *
     * @param words a command in the place of what the folder says; empty for that
     * @param image what to run where the folder says nothing
     */
    GuestCommand command(
            List<String> words, Optional<String> image, Map<String, String> environment) {
        if (!words.isEmpty()) {
            return Guests.plain(words, folder.toAbsolutePath(), environment);
        }
        ConnectorReference reference = reference(image);
        Launcher launcher = launchers.find(reference.kind()).orElseThrow();
        if (launcher instanceof GuestLauncher guest) {
            return guest.command(reference, Launcher.Role.SOURCE, context());
        }
        // Manifests, built-in connectors, taps: this program speaks the protocol for them.
        return new OwnProgram(folder.toAbsolutePath(), environment);
    }

    /** The image that the folder names, if it is one. */
    Optional<String> image(Optional<String> otherwise) {
        ConnectorReference reference = reference(otherwise);
        return reference.kind().equals("image")
                ? Optional.of(reference.target().asString())
                : Optional.empty();
    }

    /** The connector as its folder names it. */
    ConnectorReference reference(Optional<String> image) {
        ObjectNode named;
        if (Files.exists(folder.resolve(FolderLauncher.FILE)) || image.isEmpty()) {
            named = read();
        } else {
            named = Json.object().put("image", image.get());
        }
        ConnectorReference.Parsed parsed = launchers.parse(named, Launcher.Role.SOURCE);
        if (parsed.reference().isEmpty()) {
            // A name may be one of a destination.
            parsed = launchers.parse(named, Launcher.Role.DESTINATION);
        }
        List<LaunchProblem> problems = parsed.problems();
        return parsed.reference()
                .orElseThrow(() ->
                        new UsageException(
                                "%s: %s"
                                        .formatted(
                                                folder.resolve(FolderLauncher.FILE),
                                                problems.stream()
                                                        .filter(each -> !each.warning())
                                                        .findFirst()
                                                        .orElseThrow()
                                                        .message())));
    }

    private ObjectNode read() {
        try {
            return FolderLauncher.read(folder);
        } catch (ConfigurationFailure wrong) {
            throw new UsageException(wrong.getMessage(), wrong);
        }
    }

    LaunchContext context() {
        return new LaunchContext(
                terminal.clock(),
                folder.toAbsolutePath(),
                terminal.cache(),
                _ -> {},
                (level, line) -> {
                    if (level != LogLevel.DEBUG && level != LogLevel.TRACE) {
                        terminal.errors().println(line);
                    }
                });
    }

    /** This program as it was started, running {@code connector run} on the folder. */
    private record OwnProgram(Path folder, Map<String, String> environment)
            implements GuestCommand {

        @Override
        public String name() {
            return folder.toString();
        }

        @Override
        public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
                throws IOException {
            var words = new ArrayList<>(words());
            words.addAll(List.of("connector", "run", folder.toString()));
            return GuestCall.of(Guests.withFlags(words, verb, files, place), folder, environment);
        }

        /** Java, its options and the main class. */
        private static List<String> words() {
            var words = new ArrayList<String>();
            words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            words.add("-cp");
            words.add(System.getProperty("java.class.path"));
            words.add(System.getProperty("sun.java.command", "").split(" ")[0]);
            return words;
        }
    }
}

package io.millrace.cli.secret;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The {@code secrets} folder of a connector. One thread. */
public final class ConnectorSecrets {
    private static final String FOLDER = "secrets";
    private static final String UPDATED = "updated_configurations";

    /** {@code NAME|TIME.json}, where the time is a number or sorts as text. */
    private static final Pattern ROTATED = Pattern.compile("(.+)\\|([^|]+)\\.json");

    /** A name that is a file of that folder, and of no other. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_. -]*");

    private final Path folder;
    private final TestedConnector connector;

    /**
     * @param folder the connector's
     */
    public ConnectorSecrets(Path folder, TestedConnector connector) {
        this.folder = folder;
        this.connector = connector;
    }

    /**
     * Fetches every configuration, and writes them all once all have been found good.
     *
     * @return the files
     */
    public List<Path> fetch(SecretKeeper keeper) throws InterruptedException {
        var texts = new LinkedHashMap<Path, String>();
        for (var each : keeper.fetch(connector).entrySet()) {
            if (!NAME.matcher(each.getKey()).matches()) {
                throw new ConfigurationFailure(
                        "%s has a configuration with a name that is no file's: \"%s\"."
                                .formatted(keeper.name(), each.getKey()));
            }
            requireObject(
                    each.getValue(),
                    "The configuration %s of %s in %s"
                            .formatted(each.getKey(), connector.name(), keeper.name()));
            texts.put(folder.resolve(FOLDER).resolve(each.getKey() + ".json"), each.getValue());
        }
        if (texts.isEmpty()) {
            throw new ConfigurationFailure(
                    "There is nothing for %s in %s.".formatted(connector.name(), keeper.name()));
        }
        try {
            ignore();
            for (var each : texts.entrySet()) {
                PrivateFiles.write(each.getKey(), each.getValue());
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
        return List.copyOf(texts.keySet());
    }

    /** Its message never quotes the text (invariant 7). */
    private static void requireObject(String text, String what) {
        boolean object;
        try {
            object = JsonMapper.shared().readTree(text).isObject();
        } catch (JacksonException _) {
            object = false;
        }
        if (!object) {
            throw new ConfigurationFailure("%s is no JSON object.".formatted(what));
        }
    }

    /** Before the first secret: it must never get into version control. */
    private void ignore() throws IOException {
        Path file = folder.resolve(".gitignore");
        String text = Files.exists(file) ? Files.readString(file) : "";
        boolean ignored =
                text.lines()
                        .map(String::strip)
                        .anyMatch(line -> line.matches("/?(\\*\\*/)?secrets(/\\*{0,2})?"));
        if (!ignored) {
            Files.writeString(
                    file,
                    text + (text.isEmpty() || text.endsWith("\n") ? "" : "\n") + FOLDER + "/\n");
        }
    }

    /** What {@link #writeBack} did. */
    public record Written(String configuration, Path file) {}

    /**
     * Stores the newest of what runs have put into {@code secrets/updated_configurations}, and
     * makes it the configuration that later runs start with. What was stored is taken away there.
     */
    public List<Written> writeBack(SecretKeeper keeper) throws InterruptedException {
        Path updated = folder.resolve(FOLDER).resolve(UPDATED);
        var byName = new TreeMap<String, Map<String, Path>>();
        try {
            if (Files.isDirectory(updated)) {
                try (Stream<Path> files = Files.list(updated)) {
                    for (Path file : files.toList()) {
                        Matcher rotated = ROTATED.matcher(String.valueOf(file.getFileName()));
                        if (rotated.matches()) {
                            byName.computeIfAbsent(
                                            rotated.group(1).replaceFirst("\\.json$", ""),
                                            _ -> new TreeMap<>(ConnectorSecrets::compareTimes))
                                    .put(rotated.group(2), file);
                        }
                    }
                }
            }
            var written = new ArrayList<Written>();
            for (var each : byName.entrySet()) {
                Path newest = each.getValue().values().stream().toList().getLast();
                String text = Files.readString(newest);
                requireObject(text, newest.toString());
                keeper.store(connector, each.getKey(), text);
                PrivateFiles.write(folder.resolve(FOLDER).resolve(each.getKey() + ".json"), text);
                for (Path file : each.getValue().values()) {
                    Files.deleteIfExists(file);
                }
                written.add(new Written(each.getKey(), newest));
            }
            return written;
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static int compareTimes(String one, String other) {
        boolean numbers = one.matches("\\d{1,18}") && other.matches("\\d{1,18}");
        return numbers
                ? Long.compare(Long.parseLong(one), Long.parseLong(other))
                : one.compareTo(other);
    }

    private SystemFailure failed(IOException failure) {
        return new SystemFailure(
                "%s can't be read or written.".formatted(folder.resolve(FOLDER)),
                String.valueOf(failure.getMessage()),
                failure);
    }
}

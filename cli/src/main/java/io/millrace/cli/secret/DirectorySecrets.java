package io.millrace.cli.secret;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Configurations in files {@code CONNECTOR/NAME.json} of a directory, or in files of it named
 * {@code SECRET_<NAME>_CREDS}, with or without an ending.
 */
record DirectorySecrets(Path root) implements SecretKeeper {
    private static final String JSON = ".json";

    @Override
    public String name() {
        return "the directory " + root;
    }

    @Override
    public Map<String, String> fetch(TestedConnector connector) {
        if (!Files.isDirectory(root)) {
            throw new ConfigurationFailure("There is no directory %s.".formatted(root));
        }
        var found = new TreeMap<String, String>();
        try {
            for (Path file : files(root)) {
                String name = String.valueOf(file.getFileName()).replaceFirst("\\.[a-z]+$", "");
                var configuration = connector.configuration(name);
                if (configuration.isPresent()) {
                    found.put(configuration.get(), Files.readString(file));
                }
            }
            for (Path file : files(root.resolve(connector.name()))) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(JSON)) {
                    found.put(
                            name.substring(0, name.length() - JSON.length()),
                            Files.readString(file));
                }
            }
            return found;
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Override
    public void store(TestedConnector connector, String configuration, String text) {
        try {
            // Where it came from; a folder of the connector's own otherwise.
            for (Path file : files(root)) {
                String name = String.valueOf(file.getFileName()).replaceFirst("\\.[a-z]+$", "");
                if (connector.configuration(name).filter(configuration::equals).isPresent()
                        && !Files.exists(
                                root.resolve(connector.name()).resolve(configuration + JSON))) {
                    PrivateFiles.write(file, text);
                    return;
                }
            }
            PrivateFiles.write(root.resolve(connector.name()).resolve(configuration + JSON), text);
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private SystemFailure failed(IOException failure) {
        return new SystemFailure(
                "%s can't be read or written.".formatted(name()),
                String.valueOf(failure.getMessage()),
                failure);
    }
}

package io.millrace.protocol.message;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The three files that a connector is started with (reference: protocol 1.5.4 to 1.5.7). What is
 * wrong with one is a {@link ConfigurationFailure} that names the file and the place, and quotes
 * nothing of it, since a configuration holds secrets (invariant 7).
 */
public final class InputFiles {
    private InputFiles() {}

    /** The configuration, as it is written there. */
    public static ObjectNode readConfiguration(Path file) {
        return requireObject("configuration", file);
    }

    public static ConfiguredCatalog readConfiguredCatalog(Path file) {
        ObjectNode object = requireObject("catalog", file);
        try {
            return MessageParser.configuredCatalog(object);
        } catch (MalformedMessage malformed) {
            throw refused("catalog", file, malformed.getMessage() + ".", malformed);
        }
    }

    /**
     * The state to go on from; empty for the beginning: a file that does not exist, is empty, or
     * holds {@code []}, {@code {}} or null. A bare object is the blob of an old source. The result
     * is either all of streams, or a single one that is global or legacy.
     */
    public static List<StateMessage> readState(Path file) {
        byte[] content = readIfPresent("state", file);
        if (blank(content)) {
            return List.of();
        }
        JsonNode root = parse("state", file, content);
        return switch (root) {
            case ObjectNode object -> bareState(file, object);
            case JsonNode array when array.isArray() -> states(file, array);
            case JsonNode other when other.isNull() -> List.of();
            default -> throw refused("state", file, "It must be an array of states.", null);
        };
    }

    /** A catalog as its file holds it. */
    public static ObjectNode toJson(ConfiguredCatalog catalog) {
        return MessageFormatter.configuredCatalog(catalog);
    }

    /** A state as an element of its file. */
    public static ObjectNode toJson(StateMessage state) {
        return MessageFormatter.state(state);
    }

    /** What {@link #toJson(StateMessage)} wrote; empty where {@code json} is no state. */
    public static Optional<StateMessage> parseState(JsonNode json) {
        try {
            return json instanceof ObjectNode object
                    ? Optional.of(MessageParser.state(object, Additional.NONE))
                    : Optional.empty();
        } catch (MalformedMessage _) {
            return Optional.empty();
        }
    }

    private static List<StateMessage> bareState(Path file, ObjectNode object) {
        if (object.isEmpty()) {
            return List.of();
        }
        // A single state that somebody took out of its array; a blob has no such type.
        if (object.path("type").asStringOpt().filter(InputFiles::isStateType).isPresent()) {
            return List.of(state(file, 0, object));
        }
        return List.of(new StateMessage.Legacy(Optional.of(object), StateMessage.Context.NONE));
    }

    private static boolean isStateType(String type) {
        return type.equals("STREAM") || type.equals("GLOBAL") || type.equals("LEGACY");
    }

    private static List<StateMessage> states(Path file, JsonNode array) {
        List<StateMessage> states = new ArrayList<>(array.size());
        int index = 0;
        for (JsonNode element : array) {
            if (!(element instanceof ObjectNode object)
                    || !(object.has("stream") || object.has("global") || object.has("data"))) {
                throw refused(
                        "state",
                        file,
                        "Element %d must be an object with stream, global or data."
                                .formatted(index),
                        null);
            }
            states.add(state(file, index, object));
            index++;
        }
        if (states.size() > 1
                && !states.stream().allMatch(state -> state instanceof StateMessage.Stream)) {
            throw refused(
                    "state",
                    file,
                    "It must hold states of streams only, or a single global one.",
                    null);
        }
        return List.copyOf(states);
    }

    private static StateMessage state(Path file, int index, ObjectNode object) {
        try {
            return MessageParser.state(object, Additional.NONE);
        } catch (MalformedMessage malformed) {
            throw refused(
                    "state",
                    file,
                    "Element %d: %s.".formatted(index, malformed.getMessage()),
                    malformed);
        }
    }

    private static ObjectNode requireObject(String role, Path file) {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigurationFailure(
                    "There is no %s file %s. Check the path.".formatted(role, file),
                    missing.toString(),
                    missing);
        } catch (IOException unreadable) {
            throw unreadable(role, file, unreadable);
        }
        if (blank(content)) {
            throw refused(role, file, "It is empty.", null);
        }
        if (!(parse(role, file, content) instanceof ObjectNode object)) {
            throw refused(role, file, "It must be one JSON object.", null);
        }
        return object;
    }

    private static byte[] readIfPresent(String role, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return new byte[0]; // an absent state is the beginning
        } catch (IOException unreadable) {
            throw unreadable(role, file, unreadable);
        }
    }

    private static boolean blank(byte[] content) {
        for (byte each : content) {
            if (each != ' ' && each != '\n' && each != '\r' && each != '\t') {
                return false;
            }
        }
        return true;
    }

    private static JsonNode parse(String role, Path file, byte[] content) {
        try {
            return Json.parse(withoutByteOrderMark(content));
        } catch (JacksonException broken) {
            TokenStreamLocation place = broken.getLocation();
            String where =
                    place == null
                            ? ""
                            : " at line %d, column %d"
                                    .formatted(place.getLineNr(), place.getColumnNr());
            // Without the cause: its message quotes the file.
            throw refused(role, file, "It is no valid JSON%s.".formatted(where), null);
        }
    }

    private static byte[] withoutByteOrderMark(byte[] content) {
        boolean marked =
                content.length >= 3
                        && content[0] == (byte) 0xEF
                        && content[1] == (byte) 0xBB
                        && content[2] == (byte) 0xBF;
        return marked ? Arrays.copyOfRange(content, 3, content.length) : content;
    }

    private static ConfigurationFailure unreadable(String role, Path file, IOException cause) {
        return new ConfigurationFailure(
                "The %s file %s can't be read. Check the path and the rights."
                        .formatted(role, file),
                cause.toString(),
                cause);
    }

    private static ConfigurationFailure refused(
            String role, Path file, String reason, @Nullable Throwable cause) {
        return new ConfigurationFailure(
                "The %s file %s can't be used. %s".formatted(role, file, reason), reason, cause);
    }
}

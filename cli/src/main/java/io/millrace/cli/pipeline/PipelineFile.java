package io.millrace.cli.pipeline;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.replication.launch.ConnectorReference;
import io.millrace.replication.launch.Launchers;
import io.millrace.replication.sync.Naming;
import io.millrace.replication.sync.SchemaChangePolicy;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A pipeline as its file says it, checked as far as the file alone goes: keys, types, variables,
 * modes.
 *
 * @param document for the places of later problems
 * @param folder where relative paths start
 * @param source the block that names and configures the source, as in CONNECTORS section 1
 * @param streams what is to be synced; empty for every stream
 * @param warnings what may be meant otherwise
 */
public record PipelineFile(
        LocatedDocument document,
        Path folder,
        String name,
        ConnectorReference source,
        ConnectorReference destination,
        Naming naming,
        StreamEntry defaults,
        Optional<List<StreamEntry>> streams,
        SchemaChangePolicy schemaChanges,
        List<Problem> warnings) {

    /**
     * One entry below {@code streams}, or the defaults.
     *
     * @param pattern a stream's name, or a glob
     * @param pointer where it stands
     */
    public record StreamEntry(
            String pattern,
            String pointer,
            Optional<SyncMode> mode,
            Optional<List<String>> cursor,
            Optional<List<List<String>>> primaryKey,
            Optional<List<String>> fields,
            Optional<List<JsonNode>> mappers) {

        public boolean glob() {
            return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
        }
    }

    /**
     * Reads {@code file}.
     *
     * @param launchers the kinds of connectors that there are
     * @param environment a variable's value, null where it is not set
     * @throws ProblemsException with everything that is wrong
     */
    public static PipelineFile read(
            Path file, Launchers launchers, UnaryOperator<@Nullable String> environment) {
        Path folder =
                Optional.ofNullable(file.toAbsolutePath().getParent())
                        .orElse(file.toAbsolutePath());
        LocatedDocument written = LocatedDocument.parse(file.toString(), text(file));
        var substitution = new Substitution(written, environment, folder);
        LocatedDocument document = substitution.apply();
        return new PipelineReader(document, folder, launchers, substitution.problems()).read();
    }

    private static String text(Path file) {
        String problem;
        try {
            return Files.readString(file);
        } catch (NoSuchFileException _) {
            problem = "There is no such file.";
        } catch (MalformedInputException _) {
            problem = "This is no UTF-8 text.";
        } catch (IOException e) {
            problem =
                    Files.isDirectory(file)
                            ? "This is a folder."
                            : "It can't be read: %s.".formatted(e.getMessage());
        }
        throw new ProblemsException(
                List.of(new Problem(file.toString(), 1, 1, Problem.Severity.ERROR, problem)));
    }
}

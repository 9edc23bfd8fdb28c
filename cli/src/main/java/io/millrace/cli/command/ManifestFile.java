package io.millrace.cli.command;

import io.millrace.cli.pipeline.Problem;
import io.millrace.cli.pipeline.ProblemsException;
import io.millrace.declarative.http.HttpSettings;
import io.millrace.declarative.lint.Finding;
import io.millrace.declarative.lint.ManifestLint;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.message.InputFiles;
import io.millrace.protocol.secret.SecretFields;
import io.millrace.sdk.http.Pause;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A manifest and its configuration, as the commands name them that read one. */
final class ManifestFile {
    @Parameters(index = "0", paramLabel = "FILE", description = "The manifest.")
    private Path file = Path.of("");

    @Option(
            names = "--config",
            paramLabel = "F",
            description = "The configuration, a file of JSON; without it, an empty one.")
    private Optional<Path> config = Optional.empty();

    /**
     * Both, as they were read.
     *
     * @param text the manifest as it was written
     * @param folder where the manifest is
     */
    record Opened(Path file, String text, Manifest manifest, Path folder, ObjectNode config) {

        DeclarativeSource source(
                InstantSource clock, Pause pause, EngineLog log, HttpSettings http) {
            return DeclarativeSource.create(
                    manifest,
                    Trees.toMap(config),
                    new SourceSettings(clock, pause, log, folder, false, Optional.empty(), http));
        }

        /** What the manifest says of its configuration. */
        JsonNode specification() {
            return Trees.toTree(
                    DeclarativeSource.specification(manifest, folder)
                            .mapping("connection_specification"));
        }

        /** Where the configuration holds secrets. */
        List<JsonPointer> secrets() {
            return SecretFields.find(specification(), config);
        }
    }

    /**
     * Reads both.
     *
     * @throws ProblemsException with all that is wrong with a manifest that can't be used
     * @throws UsageException where a file can't be read
     */
    Opened open() {
        String text = text(file);
        try {
            return new Opened(
                    file,
                    text,
                    Manifest.parse(text),
                    Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow(),
                    configuration(config));
        } catch (SyncFailure failure) {
            List<Problem> problems = problems(file, text).stream().filter(Problem::error).toList();
            if (problems.isEmpty()) {
                throw new UsageException(failure.getMessage(), failure);
            }
            throw new ProblemsException(problems);
        }
    }

    /** An object of JSON in a file; an empty one without a file. */
    static ObjectNode configuration(Optional<Path> file) {
        return file.map(InputFiles::readConfiguration).orElseGet(Json::object);
    }

    /** What is wrong with a manifest, by its text and the files beside it. */
    static List<Problem> problems(Path file, String text) {
        return ManifestLint.check(text, Optional.ofNullable(file.toAbsolutePath().getParent()))
                .stream()
                .map(finding ->
                        new Problem(
                                file.toString(),
                                finding.place().line(),
                                finding.place().column(),
                                finding.severity() == Finding.Severity.ERROR
                                        ? Problem.Severity.ERROR
                                        : Problem.Severity.WARNING,
                                finding.message()))
                .toList();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException failure) {
            throw new UsageException("%s is not in UTF-8.".formatted(file), failure);
        } catch (NoSuchFileException failure) {
            throw new UsageException("There is no file %s.".formatted(file), failure);
        } catch (IOException failure) {
            throw new UsageException(
                    "%s can't be read: %s".formatted(file, failure.getMessage()), failure);
        }
    }
}

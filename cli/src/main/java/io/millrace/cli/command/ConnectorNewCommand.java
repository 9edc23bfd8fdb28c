package io.millrace.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cli.template.Template;
import io.millrace.cli.template.Templates;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.text.NearestName;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connector new}. */
@Command(
        description = {
            "Begins a connector: a small one that works, with incremental sync, tests and an"
                    + " image.",
            "Asks for what the flags don't say. Never touches a file that is there already."
        })
final class ConnectorNewCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--template", paramLabel = "T", description = "One of --list.")
    private @Nullable String template;

    @Option(
            names = "--kind",
            paramLabel = "K",
            description = "source or destination, where there is no --template.")
    private @Nullable String kind;

    @Option(
            names = "--language",
            paramLabel = "L",
            description = "A language of --list, where there is no --template.")
    private @Nullable String language;

    @Option(
            names = "--name",
            paramLabel = "N",
            description = "The connector's name, such as source-prices.")
    private @Nullable String name;

    @Option(names = "--dir", paramLabel = "DIR", description = "Its folder; by default its name.")
    private @Nullable Path folder;

    @Option(names = "--no-input", description = "Asks nothing.")
    private boolean noInput;

    @Option(names = "--list", description = "Lists the templates, and what each lacks here.")
    private boolean list;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    private @Nullable BufferedReader answers;

    ConnectorNewCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<Template> templates = Templates.list();
        if (list) {
            list(templates);
            return ExitStatus.DONE;
        }
        Template chosen = template(templates);
        String named = name();
        Path target = folder == null ? Path.of(named) : folder;
        Map<String, String> files =
                Templates.render(
                        chosen,
                        named,
                        UUID.randomUUID(),
                        LocalDate.ofInstant(terminal.clock().instant(), ZoneOffset.UTC));
        write(target, files);
        tell(chosen, named, target, files);
        return ExitStatus.DONE;
    }

    private void list(List<Template> templates) {
        if (!json) {
            for (Template each : templates) {
                List<String> missing = missing(each);
                terminal.output()
                        .printf(
                                "%-20s %-12s %-11s%s%n",
                                each.name(),
                                each.kind(),
                                each.language(),
                                missing.isEmpty() ? "" : "needs " + String.join(", ", missing));
            }
            return;
        }
        ObjectNode document = JsonMapper.shared().createObjectNode();
        ArrayNode listed = document.putArray("templates");
        for (Template each : templates) {
            ObjectNode entry = listed.addObject();
            entry.put("name", each.name());
            entry.put("kind", each.kind());
            entry.put("language", each.language());
            missing(each).forEach(entry.putArray("missing")::add);
        }
        terminal.output().println(document.toPrettyString());
    }

    /** Programs that aren't on the path. */
    private List<String> missing(Template each) {
        String path = terminal.environment().apply("PATH");
        List<String> folders = List.of((path == null ? "" : path).split(File.pathSeparator));
        return each.needs().stream()
                .filter(program ->
                        folders.stream()
                                .noneMatch(place ->
                                        !place.isEmpty()
                                                && Files.isExecutable(Path.of(place, program))))
                .toList();
    }

    private Template template(List<Template> templates) throws IOException {
        if (template != null) {
            return named(template, templates);
        }
        List<Template> left = narrowed(templates, kind, "kind", "--kind", Template::kind);
        left = narrowed(left, language, "language", "--language", Template::language);
        if (left.size() > 1) {
            left.forEach(
                    each -> terminal.errors().printf("  %-18s %s%n", each.name(), each.about()));
        }
        return narrowed(left, null, "template", "--template", Template::name).getFirst();
    }

    private static Template named(String given, List<Template> templates) {
        return templates.stream()
                .filter(each -> each.name().equals(given))
                .findFirst()
                .orElseThrow(() -> unknown("template", given, names(templates, Template::name)));
    }

    /** Those for which a quality has the value that was given or is asked for; never none. */
    private List<Template> narrowed(
            List<Template> templates,
            @Nullable String given,
            String what,
            String flag,
            Function<Template, String> quality)
            throws IOException {
        List<String> choices = names(templates, quality);
        if (given == null && choices.size() == 1) {
            return templates;
        }
        String wanted = given;
        while (true) {
            String answer =
                    wanted != null
                            ? wanted
                            : ask("%s (%s)".formatted(what, String.join(", ", choices)), flag);
            List<Template> left =
                    templates.stream()
                            .filter(each -> quality.apply(each).equalsIgnoreCase(answer))
                            .toList();
            if (!left.isEmpty()) {
                return left;
            }
            UsageException problem = unknown(what, answer, choices);
            if (wanted != null) {
                throw problem;
            }
            terminal.errors().println(problem.getMessage());
        }
    }

    private static List<String> names(
            List<Template> templates, Function<Template, String> quality) {
        return templates.stream().map(quality).distinct().toList();
    }

    private static UsageException unknown(String what, String given, List<String> choices) {
        return new UsageException(
                "There is no %s \"%s\"%s".formatted(what, given, NearestName.hint(given, choices)));
    }

    private String name() throws IOException {
        while (true) {
            String given = name != null ? name : ask("name, such as source-prices", "--name");
            Optional<String> problem = Templates.problemOfName(given);
            if (problem.isEmpty()) {
                return given;
            }
            if (name != null) {
                throw new UsageException(problem.get());
            }
            terminal.errors().println(problem.get());
        }
    }

    private String ask(String what, String flag) throws IOException {
        if (noInput) {
            throw new UsageException("%s is missing.".formatted(flag));
        }
        terminal.errors().print(Character.toUpperCase(what.charAt(0)) + what.substring(1) + ": ");
        terminal.errors().flush();
        BufferedReader open = answers;
        if (open == null) {
            // One for all questions, since it reads ahead; not closed: it is the process's own.
            open = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            answers = open;
        }
        String answer = open.readLine();
        if (answer == null || answer.isBlank()) {
            throw new UsageException("%s is missing.".formatted(flag));
        }
        return answer.strip();
    }

    /** All of the files, or none. */
    private static void write(Path target, Map<String, String> files) {
        for (String path : files.keySet()) {
            if (Files.exists(target.resolve(path))) {
                throw new UsageException(
                        "%s is there already; nothing was written."
                                .formatted(target.resolve(path)));
            }
        }
        var written = new ArrayList<Path>();
        try {
            for (var file : files.entrySet()) {
                Path path = target.resolve(file.getKey());
                Files.createDirectories(path.toAbsolutePath().getParent());
                Files.writeString(path, file.getValue(), StandardOpenOption.CREATE_NEW);
                written.add(path);
            }
        } catch (IOException failure) {
            for (Path path : written) {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException _) {
                    // The first failure tells more.
                }
            }
            if (failure instanceof FileAlreadyExistsException) {
                throw new UsageException(
                        "%s is in the way; nothing was written.".formatted(failure.getMessage()),
                        failure);
            }
            throw new SystemFailure(
                    "%s can't be written.".formatted(target),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private void tell(Template chosen, String named, Path target, Map<String, String> files) {
        if (json) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            document.put("template", chosen.name());
            document.put("name", named);
            document.put("dir", target.toString());
            files.keySet().stream().sorted().forEach(document.putArray("files")::add);
            terminal.output().println(document.toPrettyString());
            return;
        }
        terminal.output().printf("%s is in %s. Next:%n", named, target);
        terminal.output().printf("  cd %s%n", target);
        chosen.build().lines().forEach(line -> terminal.output().println("  " + line));
        chosen.test().lines().forEach(line -> terminal.output().println("  " + line));
        List<String> missing = missing(chosen);
        if (!missing.isEmpty()) {
            terminal.output().printf("It needs %s first.%n", String.join(", ", missing));
        }
    }
}

package io.millrace.cli.command;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes the reference page of the commands, in Markdown, from what {@code --help} knows. */
final class CommandReference {
    private final StringBuilder page = new StringBuilder();

    private CommandReference() {}

    static String of(CommandLine line) {
        var reference = new CommandReference();
        reference.page.append("# Commands\n");
        reference.subcommands(line.getCommandSpec());
        return reference.page.toString();
    }

    private void subcommands(CommandSpec parent) {
        for (CommandLine line : parent.subcommands().values()) {
            CommandSpec command = line.getCommandSpec();
            if (!command.usageMessage().hidden()) {
                command(command);
                subcommands(command);
            }
        }
    }

    private void command(CommandSpec command) {
        List<PositionalParamSpec> parameters =
                command.positionalParameters().stream()
                        .filter(argument -> !argument.hidden())
                        .toList();
        List<OptionSpec> options =
                command.options().stream()
                        .filter(option -> !option.hidden())
                        .filter(option -> !option.usageHelp() && !option.versionHelp())
                        .toList();
        page.append("\n## `").append(command.qualifiedName()).append("`\n\n");
        page.append(sentence(command.usageMessage().description())).append("\n\n");
        page.append("```\n").append(command.qualifiedName());
        parameters.forEach(parameter -> page.append(' ').append(synopsis(parameter)));
        options.forEach(option -> page.append(" [").append(name(option)).append(']'));
        page.append("\n```\n");
        if (!parameters.isEmpty() || !options.isEmpty()) {
            page.append("\n| | |\n|---|---|\n");
            parameters.forEach(parameter -> row(parameter.paramLabel(), parameter));
            options.forEach(option -> row(name(option), option));
        }
    }

    private void row(String name, ArgSpec argument) {
        page.append("| `")
                .append(name)
                .append("` | ")
                .append(sentence(argument.description()).replace("|", "\\|"))
                .append(" |\n");
    }

    private static String synopsis(PositionalParamSpec parameter) {
        String label = parameter.paramLabel();
        boolean several =
                parameter.index().max() > parameter.index().min() || parameter.arity().max() > 1;
        String text = several ? label + "…" : label;
        return parameter.required() ? text : "[" + text + "]";
    }

    private static String name(OptionSpec option) {
        String value = option.arity().max() > 0 ? " " + option.paramLabel() : "";
        return option.longestName() + value;
    }

    /** Picocli breaks lines at its own will; a page has one line for a sentence. */
    private static String sentence(String[] description) {
        return List.of(description).stream().map(String::strip).collect(Collectors.joining(" "));
    }
}

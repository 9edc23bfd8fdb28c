package io.millrace.sdk.option;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Writes the reference page of a connector, in Markdown, from its options. */
public final class ReferencePage {
    private final StringBuilder page = new StringBuilder();

    private ReferencePage() {}

    /**
     * @param heading {@code Source postgres}
     * @param description what the connector does
     * @param schema its options
     */
    public static String of(String heading, String description, OptionSchema<?> schema) {
        var writer = new ReferencePage();
        writer.page.append("# ").append(heading).append("\n\n").append(description).append("\n");
        writer.section("## Options", schema.root(), "");
        return writer.page.toString();
    }

    private void section(String heading, OptionType.Group group, String path) {
        page.append("\n").append(heading).append("\n\n");
        if (group.fields().isEmpty()) {
            page.append("None.\n");
            return;
        }
        page.append("| option | type | default | what it is |\n|---|---|---|---|\n");
        for (OptionType.Field field : group.fields()) {
            row(field);
        }
        for (OptionType.Field field : group.fields()) {
            below(field.type(), path + field.name());
        }
    }

    private void row(OptionType.Field field) {
        String defaultValue =
                field.defaultValue()
                        .map(value -> "`" + SchemaWriter.text(value) + "`")
                        .orElse(field.required() ? "**required**" : "");
        page.append("| `")
                .append(field.name())
                .append("` | ")
                .append(cell(typeText(field)))
                .append(" | ")
                .append(cell(defaultValue))
                .append(" | ")
                .append(cell(description(field)))
                .append(" |\n");
    }

    private static String description(OptionType.Field field) {
        var sentences = new ArrayList<String>();
        String text = field.description();
        sentences.add(text.endsWith(".") || text.endsWith("?") ? text : text + ".");
        Option option = field.declaration();
        if (option.ignored()) {
            sentences.add("Accepted, without effect.");
        }
        if (!option.pattern().isEmpty()) {
            sentences.add(
                    option.patternDescriptor().isEmpty()
                            ? "Must match `%s`.".formatted(option.pattern())
                            : "Form: `%s`.".formatted(option.patternDescriptor()));
        }
        if (option.examples().length > 0) {
            sentences.add(
                    "Example: "
                            + List.of(option.examples()).stream()
                                    .map(JsonMapper.shared()::readTree)
                                    .map(example -> "`" + SchemaWriter.text(example) + "`")
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        if (!field.aliases().isEmpty()) {
            sentences.add(
                    "Also called "
                            + field.aliases().stream()
                                    .map(alias -> "`" + alias + "`")
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        return String.join(" ", sentences);
    }

    private static String typeText(OptionType.Field field) {
        String type = typeText(field.type());
        boolean list = field.type() instanceof OptionType.ListOf;
        if (field.minimum().isPresent() && field.maximum().isPresent()) {
            type += ", %d to %d".formatted(field.minimum().get(), field.maximum().get());
        } else if (field.minimum().isPresent()) {
            type += ", at least %d".formatted(field.minimum().get());
        } else if (field.maximum().isPresent()) {
            type += ", at most %d".formatted(field.maximum().get());
        }
        return list && (field.minimum().isPresent() || field.maximum().isPresent())
                ? type + " entries"
                : type;
    }

    private static String typeText(OptionType type) {
        return switch (type) {
            case OptionType.Text _ -> "text";
            case OptionType.SecretText _ -> "secret text";
            case OptionType.Address _ -> "address";
            case OptionType.Moment _ -> "instant";
            case OptionType.Time _ -> "time (`30s`)";
            case OptionType.Size _ -> "size (`64MB`)";
            case OptionType.Flag _ -> "true or false";
            case OptionType.Anything _ -> "any";
            case OptionType.Real _ -> "number";
            case OptionType.Whole _ -> "whole number";
            case OptionType.Choice(Map<String, Object> constants) ->
                    constants.keySet().stream()
                            .map(constant -> "`" + constant + "`")
                            .collect(Collectors.joining(", "));
            case OptionType.ListOf(OptionType element) -> "list of " + typeText(element);
            case OptionType.MapOf(OptionType value) -> "names with " + typeText(value);
            case OptionType.Group _ -> "object, see below";
            case OptionType.OneOf(String field, List<OptionType.Branch> branches) ->
                    "object by `%s`: %s"
                            .formatted(
                                    field,
                                    branches.stream()
                                            .map(branch -> "`" + branch.value() + "`")
                                            .collect(Collectors.joining(", ")));
        };
    }

    private void below(OptionType type, String path) {
        switch (type) {
            case OptionType.ListOf(OptionType element) -> below(element, path + "[]");
            case OptionType.MapOf(OptionType value) -> below(value, path + ".*");
            case OptionType.Group group -> section("### `" + path + "`", group, path + ".");
            case OptionType.OneOf(String field, List<OptionType.Branch> branches) -> {
                page.append("\n### `").append(path).append("`\n\n");
                page.append("| `").append(field).append("` | what it does |\n|---|---|\n");
                for (OptionType.Branch branch : branches) {
                    page.append("| `")
                            .append(branch.value())
                            .append("` | ")
                            .append(
                                    cell(
                                            branch.description().isEmpty()
                                                    ? branch.title()
                                                    : branch.description()))
                            .append(" |\n");
                }
                for (OptionType.Branch branch : branches) {
                    if (!branch.group().fields().isEmpty()) {
                        section(
                                "#### `%s` with `%s: %s`".formatted(path, field, branch.value()),
                                branch.group(),
                                path + ".");
                    }
                }
            }
            case OptionType.Text _,
                    OptionType.SecretText _,
                    OptionType.Address _,
                    OptionType.Moment _,
                    OptionType.Time _,
                    OptionType.Size _,
                    OptionType.Flag _,
                    OptionType.Anything _,
                    OptionType.Real _,
                    OptionType.Whole _,
                    OptionType.Choice _ -> {
                // The row says it all.
            }
        }
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}

package io.millrace.cli.command;

import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.ConnectorDefinition;
import io.millrace.sdk.ConnectorRegistry;
import io.millrace.sdk.DestinationDefinition;
import io.millrace.sdk.option.OptionSchema;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code millrace init}. */
@Command(
        description =
                "Prints a commented pipeline file for two built-in connectors; redirect it into a"
                        + " file.")
final class InitCommand implements Callable<Integer> {
    private final Supplier<ConnectorRegistry> registry;
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "SOURCE",
            description = "A built-in source, see 'millrace connectors'.")
    private String source = "";

    @Parameters(index = "1", paramLabel = "DESTINATION", description = "A built-in destination.")
    private String destination = "";

    InitCommand(Supplier<ConnectorRegistry> registry, Terminal terminal) {
        this.registry = registry;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ConnectorDefinition<?> from;
        DestinationDefinition<?> to;
        try {
            from = registry.get().loadSource(source);
            to = registry.get().loadDestination(destination);
        } catch (ConfigurationFailure unknown) {
            throw new UsageException(unknown.getMessage(), unknown);
        }
        PrintStream out = terminal.output();
        out.println(
                "# Check it with 'millrace lint FILE' and 'millrace check FILE', then run 'millrace"
                        + " sync FILE'.");
        out.println(
                "name: %s-to-%s   # identity: checkpoints hang on it"
                        .formatted(from.name(), to.name()));
        out.println();
        block("source", from, out);
        out.println();
        block("destination", to, out);
        out.println();
        out.println(
                "# Where tables go: a text, in which ${SOURCE_NAMESPACE} stands for the stream's"
                        + " own; default: the destination's.");
        out.println("# namespace: \"${SOURCE_NAMESPACE}\"");
        out.println("# prefix: \"\"");
        out.println();
        SyncMode mode =
                to.supportedModes().contains(SyncMode.FULL_REFRESH_OVERWRITE)
                        ? SyncMode.FULL_REFRESH_OVERWRITE
                        : SyncMode.FULL_REFRESH_APPEND;
        out.println(
                "# One of %s."
                        .formatted(
                                to.supportedModes().stream()
                                        .map(SyncMode::text)
                                        .sorted()
                                        .collect(Collectors.joining(", "))));
        out.println("defaults: {sync_mode: %s}".formatted(mode.text()));
        out.println();
        out.println("# Leave streams out to sync them all; 'millrace discover FILE' lists them.");
        out.println("# streams:");
        out.println("#   NAME:");
        out.println("#     sync_mode: incremental_append");
        out.println("#     cursor_field: updated_at");
        out.println("#     fields: [id, name, updated_at]");
        out.println();
        out.println(
                "# What becomes of changed columns: propagate, propagate_columns, ignore or"
                        + " pause.");
        out.println("schema_changes: propagate");
        return ExitStatus.DONE;
    }

    private static void block(String key, ConnectorDefinition<?> definition, PrintStream out) {
        out.println("%s:".formatted(key));
        out.println("  connector: %s".formatted(definition.name()));
        JsonNode schema = OptionSchema.of(definition.optionsType()).jsonSchema(definition.title());
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asString()));
        out.println("  config:");
        for (var option : schema.path("properties").properties()) {
            boolean needed = required.contains(option.getKey());
            String description =
                    option.getValue().path("description").asString("").replaceAll("\\s+", " ");
            String mark = needed ? "    " : "    # ";
            out.println("    # %s%s".formatted(needed ? "" : "Optional. ", description));
            out.println(
                    "%s%s: %s"
                            .formatted(
                                    mark,
                                    option.getKey(),
                                    value(definition, option.getKey(), option.getValue())));
        }
    }

    private static String value(ConnectorDefinition<?> definition, String name, JsonNode option) {
        if (option.path("airbyte_secret").asBoolean(false)) {
            return "\"${%s_%s}\""
                    .formatted(
                            definition.name().toUpperCase(Locale.ROOT).replace('-', '_'),
                            name.toUpperCase(Locale.ROOT));
        }
        for (String key : List.of("default", "const")) {
            if (option.has(key)) {
                return option.get(key).toString();
            }
        }
        JsonNode example = option.path("examples").path(0);
        if (!example.isMissingNode()) {
            return example.toString();
        }
        JsonNode branch = option.path("oneOf").path(0).path("properties");
        if (!branch.isMissingNode()) {
            return branch.properties().stream()
                    .filter(field -> field.getValue().has("const"))
                    .map(field ->
                            "{%s: %s}".formatted(field.getKey(), field.getValue().get("const")))
                    .findFirst()
                    .orElse("{}");
        }
        return switch (option.path("type").asString("string")) {
            case "integer", "number" -> "0";
            case "boolean" -> "false";
            case "array" -> "[]";
            case "object" -> "{}";
            default -> "\"\"";
        };
    }
}

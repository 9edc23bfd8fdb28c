package io.millrace.sdk.option;

import io.millrace.protocol.text.DurationText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes options as a JSON schema with the hints of Airbyte's forms (reference: protocol 6.2). */
final class SchemaWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private SchemaWriter() {}

    static ObjectNode specification(String title, OptionType.Group group) {
        ObjectNode schema = JSON.objectNode();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("title", title);
        writeGroup(schema, group, Optional.empty());
        List<String> groups =
                group.fields().stream()
                        .map(field -> field.declaration().group())
                        .filter(name -> !name.isEmpty())
                        .distinct()
                        .toList();
        if (!groups.isEmpty()) {
            var list = schema.putArray("groups");
            groups.forEach(name ->
                    list.addObject().put("id", name).put("title", OptionReader.title(name)));
        }
        return schema;
    }

    private static void writeGroup(
            ObjectNode schema, OptionType.Group group, Optional<ObjectNode> discriminator) {
        schema.put("type", "object");
        var required = JSON.arrayNode();
        ObjectNode properties = JSON.objectNode();
        discriminator.ifPresent(constant ->
                constant.properties()
                        .forEach(property -> {
                            required.add(property.getKey());
                            properties.set(property.getKey(), property.getValue());
                        }));
        int order = discriminator.isPresent() ? 1 : 0;
        for (OptionType.Field field : group.fields()) {
            if (field.required()) {
                required.add(field.name());
            }
            properties.set(field.name(), field(field, order++));
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.set("properties", properties);
        schema.put("additionalProperties", true);
    }

    private static ObjectNode field(OptionType.Field field, int place) {
        Option option = field.declaration();
        ObjectNode schema = JSON.objectNode();
        schema.put("title", field.title());
        schema.put("description", field.description());
        writeType(schema, field.type());
        field.defaultValue().ifPresent(value -> schema.set("default", value));
        if (option.examples().length > 0) {
            var examples = schema.putArray("examples");
            for (String example : option.examples()) {
                examples.add(JsonMapper.shared().readTree(example));
            }
        }
        if (!option.pattern().isEmpty()) {
            schema.put("pattern", anchored(option.pattern()));
        }
        putText(schema, "pattern_descriptor", option.patternDescriptor());
        boolean list = field.type() instanceof OptionType.ListOf;
        field.minimum().ifPresent(bound -> schema.put(list ? "minItems" : "minimum", bound));
        field.maximum().ifPresent(bound -> schema.put(list ? "maxItems" : "maximum", bound));
        schema.put("order", option.order() >= 0 ? option.order() : place);
        putText(schema, "group", option.group());
        putFlag(schema, "multiline", option.multiline());
        putFlag(schema, "always_show", option.alwaysShow());
        putFlag(schema, "airbyte_hidden", option.ignored());
        return schema;
    }

    private static void putText(ObjectNode schema, String keyword, String text) {
        if (!text.isEmpty()) {
            schema.put(keyword, text);
        }
    }

    private static void putFlag(ObjectNode schema, String keyword, boolean value) {
        if (value) {
            schema.put(keyword, true);
        }
    }

    /** JSON schema searches where we match the whole text. */
    private static String anchored(String pattern) {
        return pattern.startsWith("^") && pattern.endsWith("$") ? pattern : "^(?:" + pattern + ")$";
    }

    private static void writeType(ObjectNode schema, OptionType type) {
        switch (type) {
            case OptionType.Text _ -> schema.put("type", "string");
            case OptionType.SecretText _ ->
                    schema.put("type", "string").put("airbyte_secret", true);
            case OptionType.Address _ -> schema.put("type", "string").put("format", "uri");
            case OptionType.Moment _ -> schema.put("type", "string").put("format", "date-time");
            case OptionType.Time _ ->
                    schema.put("type", "string")
                            .put("pattern", DurationText.PATTERN)
                            .put("pattern_descriptor", "30s");
            case OptionType.Size _ ->
                    schema.put("type", "string").put("pattern_descriptor", "64MB");
            case OptionType.Flag _ -> schema.put("type", "boolean");
            case OptionType.Anything _ -> {
                // No type: anything goes.
            }
            case OptionType.Real _ -> schema.put("type", "number");
            case OptionType.Whole _ -> schema.put("type", "integer");
            case OptionType.Choice(Map<String, Object> constants) -> {
                schema.put("type", "string");
                var values = schema.putArray("enum");
                constants.keySet().forEach(values::add);
            }
            case OptionType.ListOf(OptionType element) -> {
                schema.put("type", "array");
                writeType(schema.putObject("items"), element);
            }
            case OptionType.MapOf(OptionType value) -> {
                schema.put("type", "object");
                writeType(schema.putObject("additionalProperties"), value);
            }
            case OptionType.Group group -> writeGroup(schema, group, Optional.empty());
            case OptionType.OneOf(String field, List<OptionType.Branch> branches) -> {
                schema.put("type", "object");
                var options = schema.putArray("oneOf");
                for (OptionType.Branch branch : branches) {
                    ObjectNode option = options.addObject();
                    option.put("title", branch.title());
                    putText(option, "description", branch.description());
                    ObjectNode constant = JSON.objectNode();
                    constant.putObject(field)
                            .put("type", "string")
                            .put("const", branch.value())
                            .put("order", 0);
                    writeGroup(option, branch.group(), Optional.of(constant));
                }
            }
        }
    }

    /** The JSON text of {@code value} in one line. */
    static String text(JsonNode value) {
        return JsonMapper.shared().writeValueAsString(value);
    }
}

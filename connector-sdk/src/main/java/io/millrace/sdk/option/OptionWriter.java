package io.millrace.sdk.option;

import io.millrace.protocol.json.Json;
import io.millrace.protocol.text.DurationText;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns options back into the configuration that they were read from. */
final class OptionWriter {
    private OptionWriter() {}

    static ObjectNode group(OptionType.Group group, Object options) {
        ObjectNode config = Json.object();
        RecordComponent[] components =
                group.constructor().getDeclaringClass().getRecordComponents();
        // A field for each component, in their order.
        List<OptionType.Field> fields = group.fields();
        for (int i = 0; i < components.length; i++) {
            OptionType.Field field = fields.get(i);
            Object value = value(components[i], options);
            Optional<?> present =
                    value instanceof Optional<?> optional ? optional : Optional.of(value);
            present.ifPresent(each -> config.set(field.name(), node(field.type(), each)));
        }
        return config;
    }

    private static Object value(RecordComponent component, Object options) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true); // options may be package-private
            return accessor.invoke(options);
        } catch (IllegalAccessException | InvocationTargetException failure) {
            throw new IllegalStateException(component.toString(), failure);
        }
    }

    private static JsonNode node(OptionType type, Object value) {
        return switch (type) {
            case OptionType.SecretText _ -> text(((Secret) value).reveal());
            case OptionType.Time _ -> text(DurationText.format((Duration) value));
            case OptionType.Size _ -> text(((DataSize) value).bytes() + "B");
            case OptionType.Text _, OptionType.Address _, OptionType.Moment _ ->
                    text(value.toString());
            case OptionType.Flag _, OptionType.Real _, OptionType.Whole _, OptionType.Anything _ ->
                    Json.mapper().valueToTree(value);
            case OptionType.Choice choice ->
                    text(
                            choice.constants().entrySet().stream()
                                    .filter(each -> each.getValue().equals(value))
                                    .findFirst()
                                    .orElseThrow()
                                    .getKey());
            case OptionType.ListOf list -> {
                ArrayNode array = Json.array();
                ((List<?>) value).forEach(each -> array.add(node(list.element(), each)));
                yield array;
            }
            case OptionType.MapOf map -> {
                ObjectNode object = Json.object();
                ((Map<?, ?>) value)
                        .forEach((key, each) ->
                                object.set(String.valueOf(key), node(map.value(), each)));
                yield object;
            }
            case OptionType.Group group -> group(group, value);
            case OptionType.OneOf oneOf -> {
                OptionType.Branch branch =
                        oneOf.branches().stream()
                                .filter(each ->
                                        each.group()
                                                .constructor()
                                                .getDeclaringClass()
                                                .isInstance(value))
                                .findFirst()
                                .orElseThrow();
                ObjectNode object = group(branch.group(), value);
                object.put(oneOf.field(), branch.value());
                yield object;
            }
        };
    }

    private static JsonNode text(String value) {
        return Json.mapper().getNodeFactory().stringNode(value);
    }
}

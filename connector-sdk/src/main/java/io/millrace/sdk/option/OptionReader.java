package io.millrace.sdk.option;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads declarations of options off their records. Mistakes in them are {@link
 * IllegalStateException}s.
 */
final class OptionReader {
    private static final Set<String> ABBREVIATIONS =
            Set.of(
                    "api", "aws", "ca", "csv", "http", "id", "ip", "jdbc", "json", "sql", "ssh",
                    "ssl", "tls", "uri", "url", "utc");

    private OptionReader() {}

    static OptionType.Group group(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            throw new IllegalStateException(type.getName() + " is no record");
        }
        List<OptionType.Field> fields = Arrays.stream(components).map(OptionReader::field).toList();
        try {
            var constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true); // options may be package-private
            return new OptionType.Group(fields, constructor);
        } catch (NoSuchMethodException failure) {
            throw new IllegalStateException(type.getName(), failure);
        }
    }

    private static OptionType.Field field(RecordComponent component) {
        Option option = component.getAnnotation(Option.class);
        if (option == null) {
            throw new IllegalStateException(
                    "%s.%s has no @Option"
                            .formatted(
                                    component.getDeclaringRecord().getName(), component.getName()));
        }
        Optional<Bounds> bounds = Optional.ofNullable(component.getAnnotation(Bounds.class));
        String name = option.name().isEmpty() ? snakeCase(component.getName()) : option.name();
        Type declared = component.getGenericType();
        boolean optional = component.getType() == Optional.class;
        Optional<JsonNode> defaultValue =
                Optional.of(option.defaultValue())
                        .filter(text -> !text.isEmpty())
                        .map(JsonMapper.shared()::readTree);
        return new OptionType.Field(
                name,
                List.of(option.aliases()),
                option.title().isEmpty() ? title(name) : option.title(),
                option.value(),
                type(optional ? argument(declared, 0) : declared, component),
                optional,
                defaultValue,
                bounds.map(Bounds::min).filter(bound -> bound != Long.MIN_VALUE),
                bounds.map(Bounds::max).filter(bound -> bound != Long.MAX_VALUE),
                option);
    }

    private static OptionType type(Type declared, AnnotatedElement place) {
        if (declared instanceof ParameterizedType parameterized) {
            Type raw = parameterized.getRawType();
            if (raw == List.class) {
                return new OptionType.ListOf(type(argument(declared, 0), place));
            }
            if (raw == Map.class && argument(declared, 0) == String.class) {
                return new OptionType.MapOf(type(argument(declared, 1), place));
            }
        }
        if (declared instanceof Class<?> type) {
            OptionType simple = simple(type);
            if (simple != null) {
                return simple;
            }
            if (type.isEnum()) {
                return choice(type);
            }
            if (type.isRecord()) {
                return group(type);
            }
            if (type.isSealed()) {
                return oneOf(type);
            }
        }
        throw new IllegalStateException("%s: no option can be a %s".formatted(place, declared));
    }

    private static @Nullable OptionType simple(Class<?> type) {
        if (type == String.class) {
            return new OptionType.Text();
        } else if (type == Secret.class) {
            return new OptionType.SecretText();
        } else if (type == int.class || type == Integer.class) {
            return new OptionType.Whole(false);
        } else if (type == long.class || type == Long.class) {
            return new OptionType.Whole(true);
        } else if (type == double.class || type == Double.class) {
            return new OptionType.Real();
        } else if (type == boolean.class || type == Boolean.class) {
            return new OptionType.Flag();
        } else if (type == URI.class) {
            return new OptionType.Address();
        } else if (type == Duration.class) {
            return new OptionType.Time();
        } else if (type == DataSize.class) {
            return new OptionType.Size();
        } else if (type == Instant.class) {
            return new OptionType.Moment();
        } else if (type == JsonNode.class) {
            return new OptionType.Anything();
        }
        return null;
    }

    private static OptionType choice(Class<?> type) {
        var constants = new LinkedHashMap<String, Object>();
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            try {
                EnumValue value = type.getField(name).getAnnotation(EnumValue.class);
                constants.put(
                        value == null
                                ? name.toLowerCase(Locale.ROOT).replace('_', '-')
                                : value.value(),
                        constant);
            } catch (NoSuchFieldException failure) {
                throw new IllegalStateException(type.getName(), failure);
            }
        }
        return new OptionType.Choice(constants);
    }

    private static OptionType oneOf(Class<?> type) {
        var branches = new ArrayList<OptionType.Branch>();
        String field = "";
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            Alternative alternative = permitted.getAnnotation(Alternative.class);
            if (alternative == null) {
                throw new IllegalStateException(permitted.getName() + " has no @Alternative");
            }
            if (!field.isEmpty() && !field.equals(alternative.field())) {
                throw new IllegalStateException(
                        "%s tells its branches apart by %s and by %s"
                                .formatted(type.getName(), field, alternative.field()));
            }
            field = alternative.field();
            branches.add(
                    new OptionType.Branch(
                            alternative.value(),
                            alternative.title().isEmpty()
                                    ? alternative.value()
                                    : alternative.title(),
                            alternative.description(),
                            group(permitted)));
        }
        return new OptionType.OneOf(field, List.copyOf(branches));
    }

    private static Type argument(Type declared, int index) {
        if (declared instanceof ParameterizedType parameterized) {
            return parameterized.getActualTypeArguments()[index];
        }
        throw new IllegalStateException(declared + " has no type arguments");
    }

    /** {@code fetchBytes} becomes {@code fetch_bytes}. */
    static String snakeCase(String name) {
        var snake = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char letter = name.charAt(i);
            if (Character.isUpperCase(letter)) {
                snake.append('_').append(Character.toLowerCase(letter));
            } else {
                snake.append(letter);
            }
        }
        return snake.toString();
    }

    /** {@code jdbc_url_params} becomes {@code JDBC URL Params}. */
    static String title(String name) {
        var words = new ArrayList<String>();
        for (String word : name.split("[_-]+")) {
            if (ABBREVIATIONS.contains(word)) {
                words.add(word.toUpperCase(Locale.ROOT));
            } else if (!word.isEmpty()) {
                words.add(word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
            }
        }
        return String.join(" ", words);
    }
}

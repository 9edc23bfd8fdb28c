package io.millrace.sdk.option;

import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What an option takes. The JSON schema, the reader and the reference page switch over it. */
sealed interface OptionType {

    record Text() implements OptionType {}

    record SecretText() implements OptionType {}

    record Address() implements OptionType {}

    record Moment() implements OptionType {}

    record Time() implements OptionType {}

    record Size() implements OptionType {}

    record Flag() implements OptionType {}

    record Anything() implements OptionType {}

    /** Real numbers. */
    record Real() implements OptionType {}

    /**
     * Whole numbers.
     *
     * @param wide whether as {@code long}
     */
    record Whole(boolean wide) implements OptionType {}

    /**
     * @param constants by their text in a configuration, in order of declaration
     */
    record Choice(Map<String, Object> constants) implements OptionType {}

    record ListOf(OptionType element) implements OptionType {}

    record MapOf(OptionType value) implements OptionType {}

    /** A record of options. */
    record Group(List<Field> fields, Constructor<?> constructor) implements OptionType {

        Optional<Field> find(String name) {
            return fields.stream()
                    .filter(field -> field.name().equals(name) || field.aliases().contains(name))
                    .findFirst();
        }
    }

    /** One of several groups, told apart by {@code field}. */
    record OneOf(String field, List<Branch> branches) implements OptionType {}

    /** A case of {@link OneOf}. */
    record Branch(String value, String title, String description, Group group) {}

    /**
     * A component of a record of options.
     *
     * @param minimum of a number, or of a list's size
     * @param defaultValue as JSON; empty where there is none
     * @param optional whether the component is an {@link Optional}
     */
    record Field(
            String name,
            List<String> aliases,
            String title,
            String description,
            OptionType type,
            boolean optional,
            Optional<JsonNode> defaultValue,
            Optional<Long> minimum,
            Optional<Long> maximum,
            Option declaration) {

        boolean required() {
            return !optional && defaultValue.isEmpty();
        }

        boolean secret() {
            return type instanceof SecretText
                    || type instanceof ListOf(SecretText _)
                    || type instanceof MapOf(SecretText _);
        }
    }
}

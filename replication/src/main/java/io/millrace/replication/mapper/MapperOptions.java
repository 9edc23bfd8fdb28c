package io.millrace.replication.mapper;

import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.text.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * An object of a mapper's configuration, read option by option; what is wrong with one is noted
 * with its place.
 */
public final class MapperOptions {
    private final JsonNode node;
    private final JsonPointer place;
    private final List<MapperProblem> problems;

    MapperOptions(JsonNode node, JsonPointer place, List<MapperProblem> problems) {
        this.node = node;
        this.place = place;
        this.problems = problems;
    }

    /** Notes a problem with {@code option}. */
    public void problem(MapperProblem.Kind kind, String option, String message) {
        problems.add(new MapperProblem(kind, place.appendProperty(option), message));
    }

    private void invalid(String option, String message) {
        problem(MapperProblem.Kind.INVALID_MAPPER_CONFIG, option, message);
    }

    /** Notes every option that isn't one of {@code known}. */
    public void allow(String... known) {
        for (String option : node.propertyNames()) {
            if (!List.of(known).contains(option)) {
                invalid(
                        option,
                        "There is no option \"%s\" here%s"
                                .formatted(option, NearestName.hint(option, List.of(known))));
            }
        }
    }

    /** A text that has to be there, and isn't empty. */
    public Optional<String> text(String option) {
        if (!node.has(option)) {
            problems.add(
                    new MapperProblem(
                            MapperProblem.Kind.INVALID_MAPPER_CONFIG,
                            place,
                            "The option \"%s\" is missing.".formatted(option)));
            return Optional.empty();
        }
        Optional<String> text = optionalText(option);
        if (text.isPresent() && text.get().isEmpty()) {
            invalid(option, "\"%s\" must not be empty.".formatted(option));
            return Optional.empty();
        }
        return text;
    }

    /** A text that may be missing. */
    public Optional<String> optionalText(String option) {
        JsonNode value = node.path(option);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            invalid(option, "\"%s\" has to be a text.".formatted(option));
            return Optional.empty();
        }
        return Optional.of(value.stringValue());
    }

    /** The text of a scalar that has to be there. */
    public Optional<String> scalar(String option) {
        JsonNode value = node.path(option);
        if (value.isNumber() || value.isBoolean()) {
            return Optional.of(value.asString());
        }
        if (value.isString()) {
            return Optional.of(value.stringValue()); // an empty one is a value too
        }
        if (node.has(option)) {
            invalid(option, "\"%s\" has to be a text, a number or a boolean.".formatted(option));
            return Optional.empty();
        }
        return text(option);
    }

    /** One of {@code choices}. */
    public Optional<String> choice(String option, List<String> choices) {
        Optional<String> text = text(option);
        if (text.isPresent() && !choices.contains(text.get())) {
            invalid(
                    option,
                    "\"%s\" has to be one of %s.".formatted(option, String.join(", ", choices)));
            return Optional.empty();
        }
        return text;
    }

    /** The place in {@code schema} of the column that {@code option} names. */
    public OptionalInt column(String option, StreamSchema schema) {
        Optional<String> name = text(option);
        if (name.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt column = schema.indexOf(name.get());
        if (column.isEmpty()) {
            problem(
                    MapperProblem.Kind.FIELD_NOT_FOUND,
                    option,
                    "The stream has no column \"%s\" here%s"
                            .formatted(name.get(), NearestName.hint(name.get(), schema.names())));
        }
        return column;
    }

    /**
     * Whether {@code name} is free for the column at {@code column}; notes a problem at {@code
     * option} if another has it.
     */
    public boolean isFree(String option, StreamSchema schema, int column, String name) {
        OptionalInt holder = schema.indexOf(name);
        if (holder.isEmpty() || holder.getAsInt() == column) {
            return true;
        }
        problem(
                MapperProblem.Kind.FIELD_ALREADY_EXISTS,
                option,
                "The stream has a column \"%s\" already.".formatted(name));
        return false;
    }

    /** The object at {@code option}, which has to be there. */
    public Optional<MapperOptions> object(String option) {
        JsonNode value = node.path(option);
        if (!value.isObject()) {
            if (node.has(option)) {
                invalid(option, "\"%s\" has to be an object.".formatted(option));
            } else {
                text(option); // notes that it is missing
            }
            return Optional.empty();
        }
        return Optional.of(new MapperOptions(value, place.appendProperty(option), problems));
    }

    /** The objects in the list at {@code option}, at least one. */
    public List<MapperOptions> objects(String option) {
        JsonNode value = node.path(option);
        if (!value.isArray() || value.isEmpty()) {
            if (node.has(option)) {
                invalid(option, "\"%s\" has to be a list of conditions.".formatted(option));
            } else {
                text(option); // notes that it is missing
            }
            return List.of();
        }
        JsonPointer list = place.appendProperty(option);
        List<MapperOptions> objects = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            if (value.get(i).isObject()) {
                objects.add(new MapperOptions(value.get(i), list.appendIndex(i), problems));
            } else {
                problems.add(
                        new MapperProblem(
                                MapperProblem.Kind.INVALID_MAPPER_CONFIG,
                                list.appendIndex(i),
                                "A condition has to be an object."));
            }
        }
        return objects;
    }
}

package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.LiteralType;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sets fields to values of templates, each of which sees what those before it have set. Also adds
 * to configurations.
 */
public record AddFields(List<AddedField> fields, Optional<InterpolatedBoolean> condition)
        implements Transformation {

    /**
     * One field.
     *
     * @param path keys, literally; missing parents are made
     * @param types what a value that reads as a literal may be; another stays text
     */
    record AddedField(List<String> path, InterpolatedString value, Set<LiteralType> types) {}

    /** The component {@code definition}, an AddFields or ConfigAddFields. */
    public static AddFields compile(Definition definition, Compilation compilation) {
        List<AddedField> fields = new ArrayList<>();
        for (Definition field : definition.children("fields")) {
            List<String> path = field.texts("path");
            if (path.isEmpty()) {
                throw field.malformed("path", "a list of one key at least");
            }
            fields.add(new AddedField(path, compilation.string(field, "value"), types(field)));
        }
        return new AddFields(
                List.copyOf(fields), compilation.findCondition(definition, "condition"));
    }

    private static Set<LiteralType> types(Definition field) {
        return switch (field.findText("value_type").orElse("")) {
            case "" -> Set.of();
            case "string" -> Set.of(LiteralType.STRING);
            case "number" -> Set.of(LiteralType.NUMBER);
            case "integer" -> Set.of(LiteralType.INTEGER);
            case "boolean" -> Set.of(LiteralType.BOOLEAN);
            default -> throw field.malformed("value_type", "string, number, integer or boolean");
        };
    }

    @Override
    public void apply(Map<String, Object> record, Context variables) {
        set(record, variables.with("record", record));
    }

    /** Sets the fields of {@code target}; {@code variables} are all that templates see. */
    public void set(Map<String, Object> target, Context variables) {
        for (AddedField field : fields) {
            Object value = field.value.evaluate(variables, field.types);
            if (condition.isPresent()
                    && !condition
                            .get()
                            .evaluate(variables.with("value", value).with("path", field.path))) {
                continue;
            }
            if (field.path.size() == 1) {
                Fields.put(target, field.path.getFirst(), value);
            } else {
                Paths.create(target, field.path, value);
            }
        }
    }
}

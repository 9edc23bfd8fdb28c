package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.SourceRecord;
import java.util.Map;

/** A change to records (reference: 6.4). Immutable; safe for all threads. */
public sealed interface Transformation
        permits AddFields,
                RemoveFields,
                KeysToLower,
                KeysToSnakeCase,
                FlattenFields,
                DpathFlattenFields,
                KeysReplace {

    /**
     * Changes the fields of a record in place.
     *
     * @param variables the configuration, and {@code stream_slice}; the record comes from here
     */
    void apply(Map<String, Object> fields, Context variables);

    /** Changes a record in place. Fails with a type error where it is no object. */
    default void apply(SourceRecord record, Context variables) {
        apply(Fields.of(record), variables);
    }

    static Transformation compile(Definition definition, Compilation compilation) {
        return switch (definition.type()) {
            case "AddFields" -> AddFields.compile(definition, compilation);
            case "RemoveFields" -> RemoveFields.compile(definition, compilation);
            case "KeysToLower" -> new KeysToLower();
            case "KeysToSnakeCase" -> new KeysToSnakeCase();
            case "FlattenFields" -> new FlattenFields(definition.flag("flatten_lists", true));
            case "DpathFlattenFields" -> DpathFlattenFields.compile(definition, compilation);
            case "KeysReplace" -> KeysReplace.compile(definition, compilation);
            case "CustomTransformation" -> throw CustomComponents.refused(definition);
            default -> throw definition.unknownType("a transformation");
        };
    }
}

package io.millrace.declarative.interpolation;

import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types that a field may restrict its values to; a value of another type stays the text that it
 * was written as.
 */
public enum LiteralType {
    STRING("str"),
    /** Whole numbers, and booleans, as in Python. */
    INTEGER("int"),
    /** Numbers with a point or an exponent only. */
    NUMBER("float"),
    BOOLEAN("bool"),
    LIST("list"),
    DICT("dict"),
    TUPLE("tuple");

    private final String pythonName;

    LiteralType(String pythonName) {
        this.pythonName = pythonName;
    }

    /** The type that Python calls by that name. */
    public static Optional<LiteralType> find(String pythonName) {
        for (LiteralType type : values()) {
            if (type.pythonName.equals(pythonName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    private boolean isTypeOf(@Nullable Object value) {
        return switch (this) {
            case STRING -> value instanceof String;
            case INTEGER -> Numbers.isInteger(value);
            case NUMBER -> value instanceof Double;
            case BOOLEAN -> value instanceof Boolean;
            case LIST -> value instanceof List<?> && !(value instanceof Tuple);
            case DICT -> Python.isDict(value);
            case TUPLE -> value instanceof Tuple;
        };
    }

    /** Whether a value is of one of the types; no types are no restriction. */
    static boolean allows(Set<LiteralType> types, @Nullable Object value) {
        if (types.isEmpty()) {
            return true;
        }
        for (LiteralType type : types) {
            if (type.isTypeOf(value)) {
                return true;
            }
        }
        return false;
    }
}

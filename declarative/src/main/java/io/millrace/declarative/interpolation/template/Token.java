package io.millrace.declarative.interpolation.template;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a template.
 *
 * @param value what it stands for: the text of data, names, strings and operators; the number of
 *     numbers
 * @param line counted from 1
 */
record Token(Kind kind, @Nullable Object value, int line) {

    enum Kind {
        DATA,
        VARIABLE_BEGIN,
        VARIABLE_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean isOperator(String sign) {
        return kind == Kind.OPERATOR && sign.equals(value);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && name.equals(value);
    }

    String text() {
        return String.valueOf(value);
    }

    /** How messages name it. */
    String description() {
        return switch (kind) {
            case DATA -> "template data";
            case VARIABLE_BEGIN -> "begin of print statement";
            case VARIABLE_END -> "end of print statement";
            case BLOCK_BEGIN -> "begin of statement block";
            case BLOCK_END -> "end of statement block";
            case END -> "end of template";
            case NAME, STRING, INTEGER, FLOAT, OPERATOR -> text();
        };
    }
}

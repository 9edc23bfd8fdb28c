package io.millrace.declarative.interpolation.python;

/**
 * What Python would raise. It carries no stack trace, since templates over records with missing
 * keys raise one per record, and where in a template something happened says more than where in
 * this engine.
 */
public final class PythonError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The classes of Python exceptions that make a difference to whoever evaluates a template. */
    public enum Kind {
        TYPE("TypeError"),
        VALUE("ValueError"),
        KEY("KeyError"),
        INDEX("IndexError"),
        ATTRIBUTE("AttributeError"),
        ZERO_DIVISION("ZeroDivisionError"),
        OVERFLOW("OverflowError"),
        ASSERTION("AssertionError"),
        /** A pattern that isn't a regular expression. */
        PATTERN("PatternError"),
        /** An operation on something that is not there. */
        UNDEFINED("UndefinedError"),
        /** A template reached for what it must not touch. */
        SECURITY("SecurityError"),
        /** The text is not a template. */
        SYNTAX("TemplateSyntaxError"),
        /** The template can't go on, e.g. it names a filter that doesn't exist. */
        RUNTIME("TemplateRuntimeError"),
        /** A filter was given arguments that it doesn't take. */
        FILTER_ARGUMENT("FilterArgumentError"),
        UNKNOWN_TIME_ZONE("UnknownTimeZoneError"),
        /** The template asked for more memory or work than a template may use. */
        LIMIT("MemoryError"),
        RECURSION("RecursionError"),
        /** The template uses what manifests can no longer use; its writer has to act. */
        CONFIGURATION("AirbyteTracedException");

        private final String pythonName;

        Kind(String pythonName) {
            this.pythonName = pythonName;
        }

        /** The name of the exception's class, as messages of the Python world show it. */
        public String pythonName() {
            return pythonName;
        }
    }

    private final Kind kind;

    public PythonError(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /**
     * Whether {@code obj[key]} that raised this means "no such key", which templates turn into an
     * undefined value.
     */
    boolean isLookup() {
        return kind == Kind.KEY || kind == Kind.INDEX;
    }

    public static PythonError type(String message) {
        return new PythonError(Kind.TYPE, message);
    }

    public static PythonError value(String message) {
        return new PythonError(Kind.VALUE, message);
    }

    public static PythonError key(String message) {
        return new PythonError(Kind.KEY, message);
    }

    public static PythonError index(String message) {
        return new PythonError(Kind.INDEX, message);
    }

    public static PythonError attribute(String message) {
        return new PythonError(Kind.ATTRIBUTE, message);
    }

    public static PythonError limit(String message) {
        return new PythonError(Kind.LIMIT, message);
    }

    static PythonError zeroDivision(String message) {
        return new PythonError(Kind.ZERO_DIVISION, message);
    }

    public static PythonError overflow(String message) {
        return new PythonError(Kind.OVERFLOW, message);
    }
}

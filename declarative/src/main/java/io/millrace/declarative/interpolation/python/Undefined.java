package io.millrace.declarative.interpolation.python;

import org.jspecify.annotations.Nullable;

/**
 * Something that a template named and that isn't there. It prints as nothing, iterates over nothing
 * and counts as false; any other use fails with what {@link #failure()} says.
 */
public final class Undefined {
    private final @Nullable String hint;
    private final @Nullable Object owner;
    private final @Nullable Object key;
    private final PythonError.Kind kind;

    private Undefined(
            @Nullable String hint,
            @Nullable Object owner,
            @Nullable Object key,
            PythonError.Kind kind) {
        this.hint = hint;
        this.owner = owner;
        this.key = key;
        this.kind = kind;
    }

    /** A variable that has no value. */
    public static Undefined named(String name) {
        return because("'%s' is undefined".formatted(name));
    }

    /** Nothing, for the reason in {@code hint}. */
    public static Undefined because(String hint) {
        return new Undefined(hint, null, null, PythonError.Kind.UNDEFINED);
    }

    /** An element or attribute that {@code owner} doesn't have. */
    public static Undefined element(@Nullable Object owner, @Nullable Object key) {
        return new Undefined(null, owner, key, PythonError.Kind.UNDEFINED);
    }

    /** An attribute that templates must not see. */
    static Undefined unsafe(@Nullable Object owner, String attribute) {
        return new Undefined(null, owner, attribute, PythonError.Kind.SECURITY);
    }

    /**
     * The failure of an operation on this. Its message names the type and the key, never the
     * owner's content, which may be a user's data (invariant 7).
     */
    public PythonError failure() {
        if (hint != null) {
            return new PythonError(kind, hint);
        }
        String type = Python.typeName(owner);
        return new PythonError(
                kind,
                kind == PythonError.Kind.SECURITY
                        ? "access to attribute '%s' of '%s' object is unsafe.".formatted(key, type)
                        : key instanceof String name
                                ? "'%s object' has no attribute '%s'".formatted(type, name)
                                : "%s object has no element %s".formatted(type, Python.repr(key)));
    }

    /** Nothing is equal to nothing. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return Undefined.class.hashCode();
    }

    @Override
    public String toString() {
        return "Undefined";
    }
}

package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Limits;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import org.jspecify.annotations.Nullable;

/**
 * The values of one run of a template, a macro or a recursive loop. Belongs to the thread that
 * renders.
 */
final class Frame {
    /**
     * Macros and recursive loops within each other; CPython's own limit of frames allows about as
     * many.
     */
    private static final int DEPTH = 150;

    private final Frame root;
    private final @Nullable Frame parent;
    private final Variables variables;
    private final @Nullable Object[] slots;
    private int nesting;
    private int steps;

    private Frame(@Nullable Frame root, @Nullable Frame parent, Variables variables, int size) {
        this.root = root == null ? this : root;
        this.parent = parent;
        this.variables = variables;
        this.slots = new @Nullable Object[size];
    }

    static Frame of(Variables variables, int size) {
        return new Frame(null, null, variables, size);
    }

    /**
     * The frame of a unit that lies within this one, for a call that starts; {@link #leave} tells
     * that it ended.
     */
    Frame enter(Scope.Unit unit) {
        if (++root.nesting > DEPTH) {
            throw new PythonError(PythonError.Kind.RECURSION, "maximum recursion depth exceeded");
        }
        step();
        return new Frame(root, this, variables, unit.size());
    }

    void leave() {
        root.nesting--;
    }

    /** Counts one round of a loop or one call. */
    void step() {
        if (++root.steps > Limits.STEPS) {
            throw PythonError.limit("A template takes more than %d steps.".formatted(Limits.STEPS));
        }
    }

    /** A variable's value, or {@link Python#MISSING}. */
    @Nullable Object variable(String name) {
        return variables.find(name);
    }

    /** The value of a slot of this frame, or of one that lies {@code distance} units out. */
    @Nullable Object get(int distance, int index) {
        Frame frame = this;
        for (int i = 0; i < distance; i++) {
            if (frame.parent == null) {
                throw new IllegalStateException("A slot lies outside of the template.");
            }
            frame = frame.parent;
        }
        return frame.slots[index];
    }

    void set(int index, @Nullable Object value) {
        slots[index] = value;
    }
}

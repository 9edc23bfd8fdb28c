package io.millrace.declarative.interpolation.python;

/**
 * What a template may use at most. Real templates stay far below; the limits keep a mistake, or a
 * manifest from somebody else, from taking the process down with it.
 */
public final class Limits {
    /** Characters of one text, and items of one container, that an operation may make. */
    public static final int SIZE = 16 * 1024 * 1024;

    /**
     * Bits of one whole number; more than CPython is willing to print (4,300 digits are 14,285
     * bits).
     */
    static final int INTEGER_BITS = 1 << 20;

    /**
     * Digits that CPython converts between text and a whole number
     * (sys.int_info.default_max_str_digits).
     */
    static final int INTEGER_DIGITS = 4300;

    /** Containers in containers that can be printed or compared. */
    static final int DEPTH = 900;

    /** Loop rounds and calls of one evaluation. */
    public static final int STEPS = 5_000_000;

    private Limits() {}

    /** Fails if something of {@code size} characters or items would be too large. */
    public static void checkSize(long size) {
        if (size > SIZE) {
            throw PythonError.limit(
                    "A template tried to make a value of %d characters or items; at most %d are allowed."
                            .formatted(size, SIZE));
        }
    }
}

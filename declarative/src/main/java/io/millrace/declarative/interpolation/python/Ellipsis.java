package io.millrace.declarative.interpolation.python;

/** The value of {@code ...}, which can come out of literal evaluation. */
enum Ellipsis {
    VALUE
}

package io.millrace.declarative.openapi;

/**
 * A value of a draft that a person has to look at.
 *
 * @param comment why it is so, on one line
 */
record Guess(Object value, String comment) {}
